import { expect, test } from "vitest";
import { TALLEST, above, inSight, topOf } from "../src/parts/rows";

const ROW = 30;
const HEIGHT = 900;

test.each([0, 1, 10, 499_999, 1_000_000, 7_000_000])("the first and the last of %i rows can be reached", (count) => {
  const tall = Math.min(count * ROW, TALLEST);
  expect(inSight(0, HEIGHT, ROW, count).first).toBe(0);
  expect(inSight(tall - HEIGHT, HEIGHT, ROW, count).last).toBe(count);
});

test.each([400_000, 1_000_000, 7_000_000])("wherever one is in %i rows, the screen is full and the table as tall", (count) => {
  const tall = Math.min(count * ROW, TALLEST);
  for (let top = 0; top <= tall - HEIGHT; top += tall / 997) {
    const { first, last, before, after } = inSight(top, HEIGHT, ROW, count);
    expect(before).toBeLessThanOrEqual(top + 1);
    expect(before + (last - first) * ROW).toBeGreaterThanOrEqual(top + HEIGHT - 1);
    expect(before + (last - first) * ROW + after).toBeCloseTo(tall, 3);
    const seen = first + (top - before) / ROW;
    expect(seen).toBeCloseTo(above(top, HEIGHT, ROW, count), 3);
  }
});

test.each([1_000, 1_000_000])("of %i rows, each can be brought to the upper edge", (count) => {
  for (const index of [0, 1, Math.floor(count / 3), count - 31])
    expect(above(topOf(index, HEIGHT, ROW, count), HEIGHT, ROW, count)).toBeCloseTo(index, 3);
});
