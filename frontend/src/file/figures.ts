// Answers that are sums: by dimensions, over time, by days and hours, beside the time before, and how contexts were filled.
import type { Bucket as BucketRow, Calls, Compare, Coverage, Heatmap, Mark, Numbers, Pressure, Row, Status, Summary, Timeseries } from "../answers";
import { invalid, missing, nothing, schema, scope, type Filter } from "./asks";
import { bucketOf, isoDay, label, start, type Bucket } from "./calendar";
import type { Calls as Columns } from "./calls";
import { cell } from "./content";
import { DIMENSIONS, dimension, type Engine, type Group, type Rows } from "./engine";
import { METRICS, NOTHING, compare, compareTexts, minus, numbers, plus, rounded, share, type Metric, type Sums } from "./money";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const MOST_BUCKETS = 10_000;
const LONGEST_MS = 100 * DAY_MS;
const BASELINE_TOKENS = 12_000;
const PPM = 1_000_000;
const SPELLINGS: Readonly<Record<string, Metric>> = { tokens: "total_tokens", cost: "usd" };

export function metric(name: string): Metric {
  const own = SPELLINGS[name] ?? name;
  if (own in METRICS) return own as Metric;
  throw invalid(`there is no metric ${name}`, `Choose one of ${Object.keys(METRICS).join(", ")}.`);
}

function split(name: string): string {
  const own = dimension(name.toLowerCase());
  if (own) return own;
  throw invalid(`there is no way to split by '${name}'`, `Choose one of ${DIMENSIONS.join(", ")}.`);
}

export function summary(engine: Engine, filter: Filter, by: readonly string[], order: Metric, limit: number): Summary {
  const rows = engine.rows(filter);
  const names = by.length ? [...new Set(by.map((one) => one.toLowerCase()))] : ["thread"];
  const groups = engine.groups(rows, names.map(split), order, filter);
  const shown = limit ? groups.slice(0, limit) : groups;
  const ofThreads = ["thread", "root_thread"].includes(split(names[0] ?? ""));
  return {
    schema: schema("summary"),
    scope: scope(filter, engine.calls.content),
    group_by: names,
    rows: shown.map((group) => row(group, names, ofThreads ? threadName(engine, group.keys[0]) : null)),
    totals: numbers(engine.totals(rows)),
    row_count: shown.length,
    truncated: shown.length < groups.length,
  };
}

export function row({ keys, sums }: Group, names: readonly string[], name: string | null): Row {
  const key = keys.length === 1 ? (keys[0] ?? null) : keys.map((one) => one ?? "unknown").join(" / ");
  return { key, keys: Object.fromEntries(names.map((one, at) => [one, keys[at] ?? null])), name, ...numbers(sums) };
}

export function threadName(engine: Engine, id: string | null | undefined): string | null {
  return engine.tables.thread.find((one) => one.thread_id === id)?.name || null;
}

export function coverage(engine: Engine, filter: Filter, limit: number): Coverage {
  const names = ["model", "provider", "pricing_status", "credit_confidence", "priced_as", "assumed"] as const;
  const rows = engine.rows(filter);
  const groups = engine.groups(rows, names);
  const shown = limit ? groups.slice(0, limit) : groups;
  return {
    schema: schema("pricing-coverage"),
    scope: scope(filter, engine.calls.content),
    rows: shown.map(({ keys, sums }) => ({
      ...numbers(sums), model: keys[0] ?? null, provider: keys[1] ?? null, pricing_status: keys[2] ?? "", credit_confidence: keys[3] ?? "",
      priced_as: keys[4] ?? null, assumed: keys[5] ?? null,
    })),
    totals: numbers(engine.totals(rows)),
    row_count: shown.length,
    truncated: shown.length < groups.length,
  };
}

export function calls(engine: Engine, filter: Filter, sort: string, ascending: boolean, limit: number, offset: number): Calls {
  const all = engine.rows(filter);
  const page = [...engine.sorted(all, filter, sort, ascending).slice(offset, offset + limit)].map((one) => engine.calls.row(one));
  const more = offset + page.length < all.length;
  return {
    schema: schema("query"),
    scope: scope(filter, engine.calls.content),
    rows: page,
    totals: numbers(engine.totals(all)),
    row_count: page.length,
    total_matched_rows: all.length,
    limit,
    offset,
    has_more: more,
    next_offset: more ? offset + page.length : null,
  };
}

export interface Ready {
  windows?: Status["windows"];
  budgets?: { budgets: Status["budgets"] };
  marks: Mark[];
}

