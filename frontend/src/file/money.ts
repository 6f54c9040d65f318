// Exact amounts: whole units as big integers, written as decimal texts as the server writes them.
import type { Numbers } from "../answers";

export const USD_DIGITS = 12;
export const CREDIT_DIGITS = 10;
const SHARE_DIGITS = 6;
/** Amounts are summed in two halves, neither of which grows beyond what a float holds exactly. */
export const HALF = 1_000_000;

/** Writes units of which one has ten to the power of `digits`, without needless zeros. */
export function decimal(units: bigint, digits: number): string {
  const one = 10n ** BigInt(digits);
  const [size, sign] = units < 0n ? [-units, "-"] : [units, ""];
  const rest = (size % one).toString().padStart(digits, "0").replace(/0+$/, "");
  return `${sign}${(size / one).toString()}${rest && "."}${rest}`;
}

export function usd(units: bigint): string {
  return decimal(units, USD_DIGITS);
}

export function credits(units: bigint): string {
  return decimal(units, CREDIT_DIGITS);
}

/** Writes a part of a whole, rounded down to six digits, never to nothing; null of nothing. */
export function share(part: bigint | number, whole: bigint | number): string | null {
  if (!whole) return null;
  const units = (BigInt(part) * 10n ** BigInt(SHARE_DIGITS)) / BigInt(whole);
  return decimal(units || BigInt(part > 0), SHARE_DIGITS);
}

/** Reads a decimal text as units, rounded down; undefined if it is no amount. */
export function units(text: string, digits: number): bigint | undefined {
  const found = /^\s*\$?(\d{1,9})?(?:\.(\d*))?\s*$/.exec(text);
  if (!found || !(found[1] ?? found[2])) return undefined;
  return BigInt((found[1] ?? "0") + (found[2] ?? "").padEnd(digits, "0").slice(0, digits));
}

/** Rounds as Python does: by the exact value of the float, a half to the even neighbour. */
export function rounded(value: number, digits: number): number {
  const exact = value.toFixed(40);
  const point = exact.indexOf(".") + 1 + digits;
  const isHalf = /^50*$/.test(exact.slice(point));
  const kept = exact.slice(0, point);
  return isHalf && Number(kept.at(-1)) % 2 === 0 ? Number(kept) : Number(value.toFixed(digits));
}

/** The sums of a group of calls, in this order; amounts in halves. */
export const SUMMED = [
  "calls", "input", "cached", "write", "output", "reasoning", "usd_high", "usd_low", "credits_high", "credits_low",
  "unpriced_calls", "unpriced_tokens", "uncredited_tokens", "estimated_high", "estimated_low",
] as const;
export type Sums = Readonly<Record<(typeof SUMMED)[number], number>>;

/** Returns sums, each as it is told by its place and name. */
export function sumsOf(tell: (place: number, name: keyof Sums) => number): Sums {
  const made: Record<string, number> = {};
  for (let place = 0; place < SUMMED.length; place += 1) {
    const name = SUMMED[place] as keyof Sums;
    made[name] = tell(place, name);
  }
  return made as Sums;
}

export const NOTHING = sumsOf(() => 0);

export function plus(one: Sums, other: Sums): Sums {
  return sumsOf((_, name) => one[name] + other[name]);
}

export function minus(one: Sums, other: Sums): Sums {
  return sumsOf((_, name) => one[name] - other[name]);
}

export function whole(high: number, low: number): bigint {
  return BigInt(high) * BigInt(HALF) + BigInt(low);
}

export type Metric = Exclude<keyof Numbers, "priced_share" | "credited_share" | "unpriced_calls" | "estimated_usd">;
export const METRICS: Readonly<Record<Metric, (sums: Sums) => number | bigint>> = {
  calls: (sums) => sums.calls,
  input_tokens: (sums) => sums.input,
  cached_input_tokens: (sums) => sums.cached,
  cache_write_input_tokens: (sums) => sums.write,
  uncached_input_tokens: (sums) => sums.input - sums.cached,
  output_tokens: (sums) => sums.output,
  reasoning_output_tokens: (sums) => sums.reasoning,
  total_tokens: (sums) => sums.input + sums.output,
  usd: (sums) => whole(sums.usd_high, sums.usd_low),
  credits: (sums) => whole(sums.credits_high, sums.credits_low),
};

/** Returns sums as an answer has them: what no call has a price for is null, not nothing. */
export function numbers(sums: Sums): Numbers {
  const tokens = sums.input + sums.output;
  const [priced, credited] = [tokens - sums.unpriced_tokens, tokens - sums.uncredited_tokens];
  const hasUsd = sums.unpriced_calls < sums.calls || !sums.calls;
  return {
    calls: sums.calls,
    input_tokens: sums.input,
    cached_input_tokens: sums.cached,
    cache_write_input_tokens: sums.write,
    uncached_input_tokens: sums.input - sums.cached,
    output_tokens: sums.output,
    reasoning_output_tokens: sums.reasoning,
    total_tokens: tokens,
    usd: hasUsd ? usd(whole(sums.usd_high, sums.usd_low)) : null,
    credits: credited || !tokens ? credits(whole(sums.credits_high, sums.credits_low)) : null,
    unpriced_calls: sums.unpriced_calls,
    estimated_usd: hasUsd ? usd(whole(sums.estimated_high, sums.estimated_low)) : null,
    priced_share: share(priced, tokens),
    credited_share: share(credited, tokens),
  };
}

/** Compares numbers, big integers or both. */
export function compare(one: number | bigint, other: number | bigint): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Compares texts by their code points, as UTF-8 and Python do. */
export function compareTexts(one: string, other: string): number {
  const least = Math.min(one.length, other.length);
  for (let place = 0; place < least; place += 1) {
    const [a, b] = [rank(one.charCodeAt(place)), rank(other.charCodeAt(place))];
    if (a !== b) return a - b;
  }
  return one.length - other.length;
}

/** Places the halves of code points beyond the first 65,536 after all others. */
function rank(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit;
}

/** Returns a text as SQLite compares it in any case: letters of ASCII alone. */
export function folded(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
