// One filter, one way to group, one way to sort: all answers are made with these.
import { TEXTS, byQuarter, type Filter } from "./asks";
import { bucketOf, label, type Bucket } from "./calendar";
import type { Calls } from "./calls";
import { cell, type Tables } from "./content";
import { METRICS, NOTHING, compare, compareTexts, folded, sumsOf, type Metric, type Sums } from "./money";

/** Rows of calls, the oldest first. */
export type Rows = Int32Array;
type Text = string | null;
/** So many keys of groups are looked up in a table; more in a map. */
const MOST_NUMBERED = 1_000_000;
type Table = "thread" | "profile" | "rate";

/** The ways to split by what calls refer to: the table, its label, and the text of one of its rows. */
const SPLITS: Readonly<Record<string, readonly [Table, (place: number, tables: Tables) => Text, string?]>> = {
  model: ["profile", (place, { profile }) => profile[place]?.model ?? null, "Model"],
  effort: ["profile", (place, { profile }) => profile[place]?.effort ?? null],
  tier: ["profile", (place, { profile }) => profile[place]?.tier ?? null],
  kind: ["profile", (place, { profile }) => profile[place]?.kind ?? null, "Kind"],
  basis: ["profile", (place, { profile }) => profile[place]?.basis ?? null],
  origin: ["profile", (place, { profile }) => profile[place]?.origin ?? null],
  reason: ["profile", (place, { profile }) => profile[place]?.reason ?? null],
  thread: ["thread", (place, { thread }) => thread[place]?.thread_id ?? null],
  root_thread: ["thread", (place, { thread }) => thread[rootOf(place, thread)]?.thread_id ?? null],
  project: ["thread", (place, tables) => projectOf(place, tables)?.project ?? null, "Project"],
  project_tag: ["thread", (place, tables) => projectOf(place, tables)?.project_tag ?? null],
  directory: ["thread", (place, tables) => projectOf(place, tables)?.cwd ?? null],
  remote: ["thread", (place, tables) => projectOf(place, tables)?.git_remote ?? null],
  branch: ["thread", (place, { thread }) => thread[place]?.git_branch || null],
  originator: ["thread", (place, tables) => clientOf(place, tables)?.originator ?? null],
  version: ["thread", (place, tables) => clientOf(place, tables)?.client_version ?? null],
  provider: ["thread", (place, tables) => clientOf(place, tables)?.provider ?? null],
  source: ["thread", (place, tables) => clientOf(place, tables)?.source ?? null],
  role: ["thread", (place, { thread }) => thread[place]?.role || null],
  nickname: ["thread", (place, { thread }) => thread[place]?.nickname || null],
  account: ["thread", (place, { thread }) => thread[place]?.account || null],
  history: ["thread", (place, { thread }) => (thread[place]?.archived ? "archived" : "active")],
  pricing_status: ["rate", (place, { rate }) => rate[place]?.pricing_status ?? "unpriced"],
  credit_confidence: ["rate", (place, { rate }) => rate[place]?.credit_confidence ?? "missing"],
  priced_as: ["rate", (place, { rate }) => rate[place]?.priced_as ?? null],
  assumed: ["rate", (place, { rate }) => rate[place]?.assumed ?? null],
};
const BUCKETS: readonly string[] = ["hour", "day", "week", "month"];
const SPELLINGS: Readonly<Record<string, string>> = {
  date: "day", cwd: "directory", session: "root_thread", parent_thread: "root_thread", subagent_type: "kind", agent_role: "role",
  thread_source: "kind", service_tier: "tier", git_branch: "branch", client_version: "version",
};

/** Returns the own name of a way to split, undefined if there is none. */
export function dimension(name: string): string | undefined {
  const own = SPELLINGS[name] ?? name;
  return own in SPLITS || BUCKETS.includes(own) ? own : undefined;
}

export const DIMENSIONS = [...Object.keys(SPLITS), ...BUCKETS];

