// What amounts are measured in, wherever one may choose.
import type { Numbers } from "./answers";
import { credits, exact, money, short } from "./figures";

export interface Measure {
  key: string;
  label: string;
  /** The field of an answer. */
  metric: "total_tokens" | "usd" | "credits" | "calls";
  short: (value: number | string | null | undefined) => string;
  exact: (value: number | string | null | undefined) => string;
}

const text = (value: number | string | null | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

export const MEASURES: readonly Measure[] = [
  { key: "tokens", label: "Tokens", metric: "total_tokens", short, exact },
  {
    key: "cost",
    label: "Cost",
    metric: "usd",
    short: (value) => money(text(value)),
    exact: (value) => (text(value) === null ? money(null) : `$${exact(value)}`),
  },
  {
    key: "credits",
    label: "Credits",
    metric: "credits",
    short: (value) => credits(text(value)),
    exact: (value) => (text(value) === null ? credits(null) : exact(value)),
  },
  { key: "calls", label: "Calls", metric: "calls", short, exact },
];
export const TOKENS = MEASURES[0] as Measure;

export function measure(key: string | undefined): Measure {
  return MEASURES.find((one) => one.key === key) ?? TOKENS;
}

/** Returns what a row has of a measure as a number to draw: for pictures only, never to be written. */
export function drawn(row: Numbers, one: Measure): number {
  return Number(row[one.metric] ?? 0);
}

/** Says how much of a cost is a guess or missing; empty where all of it is known. */
export function costNote(row: Numbers): string {
  const notes = [];
  if (row.unpriced_calls) notes.push(`${exact(row.unpriced_calls)} calls have no price and are not in it`);
  if (row.estimated_usd !== null && Number(row.estimated_usd)) notes.push(`$${exact(row.estimated_usd)} of it is a best guess`);
  return notes.join("; ");
}

/** Writes a cost with its mark: `*` where a part of it is a guess, `+` where calls without a price are missing. */
export function markedCost(row: Numbers): string {
  const guessed = row.estimated_usd !== null && Number(row.estimated_usd) ? "*" : "";
  const partial = row.usd !== null && row.unpriced_calls ? "+" : "";
  return money(row.usd) + guessed + partial;
}

/** Says a cost to its last digit, and what it stands for. */
export function fullCost(row: Numbers): string {
  const note = costNote(row);
  return (row.usd === null ? "No price is known" : `$${exact(row.usd)} at API list prices`) + (note && `; ${note}`);
}
