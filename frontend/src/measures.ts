// What amounts are measured in, wherever one may choose.
import type { Numbers } from "./answers";
import { credits, dollars, exact, money, short } from "./figures";
import { t } from "./language";

export interface Measure {
  key: string;
  label: string;
  /** The field of an answer. */
  metric: "total_tokens" | "usd" | "credits" | "calls";
  short: (value: number | string | null | undefined) => string;
  exact: (value: number | string | null | undefined) => string;
  /** The exact value with its unit. */
  told: (value: number | string | null | undefined) => string;
  /** Says what something is sorted or drawn by. */
  by: string;
}

const text = (value: number | string | null | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

export const MEASURES: readonly Measure[] = [
  {
    key: "tokens",
    label: t("Tokens"),
    metric: "total_tokens",
    short,
    exact,
    told: (value) => t("{tokens, plural, one {# token} other {# tokens}}", { tokens: Number(value) }),
    by: t("by tokens"),
  },
  {
    key: "cost",
    label: t("Cost"),
    metric: "usd",
    short: (value) => money(text(value)),
    exact: dollars,
    told: dollars,
    by: t("by cost"),
  },
  {
    key: "credits",
    label: t("Credits"),
    metric: "credits",
    short: (value) => credits(text(value)),
    exact: (value) => (text(value) === null ? credits(null) : exact(value)),
    told: (value) => (text(value) === null ? credits(null) : t("{credits} credits", { credits: exact(value) })),
    by: t("by credits"),
  },
  {
    key: "calls",
    label: t("Calls"),
    metric: "calls",
    short,
    exact,
    told: (value) => t("{calls, plural, one {# call} other {# calls}}", { calls: Number(value) }),
    by: t("by calls"),
  },
];
export const TOKENS = MEASURES[0] as Measure;

export function measure(key: string | undefined): Measure {
  return MEASURES.find((one) => one.key === key) ?? TOKENS;
}

/** Writes an amount with what it is of. */
export function amountOf(one: Measure, value: number | string | null | undefined): string {
  const amount = Number(value ?? 0);
  if (one.key === "cost" || value === null) return one.exact(value);
  if (one.key === "tokens") return t("{tokens, plural, one {# token} other {# tokens}}", { tokens: amount });
  if (one.key === "calls") return t("{calls, plural, one {# call} other {# calls}}", { calls: amount });
  return t("{credits} credits", { credits: one.exact(value) });
}

/** Returns what a row has of a measure as a number to draw: for pictures only, never to be written. */
export function drawn(row: Numbers, one: Measure): number {
  return Number(row[one.metric] ?? 0);
}

/** Says how much of a cost is a guess or missing; empty where all of it is known. */
export function costNote(row: Numbers): string {
  const notes = [];
  const calls = row.unpriced_calls;
  if (calls) notes.push(t("{calls, plural, one {# call has no price and is not in it} other {# calls have no price and are not in it}}", { calls }));
  if (isGuessed(row)) notes.push(t("{usd} of it is a best guess", { usd: dollars(row.estimated_usd) }));
  return notes.join("; ");
}

function isGuessed(row: Numbers): boolean {
  return row.estimated_usd !== null && Number(row.estimated_usd) !== 0;
}

/** Writes a cost with its mark: `*` where a part of it is a guess, `+` where calls without a price are missing. */
export function markedCost(row: Numbers): string {
  const partial = row.usd !== null && row.unpriced_calls ? "+" : "";
  return money(row.usd) + (isGuessed(row) ? "*" : "") + partial;
}

/** Says a cost to its last digit, and what it stands for. */
export function fullCost(row: Numbers): string {
  const cost = row.usd === null ? t("No price is known") : t("{usd} at API list prices", { usd: dollars(row.usd) });
  return [cost, costNote(row)].filter(Boolean).join("; ");
}
