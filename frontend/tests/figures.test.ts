import { describe, expect, test } from "vitest";
import { ago, change, credits, duration, exact, money, percent, plus, share, short } from "../src/figures";

describe("short numbers", () => {
  test.each([
    [0, "0"],
    [999, "999"],
    [1000, "1.00K"],
    [12_040_741, "12.0M"],
    [999_949, "1.00M"],
    [999_400, "999K"],
    [9_994, "9.99K"],
    [99_960, "100K"],
    [1_576_120_440, "1.58B"],
    [9_007_199_254_740_991, "9.01Q"],
    [-1500, "-1.50K"],
  ])("%d is %s", (value, text) => expect(short(value)).toBe(text));

  test("what is unknown is not 0", () => expect([short(null), exact(undefined)]).toEqual(["–", "–"]));
});

describe("money", () => {
  test.each([
    [null, "no price"],
    ["0", "$0"],
    ["0.0000004", "<$0.0001"],
    ["0.0363288", "$0.04"],
    ["0.00363288", "$0.0036"],
    ["1.5", "$1.50"],
    ["1291.42102674", "$1,291.42"],
    ["25000.4", "$25,000"],
    ["12345678.9", "$12.3M"],
    ["-3.2", "-$3.20"],
  ])("%s is %s", (value, text) => expect(money(value)).toBe(text));

  test("no digit is lost where it is exact", () =>
    expect(exact("12345678901234567890.000000000001")).toBe("12,345,678,901,234,567,890.000000000001"));

  test("sums are exact to the last digit", () => {
    expect(plus(["0.1", "0.2"])).toBe("0.3");
    expect(plus(["12345678901234567890.000000000001", "0.999999999999"])).toBe("12345678901234567891");
    expect(plus([null, 3, undefined, 4])).toBe("7");
    expect(plus(["-1.5", "1.25"])).toBe("-0.25");
    expect(plus([])).toBe("0");
  });

  test("credits keep two digits where they are few", () =>
    expect([credits("1.135275"), credits("35441.966221"), credits(null), credits("0"), credits("0.0016")]).toEqual([
      "1.14", "35.4K", "no rate", "0", "<0.01",
    ]));
  test("hardly all is not all, and a share beyond reason is not spelled out", () =>
    expect([percent(99.5), percent(99.4), percent(386609907)]).toEqual(["99.5%", "99%", ">999%"]));
});

describe("parts and changes", () => {
  test("a part is never rounded to all or to nothing", () =>
    expect([percent(99.99), percent(0.01), percent(100), percent(0), percent(6.57), percent(93.3)]).toEqual([
      ">99.9%", "<0.1%", "100%", "0%", "6.6%", "93%",
    ]));
  test("a part of nothing is unknown", () => expect(share(0, 0)).toBe("–"));
  test("a change says its direction, a large one how many times", () =>
    expect([change(150, 100), change(50, 100), change(3000, 100), change(5, 0), change(5, 5)]).toEqual(["+50%", "−50%", "×30", "", ""]));
});

test("durations are written in their two largest units", () =>
  expect([duration(250), duration(5849), duration(62_454), duration(3_600_000), duration(90_000_000), duration(null)]).toEqual([
    "250 ms", "5.8 s", "1 min 2 s", "1 h", "1 d 1 h", "–",
  ]));

test("instants are told by their distance", () =>
  expect([ago(0, 3_600_000), ago(3_600_000, 0), ago(0, 30_000), ago(0, 4 * 86_400_000)]).toEqual(["1 h ago", "in 1 h", "now", "4 d ago"]));