export function labelOf(name: string): string {
  return SPLITS[name]?.[2] ?? name;
}

export function rootOf(place: number, threads: Tables["thread"]): number {
  return threads[place]?.root_id ?? place;
}

function projectOf(place: number, { thread, project }: Tables): Tables["project"][number] | undefined {
  return project[thread[place]?.project_id ?? -1];
}

function clientOf(place: number, { thread, client }: Tables): Tables["client"][number] | undefined {
  return client[thread[place]?.client_id ?? -1];
}

export interface Group {
  keys: Text[];
  /** Buckets of time as numbers, texts as their places in order. */
  codes: number[];
  sums: Sums;
  /** The first of its threads by their ids, by which equal groups are put in order: their names may be hidden. */
  first: number;
}

interface Codes {
  /** Of each row of the table, then of calls that refer to none. */
  codes: Int32Array;
  texts: Text[];
}

export class Engine {
  readonly #codes = new Map<string, Codes>();
  readonly #chosen = new Map<string, Rows>();
  readonly #sorted = new Map<string, Rows>();
  readonly #totals = new WeakMap<Rows, Sums>();

  constructor(readonly calls: Calls) {}

  get tables(): Tables {
    return this.calls.content.tables;
  }

  /** Returns the calls that a filter leaves. */
  rows(filter: Filter): Rows {
    return kept(this.#chosen, keyOf(filter), 24, () => this.#choose(filter));
  }

  totals(rows: Rows): Sums {
    const known = this.#totals.get(rows) ?? summed(this.calls, rows);
    this.#totals.set(rows, known);
    return known;
  }

  /** Returns groups, by time where that is asked for, then the largest by a metric first. */
  groups(rows: Rows, split: readonly string[], order: Metric = "total_tokens", filter?: Filter): Group[] {
    const parts = split.map((name) => this.#part(name, rows));
    const keys = new Float64Array(rows.length);
    for (const { of, size } of parts)
      for (let place = 0; place < keys.length; place += 1) keys[place] = cell(keys, place) * size + cell(of, place);
    const { group, firsts } = numbered(keys, parts.reduce((size, one) => size * one.size, 1));
    const sums = summedBy(this.calls, rows, group, firsts.length);
    const found = firsts.map((place, index) => {
      const codes = parts.map((one) => cell(one.of, place) + one.first);
      return { codes, keys: parts.map((one, at) => one.text(codes[at] ?? 0)), sums: sums[index] ?? NOTHING, first: Infinity };
    });
    const others = [...split.keys()].filter((at) => SPLITS[split[at] ?? ""]?.[0] !== "thread");
    if (others.length < split.length) {
      const [threads, { codes }] = [this.calls.column("thread"), this.codes("thread")];
      group.forEach((index, place) => {
        const one = found[index];
        if (one) one.first = Math.min(one.first, cell(codes, cell(threads, cell(rows, place))));
      });
    }
    const times = split.flatMap((name, at) => (BUCKETS.includes(name) ? [at] : []));
    const hides = filter !== undefined && !byQuarter(filter);
    const worth = found.map((one) => (hides && order === "usd" && one.sums.unpriced_calls === one.sums.calls ? -1 : METRICS[order](one.sums)));
    return found
      .map((one, index) => [one, worth[index] ?? 0] as const)
      .sort(([a, x], [b, y]) => byPlaces(a, b, times) || compare(y, x) || compare(a.first, b.first) || byPlaces(a, b, others))
      .map(([one]) => one);
  }

  /** Returns the rows in an order: by a key, then by time, line and record id. */
  sorted(rows: Rows, filter: Filter, sort: string, ascending: boolean): Rows {
    return kept(this.#sorted, `${keyOf(filter)} ${sort} ${String(ascending)}`, 4, () => this.sort(rows, sort, ascending));
  }

  sort(rows: Rows, sort: string, ascending: boolean): Rows {
    const ties = this.calls.ties;
    if (sort === "time") return ascending ? rows : rows.slice().sort((a, b) => cell(ties, b) - cell(ties, a) || a - b);
    const keys = this.#keys(sort);
    const sign = ascending ? 1 : -1;
    return rows.slice().sort((a, b) => {
      const by = cell(keys, a) - cell(keys, b);
      return by ? by * sign : ascending ? a - b : cell(ties, b) - cell(ties, a) || a - b;
    });
  }

  // -- choosing ---------------------------------------------------------------------------------------------------------

  #choose(filter: Filter): Rows {
    const { calls } = this;
    const [first, last] = [this.#after(filter.since, 0), this.#after(filter.until, calls.count)];
    const masks = [
      [calls.column("thread"), this.#threads(filter)],
      [calls.column("profile"), this.#profiles(filter)],
      [calls.column("rate"), this.#rates(filter)],
    ] as const;
    const wanted = masks.filter((one): one is readonly [Float64Array, Uint8Array] => one[1] !== null);
    const rules = filter.finding.reduce((bits, key) => bits | (1 << calls.content.rules.findIndex(([one]) => one === key)), 0);
    const [usd, credits] = [Number(filter.min_usd), Number(filter.min_credits)];
    const [input, output] = [calls.column("input"), calls.column("output")];
    const found = new Int32Array(Math.max(0, last - first));
    let count = 0;
    for (let row = first; row < last; row += 1) {
      if (!wanted.every(([column, mask]) => cell(mask, at(cell(column, row), mask)))) continue;
      if (rules && !(cell(calls.found, row) & rules)) continue;
      if (filter.min_tokens && cell(input, row) + cell(output, row) < filter.min_tokens) continue;
      if (usd && !(cell(calls.usd, row) >= usd)) continue;
      if (credits && !(cell(calls.credits, row) >= credits)) continue;
      found[count] = row;
      count += 1;
    }
    return found.slice(0, count);
  }

  /** Returns the first call at an instant or after it. */
  #after(instant: number | null, open: number): number {
    if (instant === null) return open;
    const times = this.calls.column("at");
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cell(times, middle) < instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #threads(filter: Filter): Uint8Array | null {
    const tests: ((place: number) => boolean)[] = [];
    const { thread, project } = this.tables;
    if (!filter.archived) tests.push((place) => !thread[place]?.archived);
    const of: Record<string, (place: number) => Text> = {
      project: (place) => project[thread[place]?.project_id ?? -1]?.project ?? null,
      directory: (place) => project[thread[place]?.project_id ?? -1]?.cwd ?? null,
      branch: (place) => thread[place]?.git_branch ?? "unknown",
      source: (place) => clientOf(place, this.tables)?.source ?? "unknown",
    };
    for (const [name, text] of Object.entries(of)) {
      const wanted = new Set(filter[name as "project"].map(folded));
      if (wanted.size) tests.push((place) => wanted.has(folded(text(place) ?? "\0")));
    }
    if (filter.thread.length) {
      const ids = new Set(filter.thread);
      const isNamed = (place: number): boolean => ids.has(thread[place]?.thread_id ?? "") || ids.has(thread[place]?.name ?? "");
      tests.push((place) => isNamed(place) || ids.has(thread[rootOf(place, thread)]?.thread_id ?? ""));
    }
    if (filter.search) tests.push((place) => this.#mentions(place, folded(filter.search)));
    return tests.length ? Uint8Array.from(thread, (_, place) => Number(tests.every((test) => test(place)))) : null;
  }

  #mentions(place: number, text: string): boolean {
    const thread = this.tables.thread[place];
    const project = projectOf(place, this.tables);
    const texts = [
      thread?.name, thread?.thread_id, thread?.parent_thread_id, thread?.git_branch, thread?.nickname, thread?.role, project?.project,
      project?.cwd, project?.project_tag, project?.git_remote,
    ];
    return texts.some((one) => one && folded(one).includes(text));
  }

  #profiles(filter: Filter): Uint8Array | null {
    const names = TEXTS.slice(0, 5).filter((name) => filter[name].length) as ("model" | "effort" | "tier" | "kind" | "origin")[];
    if (!names.length) return null;
    const wanted = names.map((name) => [name, new Set(filter[name].map((one) => (one === "unknown" ? "" : folded(one))))] as const);
    return Uint8Array.from(this.tables.profile, (one) =>
      Number(wanted.every(([name, values]) => values.has(folded(one[name] ?? "")))),
    );
  }

  #rates(filter: Filter): Uint8Array | null {
    const [status, confidence] = [filter.pricing_status, filter.credit_confidence];
    if (!status.length && !confidence.length) return null;
    const isWanted = (wanted: readonly string[], value: string): boolean => !wanted.length || wanted.includes(value);
    const found = this.tables.rate.map((one) => isWanted(status, one.pricing_status) && isWanted(confidence, one.credit_confidence));
    return Uint8Array.from([...found, false], Number);
  }

  // -- grouping ---------------------------------------------------------------------------------------------------------

  #part(name: string, rows: Rows): { of: Float64Array; first: number; size: number; text: (code: number) => Text } {
    if (BUCKETS.includes(name)) {
      const [first, last] = [this.#bucket(name as Bucket, rows[0] ?? 0) - 1, this.#bucket(name as Bucket, rows.at(-1) ?? 0) + 1];
      const of = new Float64Array(rows.length);
      for (let place = 0; place < of.length; place += 1) of[place] = this.#bucket(name as Bucket, cell(rows, place)) - first;
      return { of, first, size: last - first + 1, text: (code) => label(code, name as Bucket) };
    }
    const { codes, texts } = this.codes(name);
    const places = this.calls.column(this.table(name));
    const of = new Float64Array(rows.length);
    for (let place = 0; place < of.length; place += 1) of[place] = cell(codes, at(cell(places, cell(rows, place)), codes));
    return { of, first: 0, size: texts.length, text: (code) => texts[code] ?? null };
  }

  #bucket(bucket: Bucket, row: number): number {
    return bucketOf(cell(this.calls.local, row), bucket);
  }

  table(name: string): Table {
    return SPLITS[name]?.[0] ?? "thread";
  }

  /** Returns the texts of a way to split in order, and which of them each row of its table has. */
  codes(name: string): Codes {
    return kept(this.#codes, name, 40, () => {
      const [table, text] = SPLITS[name] ?? (["thread", () => null] as const);
      const told = [...this.tables[table].keys(), -1].map((place) => text(place, this.tables));
      const texts = [null, ...[...new Set(told)].filter((one) => one !== null).sort(compareTexts)];
      const places = new Map(texts.map((one, place) => [one, place]));
      return { texts, codes: Int32Array.from(told, (one) => places.get(one) ?? 0) };
    });
  }

  // -- sorting ----------------------------------------------------------------------------------------------------------

  /** Returns what calls are sorted by; what is unknown is less than anything. */
  #keys(sort: string): Float64Array {
    const { calls } = this;
    const column = (name: string): Float64Array => calls.column(name);
    const [input, cached, output] = [column("input"), column("cached_input"), column("output")];
    const make = (of: (row: number) => number): Float64Array => {
      const keys = new Float64Array(calls.count);
      for (let row = 0; row < calls.count; row += 1) {
        const key = of(row);
        keys[row] = Number.isNaN(key) ? -Infinity : key;
      }
      return keys;
    };
    const share = (part: number, whole: number): number => (whole ? part / whole : NaN);
    const text = (name: "thread" | "profile", of: (place: number) => string): Float64Array => {
      const texts = this.tables[name].map((_, place) => of(place));
      const places = new Map([...new Set(texts)].sort(compareTexts).map((one, place) => [one, place]));
      return make((row) => places.get(texts[cell(column(name), row)] ?? "") ?? 0);
    };
    const profiles = this.tables.profile;
    const threads = this.tables.thread;
    const sorts: Record<string, () => Float64Array> = {
      cost: () => make((row) => cell(calls.usd, row)),
      credits: () => make((row) => cell(calls.credits, row)),
      tokens: () => make((row) => cell(input, row) + cell(output, row)),
      input: () => input,
      cached: () => cached,
      uncached: () => make((row) => cell(input, row) - cell(cached, row)),
      output: () => output,
      reasoning: () => column("reasoning"),
      duration: () => make((row) => cell(column("duration_ms"), row)),
      gap: () => make((row) => cell(column("gap_ms"), row)),
      context: () => make((row) => share(cell(input, row) + cell(output, row), cell(column("context_window"), row))),
      cache: () => make((row) => share(cell(cached, row), cell(input, row))),
      model: () => text("profile", (place) => profiles[place]?.model ?? ""),
      effort: () => text("profile", (place) => profiles[place]?.effort ?? ""),
      initiator: () => text("profile", (place) => profiles[place]?.origin ?? ""),
      thread: () => text("thread", (place) => threads[place]?.name ?? threads[place]?.thread_id ?? ""),
    };
    return sorts[sort]?.() ?? input;
  }
}

