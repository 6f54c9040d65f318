// Which rows of a long table are in sight.

export interface Window {
  first: number;
  last: number;
}

/** Rows beyond these cannot be scrolled to: browsers draw no taller page. */
export const TALLEST = 500_000;
const AROUND = 12;

/** Returns which rows to draw: those in sight and some around them. */
export function inSight(top: number, height: number, row: number, count: number): Window {
  const first = Math.max(0, Math.floor(top / row) - AROUND);
  return { first: Math.min(first, count), last: Math.min(count, Math.ceil((top + height) / row) + AROUND) };
}
