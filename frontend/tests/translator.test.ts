import { expect, test } from "vitest";
import { t } from "../src/language";
import { nearest } from "../src/languages";
import { translator } from "../src/translator";

const CALLS = "{calls, plural, one {# call} other {# calls}}";

test("English is its own translation", () => {
  expect(t("Copied")).toBe("Copied");
  expect(t(CALLS, { calls: 1 })).toBe("1 call");
  expect(t(CALLS, { calls: 1234567 })).toBe("1,234,567 calls");
});

test("A text has the words of its language, and its plurals and digits", () => {
  const ru = translator("ru", { Copied: "Скопировано", [CALLS]: "{calls, plural, one {# вызов} few {# вызова} many {# вызовов} other {# вызова}}" });
  expect(ru("Copied")).toBe("Скопировано");
  expect(["1", "3", "5", "21"].map((calls) => ru(CALLS, { calls: Number(calls) }))).toEqual(["1 вызов", "3 вызова", "5 вызовов", "21 вызов"]);
  const ar = translator("ar", { [CALLS]: "{calls, plural, zero {#} one {#} two {#} few {#} many {#} other {#}}" });
  expect(ar(CALLS, { calls: 1234 })).toBe("1,234");
});

test("What is not translated stays English, plurals too", () => {
  expect(translator("ja", {})(CALLS, { calls: 1 })).toBe("1 call");
  expect(translator("ja", { Copied: "" })("Copied")).toBe("Copied");
});

test("Names that are filled in are left alone, whatever they hold", () => {
  expect(t("{a} of {b}", { a: "<b>{x}</b>", b: "it's #" })).toBe("<b>{x}</b> of it's #");
  expect(t("It's {share} < 1%", { share: "0" })).toBe("It's 0 < 1%");
});

test("The pseudo-language shows what is translated", () => {
  expect(translator("xx", {})(CALLS, { calls: 2 })).toBe("⟦2 calls⟧");
});

test("A language that is asked for in another way is found", () => {
  expect(["pt-BR", "de_DE.UTF-8", "zh", "zh-CN", "EN", "ar-EG"].map(nearest)).toEqual(["pt", "de", "zh-Hans", "zh-Hans", "en", "ar"]);
  expect([null, "", "tlh"].map(nearest)).toEqual([undefined, undefined, undefined]);
});
