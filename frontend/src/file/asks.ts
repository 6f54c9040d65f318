// Questions as the page asks them, and the filters that they make.
import { Refusal, type Params } from "../transport";
import type { Scope } from "../answers";
import { dayOf, type Calendar } from "./calendar";
import type { Content } from "./content";
import { CREDIT_DIGITS, USD_DIGITS, credits, folded, units, usd } from "./money";

export const TEXTS = ["model", "effort", "tier", "kind", "origin", "project", "directory", "branch", "source"] as const;
const LISTS = [...TEXTS, "thread", "pricing_status", "credit_confidence", "finding"] as const;
type Lists = Record<(typeof LISTS)[number], readonly string[]>;

/** Which calls: half-open instants, and values to match. Amounts are in units. */
export interface Filter extends Lists {
  since: number | null;
  until: number | null;
  archived: boolean;
  search: string;
  min_tokens: number;
  min_usd: bigint;
  min_credits: bigint;
}

const SPELLINGS: Readonly<Record<string, string>> = {
  q: "search", start: "since", end: "until", preset: "range", record: "record_id", thread_key: "thread",
  reasoning_effort: "effort", cwd: "directory", service_tier: "tier",
};
const CONFIDENCES: Readonly<Record<string, string>> = { estimated: "inferred", unpriced: "missing" };
const EVERY = ["timezone"];
export const RANGE = ["range", "since", "until"];
export const CHOICE = [...RANGE, ...LISTS, "search", "min_tokens", "min_cost", "min_credits", "include_archived"];
const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;

export function invalid(message: string, hint: string): Refusal {
  return new Refusal("invalid_value", message, hint, 400);
}

export function missing(message: string, hint: string): Refusal {
  return new Refusal("not_found", message, hint, 404);
}

/** A question with its parameters, all of them texts; an empty one is not given. */
export class Ask {
  readonly #given = new Map<string, string[]>();

  constructor(params: Params, known: readonly string[]) {
    for (const [name, value] of Object.entries(params)) {
      const texts = (Array.isArray(value) ? (value as readonly string[]) : [value]).filter((one) => one !== undefined && one !== "");
      if (!texts.length) continue;
      const own = SPELLINGS[name] ?? name;
      if (![...known, ...EVERY].includes(own)) throw invalid(`there is no parameter \`${name}\``, `Parameters are ${known.join(", ")}.`);
      this.#given.set(own, [...(this.#given.get(own) ?? []), ...texts.map(String)]);
    }
  }

  all(name: string): readonly string[] {
    return this.#given.get(name) ?? [];
  }

  one(name: string): string | undefined {
    return this.#given.get(name)?.[0];
  }

  number(name: string, usual: number): number {
    const text = this.one(name);
    const value = text?.toLowerCase() === "all" ? 10_000 : Number(text ?? usual);
    if (!Number.isInteger(value) || value < 0) throw invalid(`${name}: ${text ?? ""} is no whole number`, "Use a number such as 20.");
    return value;
  }

  choice<T extends string>(name: string, usual: T, values: readonly T[]): T {
    const told = this.one(name) ?? usual;
    const found = values.find((one) => one === told);
    if (!found) throw invalid(`there is no ${name} ${told}`, `Choose one of ${values.join(", ")}.`);
    return found;
  }

  get ascending(): boolean {
    return this.choice("direction", "desc", ["asc", "desc"]) === "asc";
  }
}

/** Returns the range that a question names. */
function span(ask: Ask, calendar: Calendar, now: number): [number | null, number | null] {
  const range = ask.one("range")?.toLowerCase().replace(/[-_ ]/g, "");
  const [since, until] = [ask.one("since"), ask.one("until")];
  if (range && (since ?? until)) throw invalid("range is given beside since or until", "Say the range in one way.");
  if (range) return preset(range, calendar, now);
  const edges: [number | null, number | null] = [since ? edge(since, calendar, 0) : null, until ? edge(until, calendar, 1) : null];
  if (edges[0] !== null && edges[1] !== null && edges[0] >= edges[1])
    throw invalid(`the range from ${since ?? ""} to ${until ?? ""} is empty`, "Give the earlier day first.");
  return edges;
}

