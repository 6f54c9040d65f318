import { expect, test } from "vitest";
import { folded, merged, rows } from "../src/charts/folded";

const HOUR = 3_600_000;

test("spans that touch or nearly touch are one", () =>
  expect(merged([{ from: 10, to: 20 }, { from: 0, to: 5 }, { from: 18, to: 30 }], 5)).toEqual([{ from: 0, to: 30 }]));

test("a night between two sittings is a fold, and time goes on to the right", () => {
  const made = folded([{ from: 0, to: HOUR }, { from: 12 * HOUR, to: 13 * HOUR }], 1000);
  expect(made.segments).toHaveLength(2);
  expect(made.folds).toMatchObject([{ ms: 11 * HOUR }]);
  const places = [0, HOUR / 2, HOUR, 5 * HOUR, 12 * HOUR, 13 * HOUR].map(made.x);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places.at(-1)).toBeCloseTo(1000);
});

test("many sittings fold only as many times as there is room for", () => {
  const spans = Array.from({ length: 200 }, (_, index) => ({ from: index * 3 * HOUR, to: index * 3 * HOUR + 1000 }));
  const made = folded(spans, 900);
  expect(made.segments.length).toBeLessThanOrEqual(10);
  expect(made.x(0)).toBe(0);
});

test("a single instant, and nothing at all, can be laid out", () => {
  expect(folded([{ from: 5, to: 5 }], 300).x(5)).toBe(0);
  expect(folded([], 300).x(5)).toBe(0);
});

test("items share a row where they do not cover each other", () => {
  const items = [{ item: "a", left: 0, right: 10 }, { item: "b", left: 5, right: 20 }, { item: "c", left: 12, right: 30 }];
  expect(rows(items).map(({ item, row }) => `${item}${String(row)}`)).toEqual(["a0", "b1", "c0"]);
});
