// Time with its idle stretches folded away, so that a thread of weeks is read like one sitting.

export interface Span {
  from: number;
  to: number;
}
export interface Segment extends Span {
  left: number;
  right: number;
}
export interface Fold {
  left: number;
  right: number;
  /** How long nothing happened, in milliseconds. */
  ms: number;
}
export interface Folded {
  segments: readonly Segment[];
  folds: readonly Fold[];
  x: (at: number) => number;
}

const MINUTE = 60_000;
const IDLE = [2, 5, 15, 45, 120, 360, 1440, 4320, 10_080].map((minutes) => minutes * MINUTE);
const FOLD = 30;
const LEAST = 5;

/** Lays spans of time out over a width: what is idle for long becomes a narrow fold. */
export function folded(spans: readonly Span[], width: number): Folded {
  const most = Math.max(1, Math.floor(width / 90));
  let busy: Span[] = [];
  for (const idle of [...IDLE, Infinity]) {
    busy = merged(spans, idle);
    if (busy.length <= most) break;
  }
  return laidOut(busy, width);
}

/** Joins spans that are no more than an idle stretch apart. */
export function merged(spans: readonly Span[], idle: number): Span[] {
  const found: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = found.at(-1);
    if (last && span.from - last.to <= idle) last.to = Math.max(last.to, span.to);
    else found.push({ ...span });
  }
  return found;
}

function laidOut(busy: readonly Span[], width: number): Folded {
  const room = width - Math.max(0, busy.length - 1) * FOLD - busy.length * LEAST;
  const total = busy.reduce((sum, span) => sum + span.to - span.from, 0) || 1;
  const segments: Segment[] = [];
  let left = 0;
  for (const span of busy) {
    const right = left + LEAST + Math.max(0, room) * ((span.to - span.from) / total);
    segments.push({ ...span, left, right });
    left = right + FOLD;
  }
  return { segments, folds: foldsOf(segments), x: (at) => place(segments, at) };
}

function foldsOf(segments: readonly Segment[]): Fold[] {
  return segments.slice(1).map((next, index) => {
    const before = segments[index] ?? next;
    return { left: before.right, right: next.left, ms: next.from - before.to };
  });
}

function place(segments: readonly Segment[], at: number): number {
  const found = segments.find((one) => at <= one.to) ?? segments.at(-1);
  if (!found) return 0;
  const part = (Math.min(Math.max(at, found.from), found.to) - found.from) / (found.to - found.from || 1);
  return found.left + part * (found.right - found.left);
}

export interface Placed<Item> {
  item: Item;
  left: number;
  right: number;
  row: number;
}

/** Puts items into as few rows as they need so that none covers another, each in the first row with room. */
export function rows<Item>(items: readonly { item: Item; left: number; right: number }[]): Placed<Item>[] {
  const ends: number[] = [];
  return items
    .toSorted((a, b) => a.left - b.left)
    .map((one) => {
      const free = ends.findIndex((end) => end <= one.left);
      const row = free < 0 ? ends.length : free;
      ends[row] = one.right;
      return { ...one, row };
    });
}