export const SORTS = [
  "time", "cost", "credits", "tokens", "input", "cached", "uncached", "output", "reasoning", "duration", "gap", "context", "cache",
  "model", "effort", "initiator", "thread",
] as const;

/** Returns a place in a mask or in codes: what refers to nothing has the last one. */
function at(place: number, table: Int32Array | Uint8Array): number {
  return Number.isNaN(place) ? table.length - 1 : place;
}

function byPlaces(one: Group, other: Group, places: Iterable<number>): number {
  for (const place of places) {
    const difference = (one.codes[place] ?? 0) - (other.codes[place] ?? 0);
    if (difference) return difference;
  }
  return 0;
}

/** Numbers groups by their keys, of which there can be so many, in the order in which they come; tells where each begins. */
function numbered(keys: Float64Array, size: number): { group: Int32Array; firsts: number[] } {
  const group = new Int32Array(keys.length);
  const firsts: number[] = [];
  const table = size <= MOST_NUMBERED ? new Int32Array(size) : null;
  const known = new Map<number, number>();
  for (let place = 0; place < keys.length; place += 1) {
    const key = cell(keys, place);
    let number = table ? cell(table, key) : (known.get(key) ?? 0);
    if (!number) {
      number = firsts.push(place);
      if (table) table[key] = number;
      else known.set(key, number);
    }
    group[place] = number - 1;
  }
  return { group, firsts };
}

export function summed(calls: Calls, rows: Rows): Sums {
  return summedBy(calls, rows, new Int32Array(rows.length), 1)[0] ?? NOTHING;
}

export function summedBy(calls: Calls, rows: Rows, group: Int32Array, count: number): Sums[] {
  const columns = calls.summed.map((column, which) => {
    const sums = new Float64Array(count);
    if (calls.empty[which]) return sums;
    for (let place = 0; place < rows.length; place += 1) {
      const into = cell(group, place);
      sums[into] = cell(sums, into) + cell(column, cell(rows, place));
    }
    return sums;
  });
  return Array.from({ length: count }, (_, index) => sumsOf((place) => cell(columns[place] as Float64Array, index)));
}

function keyOf(filter: Filter): string {
  return JSON.stringify(filter, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
}

/** Returns what is kept under a name, made anew if it is not; so many are kept. */
function kept<T>(known: Map<string, T>, name: string, most: number, make: () => T): T {
  const found = known.get(name) ?? make();
  known.delete(name);
  known.set(name, found);
  for (const old of [...known.keys()].slice(0, -most)) known.delete(old);
  return found;
}
