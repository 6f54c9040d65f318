import { describe, expect, test } from "vitest";
import { catalogues, messages, shape, uses, wrong } from "../scripts/messages.js";
import { LANGUAGES } from "../src/languages";

const MESSAGES = messages();
const CATALOGUES = catalogues();
const USES = uses();

test("Texts are named in full where they are used, so that they are found", () =>
  expect(USES.filter(({ text }) => text === undefined).map(({ name }) => name)).toEqual([]));

test("Each text is given the values that it names", () => {
  const odd = USES.filter(({ text, values }) => {
    const names = new Set(shape(text ?? "").names.map((one) => one.split(" ")[0]));
    return values && [...names].sort().join() !== [...new Set(values)].sort().join();
  });
  expect(odd).toEqual([]);
});

test("There is a catalogue for each language but English", () =>
  expect(Object.keys(CATALOGUES).sort()).toEqual(LANGUAGES.map(([code]) => code as string).filter((code) => code !== "en").sort()));

describe.each(Object.entries(CATALOGUES))("%s", (language, texts) => {
  test("has the placeholders and plurals that each text needs", () =>
    expect(Object.entries(texts).flatMap(([message, text]) => wrong(language, message, text))).toEqual([]));

  test("has nothing that is used no more", () => expect(Object.keys(texts).filter((one) => !MESSAGES.includes(one))).toEqual([]));

  test.skipIf(!Object.keys(texts).length)("lacks nothing", () => expect(MESSAGES.filter((one) => !texts[one])).toEqual([]));
});

test("What is wrong with a translation is told", () => {
  const calls = "{calls, plural, one {# call} other {# calls}}";
  expect(wrong("ru", calls, "{calls, plural, one {# вызов} other {# вызова}}")).toEqual([
    expect.stringContaining('lacks the plural "few"'),
    expect.stringContaining('lacks the plural "many"'),
  ]);
  expect(wrong("de", "{share} of {what}", "{share} von {was}")).toHaveLength(1);
  expect(wrong("de", calls, "{calls, plural, one {# Aufruf}")).toHaveLength(1);
  expect(wrong("ja", calls, "{calls, plural, other {#回}}")).toEqual([]);
});
