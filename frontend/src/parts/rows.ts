// Which rows of a long table are in sight, and where they stand: any number of rows can be scrolled to.

export interface Window {
  first: number;
  last: number;
  /** Pixels above the first and below the last row that is drawn. */
  before: number;
  after: number;
}

/** Browsers draw no page that is much taller; longer tables scroll faster than the hand. */
export const TALLEST = 15_000_000;
export const AROUND = 8;

/** Returns how tall a table is. */
function tall(row: number, count: number): number {
  return Math.min(count * row, TALLEST);
}

/** Returns how many rows are above the upper edge of the screen, `top` pixels below that of the table. */
export function above(top: number, height: number, row: number, count: number): number {
  const room = tall(row, count) - height;
  const fits = room <= 0 || count * row <= TALLEST;
  return fits ? Math.max(0, top) / row : (Math.min(Math.max(0, top), room) / room) * (count - height / row);
}

/** Returns how far to scroll for so many rows to be above the screen: the inverse. */
export function topOf(rows: number, height: number, row: number, count: number): number {
  const room = tall(row, count) - height;
  return count * row <= TALLEST ? rows * row : (rows / (count - height / row)) * room;
}

/** Returns which rows to draw: those in sight and some around them. */
export function inSight(top: number, height: number, row: number, count: number): Window {
  const whole = tall(row, count);
  const at = above(top, height, row, count);
  const edge = whole < count * row ? Math.min(Math.max(0, top), whole - height) : at * row;
  const first = Math.min(count, Math.max(0, Math.floor(at) - AROUND, Math.ceil(at - edge / row)));
  const last = Math.min(count, Math.ceil(at + height / row) + AROUND, Math.floor(at + (whole - edge) / row + 1e-6));
  const before = Math.max(0, edge - (at - first) * row);
  return { first, last, before, after: Math.max(0, whole - before - (last - first) * row) };
}