export function status(engine: Engine, ready: Ready): Status {
  const { calls: columns, calls: { calendar, content } } = engine;
  const latest = engine.sort(engine.rows(nothing()), "time", false)[0];
  const today = calendar.day(content.about.now);
  const since = (days: number): Numbers => numbers(engine.totals(engine.rows({ ...nothing(), since: calendar.midnight(today - days) })));
  const call = latest === undefined ? null : columns.row(latest);
  return {
    schema: schema("status"),
    scope: scope(nothing(), content),
    latest: call,
    context_left_percent: call && contextLeft(call.context_used, call.context_window),
    windows: ready.windows ?? [],
    today: since(0),
    week: since(6),
    all_time: numbers(engine.totals(engine.rows(nothing()))),
    budgets: ready.budgets?.budgets ?? [],
  };
}

function contextLeft(used: number, window: number | null): number | null {
  if (window === null || window <= BASELINE_TOKENS) return null;
  const room = window - BASELINE_TOKENS;
  return rounded(Math.max(0, ((room - Math.max(used - BASELINE_TOKENS, 0)) / room) * 100), 1);
}

// -- a range beside the one before it ------------------------------------------------------------------------------------

const COMPARED = ["calls", "input_tokens", "cached_input_tokens", "output_tokens", "total_tokens", "usd", "credits"] as const;

export function compared(engine: Engine, filter: Filter): Compare {
  const { content } = engine.calls;
  const now = content.about.now;
  const until = Math.min(filter.until ?? now, Math.max(now, filter.since ?? 0));
  const earlier = filter.since === null ? null : within(engine.calls, before(engine.calls, filter.since, until));
  const sums = engine.totals(engine.rows(filter));
  const old = earlier && engine.totals(engine.rows({ ...filter, since: earlier[0], until: earlier[1] }));
  const told = numbers(sums);
  const toldOld = old && numbers(old);
  return {
    schema: schema("compare"),
    scope: scope(filter, content),
    since: filter.since,
    until,
    before_since: earlier?.[0] ?? null,
    before_until: earlier?.[1] ?? null,
    totals: told,
    before: toldOld,
    changes: Object.fromEntries(COMPARED.map((name) => [
      name, old && toldOld && told[name] !== null && toldOld[name] !== null ? change(METRICS[name](sums), METRICS[name](old)) : null,
    ])),
  };
}

/** Returns the same length before a range; of one that begins at a midnight as many local days earlier. */
function before({ calendar }: Columns, since: number, until: number): [number, number] {
  const [first, last] = [calendar.day(since), calendar.day(Math.max(until - 1, since))];
  if (calendar.midnight(first) !== since) return [2 * since - until, since];
  const days = last - first + 1;
  return [calendar.midnight(first - days), Math.min(calendar.instant(calendar.local(until) - days * DAY_MS), since)];
}

/** Returns a range if the file holds all of it. */
function within(calls: Columns, range: [number, number]): [number, number] | null {
  return range[0] < heldFrom(calls) ? null : range;
}

/** Returns from when on all calls of its scope are in the file. */
export function heldFrom({ content: { about }, columns }: Columns): number {
  return about.left_out ? cell(columns["at"] as Float64Array, 0) : (about.scope.since ?? -Infinity);
}

function change(now: number | bigint, then: number | bigint): string | null {
  const [one, other] = [BigInt(now), BigInt(then)];
  const part = share(one < other ? other - one : one - other, other);
  return part && one < other ? `-${part}` : part;
}

// -- contexts ------------------------------------------------------------------------------------------------------------