function preset(range: string, calendar: Calendar, now: number): [number | null, number | null] {
  const today = calendar.day(now);
  if (range === "all" || range === "alltime") return [null, null];
  if (range === "yesterday") return [calendar.midnight(today - 1), calendar.midnight(today)];
  const first = {
    today, thisweek: today - ((today + 3) % 7), last7days: today - 6, last14days: today - 13, last30days: today - 29,
    thismonth: today - new Date(today * DAY_MS).getUTCDate() + 1,
  }[range];
  if (first === undefined) throw invalid(`there is no range ${range}`, "Choose one such as last30days.");
  return [calendar.midnight(first), null];
}

/** Returns where a day or an instant begins, some days later for a day. */
function edge(text: string, calendar: Calendar, days: number): number {
  const day = dayOf(text);
  if (day !== undefined) return calendar.midnight(day + days);
  const local = Date.parse(`${text.replace(" ", "T")}Z`);
  const at = Number.isNaN(local) ? Date.parse(text) : calendar.instant(local);
  if (Number.isNaN(at)) throw invalid(`${text} is no date`, "Use a day such as 2026-06-10 or an instant such as 2026-06-10T14:00.");
  return at;
}

/** Returns the filter that a question makes. */
export function filterOf(ask: Ask, content: Content, calendar: Calendar): Filter {
  const [since, until] = span(ask, calendar, content.about.now);
  const lists = Object.fromEntries(LISTS.map((name) => [name, ask.all(name)])) as Lists;
  return {
    ...lists,
    since,
    until,
    archived: ask.one("include_archived") !== "false",
    thread: lists.thread.flatMap((text) => {
      const found = threadsNamed(text, content);
      return found.length ? found : [text];
    }),
    search: ask.one("search") ?? "",
    credit_confidence: lists.credit_confidence.map((one) => CONFIDENCES[one] ?? one),
    min_tokens: ask.number("min_tokens", 0),
    min_usd: amount(ask, "min_cost", USD_DIGITS),
    min_credits: amount(ask, "min_credits", CREDIT_DIGITS),
  };
}

function amount(ask: Ask, name: string, digits: number): bigint {
  const text = ask.one(name);
  const found = text ? units(text, digits) : 0n;
  if (found === undefined) throw invalid(`${name}: '${text ?? ""}' is no amount`, "Use a number such as 0.25.");
  return found;
}

export function nothing(): Filter {
  const lists = Object.fromEntries(LISTS.map((name) => [name, []])) as unknown as Lists;
  return { ...lists, since: null, until: null, archived: true, search: "", min_tokens: 0, min_usd: 0n, min_credits: 0n };
}

/** Returns the ids of the threads that a text names: an id, the beginning or end of one, or a name. */
export function threadsNamed(text: string, content: Content): string[] {
  const threads = content.tables.thread;
  if (threads.some((one) => one.thread_id === text)) return [text];
  const isPart = (id: string): boolean => text.length >= 4 && (id.startsWith(text) || id.endsWith(text));
  const found = threads.filter((one) => (one.name !== null && folded(one.name) === folded(text)) || isPart(one.thread_id));
  return found.slice(0, 10).map((one) => one.thread_id);
}

/** Returns what an answer says of itself. */
export function scope(filter: Filter, content: Content): Scope {
  const { timezone, as_of, generation, privacy_mode } = content.about.scope;
  const told: Record<string, unknown> = Object.fromEntries(LISTS.filter((name) => filter[name].length).map((name) => [name, filter[name]]));
  if (filter.search) told["search"] = filter.search;
  if (filter.min_tokens) told["min_tokens"] = filter.min_tokens;
  if (filter.min_usd) told["min_usd"] = usd(filter.min_usd);
  if (filter.min_credits) told["min_credits"] = credits(filter.min_credits);
  const history = filter.archived ? "all" : "active";
  return { since: filter.since, until: filter.until, history, timezone, as_of, generation, filters: told, privacy_mode };
}

/** Says whether whole quarters of an hour would do: the server then takes what has no price for nothing. */
export function byQuarter(filter: Filter): boolean {
  const ofOneCall = filter.min_tokens || filter.min_usd || filter.min_credits || filter.finding.length;
  return !ofOneCall && (filter.since ?? 0) % QUARTER_MS === 0 && (filter.until ?? 0) % QUARTER_MS === 0;
}

export function schema(name: string): string {
  return `codex-usage-tracker-${name}-v1`;
}
