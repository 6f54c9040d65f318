import { expect, test } from "vitest";
import { Calendar, bucketOf, dayOf, label, start } from "../src/file/calendar";
import { caused } from "../src/file/change";
import { read } from "../src/file/content";
import { cell } from "../src/file/export";
import { compareTexts, decimal, folded, rounded, share, units } from "../src/file/money";

test("Columns are read from planes of bytes, steps are added up, and nothing stays nothing", () => {
  const header = JSON.stringify({ names: {}, tables: {}, columns: [["plain", 4, 2, false], ["rising", 3, 1, true]] });
  const head = new TextEncoder().encode(header);
  const planes = [0, 1, 2, 0x58, 0, 0, 0, 2, 21, 3, 2];
  const data = new Uint8Array([...new Uint8Array(new Uint32Array([head.length]).buffer), ...head, ...planes]);
  const { columns } = read(data);
  expect([...(columns["plain"] ?? [])]).toEqual([NaN, 0, -1, -300]);
  expect([...(columns["rising"] ?? [])]).toEqual([10, 11, 10]);
});

test("Amounts are exact decimals", () => {
  expect(decimal(1_250_000_000_000n, 12)).toBe("1.25");
  expect(decimal(-1n, 12)).toBe("-0.000000000001");
  expect(decimal(0n, 10)).toBe("0");
  expect(units("$0.25", 12)).toBe(250_000_000_000n);
  expect(units("much", 12)).toBeUndefined();
  expect(share(1n, 3)).toBe("0.333333");
  expect(share(1, 10_000_000)).toBe("0.000001");
  expect(share(0, 0)).toBeNull();
});

test("Floats are rounded as Python rounds them", () => {
  expect([0.03125, 0.09375, -0.03125, 0.12345].map((value) => rounded(value, 4))).toEqual([0.0312, 0.0938, -0.0312, 0.1235]);
  expect(rounded(2.675, 2)).toBe(2.67);
});

test("Texts are compared by code points, and folded by ASCII alone", () => {
  expect(["\u{1f98a}", "\uffee", "z", ""].sort(compareTexts)).toEqual(["", "z", "\uffee", "\u{1f98a}"]);
  expect(folded("ÄB")).toBe("Äb");
});

test("Days begin at midnight where clocks change", () => {
  const berlin = new Calendar([[1_900_000, 8], [Date.UTC(2026, 9, 25, 1) / 900_000, 4]]);
  const day = dayOf("2026-10-25") ?? 0;
  expect(new Date(berlin.midnight(day)).toISOString()).toBe("2026-10-24T22:00:00.000Z");
  expect(berlin.midnight(day + 1) - berlin.midnight(day)).toBe(25 * 3_600_000);
  expect(berlin.instant(Date.UTC(2026, 9, 25, 2, 30))).toBe(Date.UTC(2026, 9, 25, 0, 30));
  expect(dayOf("2026-02-30")).toBeUndefined();
});

test.each(["hour", "day", "week", "month"] as const)("A %s is named by its beginning", (bucket) => {
  const at = Date.UTC(2026, 1, 4, 13, 5);
  const number = bucketOf(at, bucket);
  expect(start(number, bucket)).toBeLessThanOrEqual(at);
  expect(start(number + 1, bucket)).toBeGreaterThan(at);
  expect(label(number, bucket)).toBe({ hour: "2026-02-04T13:00", day: "2026-02-04", week: "2026-02-02", month: "2026-02" }[bucket]);
});

test("The causes of a change and the prices come to the whole of it", () =>
  expect(caused([200n, 100n, 50n], [100n, 100n, 10n], [1000n, 100n, 400n])).toEqual([1000n, 450n, 1150n]));

test("Cells begin no formula and stay on their line", () => {
  expect(cell("=1+1")).toBe("'=1+1");
  expect(cell('a,"b"\n')).toBe('"a,""b"" "');
  expect(cell(null)).toBe("");
  expect(cell(-1)).toBe("-1");
});