export function pressure(engine: Engine, filter: Filter): Pressure {
  const { calls: columns } = engine;
  const [input, output, windows] = ["input", "output", "context_window"].map((one) => columns.column(one)) as [Float64Array, Float64Array, Float64Array];
  const tenths = new Array<number>(10).fill(0);
  let [count, used, window, ppm, most] = [0, 0, 0, 0, 0];
  for (const one of engine.rows(filter)) {
    const of = cell(windows, one);
    if (!(of > 0)) continue;
    const tokens = cell(input, one) + cell(output, one);
    const part = Math.floor((PPM * tokens) / of);
    [count, used, window, ppm, most] = [count + 1, used + tokens, window + of, ppm + part, Math.max(most, part)];
    const tenth = Math.min(Math.floor(part / 100_000), 9);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  const percent = (share: number): number | null => (count ? rounded((share * 100) / PPM, 1) : null);
  const over = (percents: number): number => tenths.slice(percents / 10).reduce((sum, one) => sum + one, 0);
  return {
    schema: schema("pressure"),
    scope: scope(filter, columns.content),
    sample_count: count,
    avg_context_used: count ? Math.floor(used / count) : null,
    avg_context_window: count ? Math.floor(window / count) : null,
    avg_pressure_pct: percent(ppm / count),
    max_pressure_pct: percent(most),
    tenths,
    over: { 50: over(50), 80: over(80), 90: over(90) },
  };
}

// -- days and hours ------------------------------------------------------------------------------------------------------

export function heatmap(engine: Engine, filter: Filter): Heatmap {
  const week = (): number[][] => Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  const [hours, tokens, days] = [week(), week(), new Map<number, Sums>()];
  for (const { codes, sums } of engine.groups(engine.rows(filter), ["hour"])) {
    const [day, hour] = [Math.floor((codes[0] ?? 0) / 24), (codes[0] ?? 0) % 24];
    days.set(day, plus(days.get(day) ?? NOTHING, sums));
    for (const [table, more] of [[hours, sums.calls], [tokens, sums.input + sums.output]] as const) {
      const line = table[(day + 3) % 7] ?? [];
      line[hour] = (line[hour] ?? 0) + more;
    }
  }
  const busiest = [...days].reduce<[number, number] | null>((best, [day, sums]) => {
    const size = sums.input + sums.output;
    return best && best[1] >= size ? best : [day, size];
  }, null);
  const { calendar, content } = engine.calls;
  const [longest, first] = longestRow([...days.keys()]);
  return {
    schema: schema("heatmap"),
    scope: scope(filter, content),
    days: [...days].map(([day, sums]) => {
      const { calls: count, total_tokens, usd, credits } = numbers(sums);
      return { day: isoDay(day), calls: count, total_tokens, usd, credits };
    }),
    active_days: days.size,
    current_streak_days: currentRow(days, calendar.day(content.about.now)),
    longest_streak_days: longest,
    longest_streak_from_day: first,
    busiest_day: busiest && isoDay(busiest[0]),
    hours,
    hour_tokens: tokens,
  };
}

function currentRow(days: ReadonlyMap<number, unknown>, today: number): number {
  let day = days.has(today) ? today : today - 1;
  const last = day;
  while (days.has(day)) day -= 1;
  return last - day;
}

/** Returns the length of the longest row of days and its first one; the latest of equal ones. */
function longestRow(days: readonly number[]): [number, string | null] {
  let [best, from, count] = [0, null as number | null, 0];
  days.forEach((day, place) => {
    count = day === (days[place - 1] ?? NaN) + 1 ? count + 1 : 1;
    if (count >= best) [best, from] = [count, day - count + 1];
  });
  return [best, from === null ? null : isoDay(from)];
}

// -- over time -----------------------------------------------------------------------------------------------------------

interface Whole {
  key: string | null;
  others: boolean;
  byBucket: Map<string, Sums>;
}

export function series(engine: Engine, filter: Filter, bucket: Bucket, metrics: readonly Metric[], by: string | undefined, top: number, ready: Ready): Timeseries {
  const rows = engine.rows(filter);
  const name = by && split(by);
  const groups = engine.groups(rows, [bucket, ...(name ? [name] : [])]);
  const edges = buckets(engine, filter, bucket, groups);
  const parted = edges.flatMap((one) => halves(engine, one, bucket));
  const found = new Map<string | null, Whole>();
  for (const { keys, codes, sums } of groups) {
    const key = keys[1] ?? null;
    const whole = found.get(key) ?? { key, others: false, byBucket: new Map<string, Sums>() };
    found.set(key, whole);
    const edge = parted.filter((one) => one.number === codes[0]);
    if (edge.length < 2) whole.byBucket.set(keys[0] ?? "", sums);
    else part(engine, whole, edge, rows, sums, name);
  }
  const size = (whole: Whole): number | bigint => METRICS[metrics[0] ?? "total_tokens"](together(whole));
  const largest = [...found.values()].sort((a, b) => compare(size(b), size(a)) || compareTexts(a.key ?? "", b.key ?? ""));
  if (!largest.length && !name) largest.push({ key: null, others: false, byBucket: new Map() });
  const rest = top ? largest.splice(top) : [];
  if (rest.length) largest.push({ key: null, others: true, byBucket: merged(rest) });
  return {
    schema: schema("series"),
    scope: scope(filter, engine.calls.content),
    bucket,
    buckets: parted.map(({ label: text, starts_at, ends_at }) => ({ label: text, starts_at, ends_at })),
    series: largest.flatMap((one) => metrics.map((metric) => ({
      metric, key: one.key, keys: name ? { [name]: one.key } : {}, others: one.others,
      values: parted.map((edge) => value(one.byBucket.get(edge.label), metric)), total: value(together(one), metric),
    }))),
    totals: numbers(engine.totals(rows)),
    marks: marks(engine, rows, parted, ready.marks),
  };
}

type Edge = BucketRow & { number: number };

function together({ byBucket }: Whole): Sums {
  return [...byBucket.values()].reduce(plus, NOTHING);
}

function merged(wholes: readonly Whole[]): Map<string, Sums> {
  const found = new Map<string, Sums>();
  for (const { byBucket } of wholes) for (const [text, sums] of byBucket) found.set(text, plus(found.get(text) ?? NOTHING, sums));
  return found;
}

function value(sums: Sums | undefined, metric: Metric): number | string | null {
  return numbers(sums ?? NOTHING)[metric];
}

/** Returns all buckets of a range; where it is open, from the first call or to now. */
function buckets({ calls: { calendar, content } }: Engine, filter: Filter, bucket: Bucket, groups: readonly Group[]): Edge[] {
  const [first, last] = [groups[0]?.codes[0], groups.at(-1)?.codes[0]];
  if (filter.since === null && first === undefined) return [];
  const from = filter.since === null ? (first ?? 0) : bucketOf(calendar.local(filter.since), bucket);
  const now = content.about.now;
  const until = filter.until ?? Math.max(now, calendar.midnight(calendar.day(now)) + 1);
  const found: Edge[] = [];
  for (let number = from; number <= Math.max(last ?? from, from) || calendar.instant(start(number, bucket)) < until; number += 1) {
    const [starts_at, ends_at] = [calendar.instant(start(number, bucket)), calendar.instant(start(number + 1, bucket))];
    if (ends_at > starts_at) found.push({ number, label: label(number, bucket), starts_at, ends_at });
    if (number - from >= MOST_BUCKETS)
      throw invalid("the range has more than 10,000 buckets", "Ask for larger buckets, or for a shorter range.");
  }
  return found;
}

/** Returns a local hour that lasts longer as the hour and the one told again, named with their offsets. */
function halves({ calls: { calendar } }: Engine, edge: Edge, bucket: Bucket): Edge[] {
  if (bucket !== "hour" || edge.ends_at - edge.starts_at <= HOUR_MS) return [edge];
  const middle = edge.starts_at + HOUR_MS;
  return ([[edge.starts_at, middle], [middle, edge.ends_at]] as const).map(([starts_at, ends_at]) => {
    const local = calendar.local(starts_at);
    const minutes = Math.abs(local - starts_at) / 60_000;
    const clock = [Math.floor(minutes / 60), minutes % 60].map((one) => String(one).padStart(2, "0")).join(":");
    const text = `${new Date(local).toISOString().slice(0, 16)}${local < starts_at ? "-" : "+"}${clock}`;
    return { number: edge.number, label: text, starts_at, ends_at };
  });
}

/** Parts the calls of an hour that the clocks tell twice. */
function part(engine: Engine, whole: Whole, edges: readonly Edge[], rows: Rows, sums: Sums, name: string | undefined): void {
  const [first, second] = edges as [Edge, Edge];
  const at = engine.calls.column("at");
  const later = rows.filter((one) => cell(at, one) >= second.starts_at && cell(at, one) < second.ends_at);
  const after = engine.groups(later, name ? [name] : []).find(({ keys }) => (keys[0] ?? null) === whole.key)?.sums ?? NOTHING;
  for (const [edge, told] of [[first, minus(sums, after)], [second, after]] as const)
    if (told.calls) whole.byBucket.set(edge.label, told);
}

/** Returns what happened meanwhile: changes of prices of the models that were called, and resets where they can be told apart. */
function marks(engine: Engine, rows: Rows, edges: readonly Edge[], known: readonly Mark[]): Mark[] {
  const since = edges[0]?.starts_at ?? 0;
  const until = Math.min(edges.at(-1)?.ends_at ?? 0, engine.calls.content.about.now);
  const within = known.filter((one) => since < one.at && one.at < until);
  if (!within.length) return [];
  const models = new Set(engine.groups(rows, ["model"]).map(({ keys }) => keys[0] ?? ""));
  return within.filter((one) => (one.kind === "price" ? models.has(one.model ?? "") : until - since <= LONGEST_MS));
}

export function unknownCall(id: string): Error {
  return missing(`there is no call '${id}'`, "List calls with `codex-usage-tracker query`.");
}
