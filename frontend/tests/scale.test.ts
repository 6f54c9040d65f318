import { expect, test } from "vitest";
import { line, ticks } from "../src/charts/scale";

test("axes end above the highest value, at a round one", () => {
  expect(ticks(46)).toEqual([0, 20, 40, 60]);
  expect(ticks(100)).toEqual([0, 25, 50, 75, 100]);
  expect(ticks(0)).toEqual([0, 1]);
  expect(ticks(0.003).at(-1)).toBeCloseTo(0.003);
});

test("a line is parted where nothing is known", () => expect(line([[0, 1], [2, 3], null, [4, 5]])).toBe("M0 1L2 3M4 5"));
