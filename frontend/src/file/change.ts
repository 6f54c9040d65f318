// What changed against the week before, taken apart in ways that each come to the whole change.
import type { Change, ChangePart, ChangeSplit } from "../answers";
import type { Filter } from "./asks";
import { cell } from "./content";
import { labelOf, type Engine, type Rows } from "./engine";
import { heldFrom } from "./figures";
import { compareTexts, rounded, usd, whole, type Sums } from "./money";

const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;
const MOST_PARTS = 6;
const SPLITS = ["model", "project", "kind"] as const;
const CAUSES = ["tokens", "cache", "output", "price"] as const;

/** Calls with a price: their sums, and what uncached input, cached input and output cost. */
interface Week {
  rows: Rows;
  sums: Sums;
  usd: bigint;
  classes: bigint[];
}

export function change(engine: Engine, filter: Filter): Change {
  const { calendar, content } = engine.calls;
  const now = content.about.now;
  const today = calendar.day(now);
  const [since, before_since] = [calendar.midnight(today - 6), calendar.midnight(today - 13)];
  const week_ago = calendar.instant(calendar.local(now) - 7 * DAY_MS);
  const before_until = Math.max(Math.floor(week_ago / QUARTER_MS) * QUARTER_MS, before_since);
  // Of a week that the file does not hold nothing can be said.
  const isHeld = before_since >= heldFrom(engine.calls);
  const priced = { ...filter, pricing_status: ["priced", "estimated"] };
  const here = week(engine, { ...priced, since, until: null });
  const there = week(engine, { ...priced, since: before_since, until: before_until });
  return {
    since,
    until: now,
    before_since,
    before_until,
    usd: usd(here.usd),
    before_usd: usd(there.usd),
    change_usd: usd(here.usd - there.usd),
    cache_ratio: ratio(here.sums),
    before_cache_ratio: ratio(there.sums),
    splits: isHeld ? [...causes(here, there), ...SPLITS.map((name) => split(engine, name, here, there))] : [],
  };
}

function week(engine: Engine, filter: Filter): Week {
  const rows = engine.rows(filter);
  const sums = engine.totals(rows);
  return { rows, sums, usd: whole(sums.usd_high, sums.usd_low), classes: classes(engine, rows) };
}

function ratio({ cached, input }: Sums): number | null {
  return input ? rounded(cached / input, 4) : null;
}

/** Returns what uncached input, cached input and output cost, by the rates of the calls. */
function classes({ calls, tables }: Engine, rows: Rows): bigint[] {
  const tokens = tables.rate.map(() => [0, 0, 0, 0] as [number, number, number, number]);
  const rates = calls.column("rate");
  for (const row of rows) {
    const sum = tokens[cell(rates, row)];
    if (!sum) continue;
    const used = calls.usage(row);
    sum[0] += used.plain;
    sum[1] += used.write;
    sum[2] += used.cached;
    sum[3] += used.output;
  }
  const found = [0n, 0n, 0n];
  tokens.forEach(([plain, write, cached, output], place) => {
    const { usd_input = null, usd_write, usd_cached, usd_output } = tables.rate[place] ?? {};
    if (usd_input === null) return;
    const cost = (count: number, price: number | null | undefined): bigint => BigInt(count) * BigInt(price ?? 0);
    found[0] = (found[0] ?? 0n) + cost(plain, usd_input) + cost(write, usd_write);
    found[1] = (found[1] ?? 0n) + cost(cached, usd_cached);
    found[2] = (found[2] ?? 0n) + cost(output, usd_output);
  });
  return found;
}

function split(engine: Engine, name: string, here: Week, there: Week): ChangeSplit {
  const [now, then] = [here, there].map(({ rows }) =>
    new Map(engine.groups(rows, [name]).map(({ keys, sums }) => [keys[0] ?? null, whole(sums.usd_high, sums.usd_low)])),
  ) as [Map<string | null, bigint>, Map<string | null, bigint>];
  const by = (key: string | null): bigint => (now.get(key) ?? 0n) - (then.get(key) ?? 0n);
  const size = (key: string | null): bigint => (by(key) < 0n ? -by(key) : by(key));
  const keys = [...new Set([...now.keys(), ...then.keys()])].sort((one, other) =>
    size(one) === size(other) ? compareTexts(one ?? "", other ?? "") : size(one) > size(other) ? -1 : 1,
  );
  const part = (some: (string | null)[], others: boolean): ChangePart => {
    const sum = (of: Map<string | null, bigint>): bigint => some.reduce((all, key) => all + (of.get(key) ?? 0n), 0n);
    const key = others ? null : (some[0] ?? null);
    return { key, keys: { [name]: key }, others, usd: usd(sum(now)), before_usd: usd(sum(then)), change_usd: usd(sum(now) - sum(then)) };
  };
  const rest = keys.slice(MOST_PARTS);
  const parts = keys.slice(0, MOST_PARTS).map((key) => part([key], false));
  return { dimension: name, label: labelOf(name), parts: rest.length ? [...parts, part(rest, true)] : parts };
}

/** Returns a change by what brought it about; without a week before, nothing can be said of that. */
function causes(here: Week, there: Week): ChangeSplit[] {
  const [now, then] = [here.sums, there.sums].map((one) => [one.input - one.cached, one.cached, one.output].map(BigInt)) as [bigint[], bigint[]];
  if (then.includes(0n) || !sum(now)) return [];
  const parts = caused(now, then, there.classes);
  parts.push(here.usd - there.usd - sum(parts));
  const told = CAUSES.map((cause, at) => ({
    key: cause, keys: { cause }, others: false, usd: null, before_usd: null, change_usd: usd(parts[at] ?? 0n),
  }));
  return [{ dimension: "cause", label: "Cause", parts: told }];
}

/**
 * Returns what more tokens, another share from the cache and another share of output cost, at the prices before. All is
 * counted in parts of one denominator, for it must be exact.
 */
export function caused(now: readonly bigint[], then: readonly bigint[], costs: readonly bigint[]): bigint[] {
  const [a = 1n, b = 1n, c = 1n] = then;
  const [x = 0n, y = 0n, z = 0n] = now;
  const [p = 0n, q = 0n, r = 0n] = costs;
  const all = sum(costs);
  const bottom = a * b * c * (a + b + c) * (a + b);
  const volume = (all * (sum(now) - sum(then)) * bottom) / sum(then);
  const usual = b * (x + y); // of (a + b) parts
  const cache = ((y * (a + b) - usual) * (q * a - p * b) * bottom) / ((a + b) * a * b);
  const atOldPrices = (p * x * bottom) / a + (q * y * bottom) / b + (r * z * bottom) / c;
  const output = atOldPrices - (all * bottom + volume) - cache;
  return [volume / bottom, cache / bottom, output / bottom];
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((all, one) => all + one, 0n);
}
