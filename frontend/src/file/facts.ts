// Diagnostics: facts with what their calls used, what the file holds, and on how few groups tokens went.
import type { Concentration, Fact, FactCalls, Facts, FactType, Overview } from "../answers";
import { invalid, schema, scope, type Ask, type Filter } from "./asks";
import { cell } from "./content";
import { SORTS as CALL_SORTS, type Engine } from "./engine";
import { calls as page, row as groupRow, threadName } from "./figures";
import { compareTexts, decimal, numbers, share } from "./money";

const CATEGORIES: Readonly<Record<string, string>> = {
  tool: "tools", mcp_server: "tools", mcp_tool: "tools", command: "commands", subcommand: "commands", patch: "files", exit: "results",
  outcome: "results", compaction: "context",
};
const SPELLINGS: Readonly<Record<string, string>> = { function: "tool", command_family: "command" };
const VIEWS: Readonly<Record<string, readonly string[]>> = {
  summary: [], facts: [], compactions: ["compaction"], tools: ["tool", "mcp_server", "mcp_tool"],
};
const NOTES = [
  "Tokens beside a fact are those of all calls that have it: a call with several facts counts for each.",
  "share_tokens add up: each call's tokens are divided among its facts of the type.",
];
const SPREAD_OVER = ["root_thread", "project", "directory", "day", "model"] as const;
const SORTS = ["uncached", "tokens", "share", "cached", "output", "cache", "largest", "calls", "occurrences", "time", "fact"] as const;
const NUMBER: Readonly<Record<string, keyof Fact>> = {
  uncached: "uncached_input_tokens", tokens: "total_tokens", share: "share_tokens", cached: "cached_input_tokens", output: "output_tokens",
  cache: "cache_ratio", largest: "largest_tokens", calls: "calls", occurrences: "occurrences", time: "latest_at",
};

function typed(name: string): string {
  const own = SPELLINGS[name] ?? name;
  if (own in CATEGORIES) return own;
  throw invalid(`there is no type of facts '${name}'`, `Choose one of ${Object.keys(CATEGORIES).join(", ")}.`);
}

interface Found {
  label: number;
  fact: Fact;
  /** The calls in which it is the first of its type. */
  firsts: number;
}

/** Returns the facts of the calls that a filter leaves. */
function found(engine: Engine, filter: Filter): Found[] {
  const { calls, tables } = engine;
  const types = tables.fact_label.map(({ label }) => label.split(":", 1)[0] ?? "");
  const column = (name: string): Float64Array => calls.facts.columns[name] as Float64Array;
  const [label, count, tokens] = [column("label_id"), column("count"), column("tokens")];
  const [input, cached, output, reasoning, at] = ["input", "cached_input", "output", "reasoning", "at"].map((name) => calls.column(name)) as
    [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  const sums = new Map<number, Found>();
  for (const row of engine.rows(filter)) {
    const [begin, end] = [cell(calls.facts.begins, row), cell(calls.facts.begins, row + 1)];
    const total = cell(input, row) + cell(output, row);
    for (let place = begin; place < end; place += 1) {
      const own = cell(label, place);
      let [alike, nth] = [0, 0];
      for (let one = begin; one < end; one += 1) {
        const isAlike = Number(types[cell(label, one)] === types[own]);
        alike += isAlike;
        if (one <= place) nth += isAlike;
      }
      const sum = sums.get(own) ?? { label: own, fact: empty(tables.fact_label[own]?.label ?? ""), firsts: 0 };
      sums.set(own, sum);
      const { fact } = sum;
      sum.firsts += Number(nth === 1);
      fact.calls += 1;
      fact.occurrences += cell(count, place);
      fact.tool_output_tokens += cell(tokens, place);
      fact.input_tokens += cell(input, row);
      fact.cached_input_tokens += cell(cached, row);
      fact.output_tokens += cell(output, row);
      fact.reasoning_output_tokens += cell(reasoning, row);
      fact.share_tokens += Math.floor(total / alike) + Number(nth <= total % alike);
      fact.largest_tokens = Math.max(fact.largest_tokens, total);
      fact.latest_at = Math.max(fact.latest_at, cell(at, row));
    }
  }
  return finished([...sums.values()]);
}

function empty(label: string): Fact {
  const [fact_type = "", ...name] = label.split(":");
  return {
    fact_type, fact_name: name.join(":"), fact_category: CATEGORIES[fact_type] ?? "other", occurrences: 0, calls: 0, share_tokens: 0,
    share: null, total_tokens: 0, input_tokens: 0, cached_input_tokens: 0, uncached_input_tokens: 0, output_tokens: 0,
    reasoning_output_tokens: 0, cache_ratio: null, tool_output_tokens: 0, largest_tokens: 0, latest_at: 0,
  };
}

/** Adds what follows from the sums. */
function finished(all: Found[]): Found[] {
  const totals = new Map<string, number>();
  for (const { fact } of all) totals.set(fact.fact_type, (totals.get(fact.fact_type) ?? 0) + fact.share_tokens);
  for (const { fact } of all) {
    fact.share = share(fact.share_tokens, totals.get(fact.fact_type) ?? 0);
    fact.total_tokens = fact.input_tokens + fact.output_tokens;
    fact.uncached_input_tokens = fact.input_tokens - fact.cached_input_tokens;
    fact.cache_ratio = share(fact.cached_input_tokens, fact.input_tokens);
  }
  return all;
}

export const FACTS_ASK = ["fact_type", "fact_name", "fact_category", "sort", "direction", "limit"];

export function facts(engine: Engine, ask: Ask, filter: Filter, view: string): Facts {
  const wanted = ask.all("fact_type").length ? ask.all("fact_type").map(typed) : Object.keys(CATEGORIES);
  const of = VIEWS[view]?.length ? VIEWS[view] : Object.keys(CATEGORIES);
  const [names, categories] = [ask.all("fact_name"), ask.all("fact_category")];
  const kept = found(engine, filter).filter(
    ({ fact }) => wanted.includes(fact.fact_type) && of.includes(fact.fact_type) && (!categories.length || categories.includes(fact.fact_category)),
  );
  const rows = sorted(kept.map(({ fact }) => fact).filter((fact) => !names.length || names.includes(fact.fact_name)), ask);
  const limit = ask.number("limit", view === "summary" ? 20 : 50);
  const shown = limit ? rows.slice(0, limit) : rows;
  const told = scope(filter, engine.calls.content);
  for (const name of ["fact_type", "fact_name", "fact_category"]) if (ask.all(name).length) told.filters[name] = ask.all(name);
  return {
    schema: schema(`diagnostics-${view}`), view, scope: told, types: typesOf(kept), rows: shown, row_count: shown.length,
    total_matched_rows: rows.length, truncated: shown.length < rows.length, notes: NOTES,
  };
}

function byName(one: Fact, other: Fact): number {
  return compareTexts(one.fact_type, other.fact_type) || compareTexts(one.fact_name, other.fact_name);
}

function sorted(rows: Fact[], ask: Ask): Fact[] {
  const sort = ask.choice("sort", "uncached", SORTS);
  const sign = ask.ascending ? 1 : -1;
  const key = (fact: Fact): number => Number(fact[NUMBER[sort] ?? "calls"] ?? 0);
  const by = (one: Fact, other: Fact): number => (sort === "fact" ? byName(one, other) : key(one) - key(other));
  return rows.sort(byName).sort((one, other) => by(one, other) * sign);
}

function typesOf(all: readonly Found[]): FactType[] {
  const types = new Map<string, FactType>();
  for (const { fact: { fact_type, fact_category, occurrences, share_tokens }, firsts } of all) {
    const one = types.get(fact_type) ?? { fact_type, fact_category, names: 0, occurrences: 0, calls: 0, total_tokens: 0 };
    types.set(fact_type, {
      ...one, names: one.names + 1, occurrences: one.occurrences + occurrences, calls: one.calls + firsts,
      total_tokens: one.total_tokens + share_tokens,
    });
  }
  return [...types.values()].sort((one, other) => other.total_tokens - one.total_tokens || compareTexts(one.fact_type, other.fact_type));
}

export function factCalls(engine: Engine, ask: Ask, filter: Filter): FactCalls {
  const { calls } = engine;
  const [type, name] = [typed(ask.one("fact_type") ?? ""), ask.one("fact_name") ?? ""];
  const own = found(engine, filter).find(({ fact }) => fact.fact_type === type && fact.fact_name === name);
  const [limit, offset] = [ask.number("limit", 50), ask.number("offset", 0)];
  const labels = calls.facts.columns["label_id"] as Float64Array;
  const rows = engine.rows(filter).filter((row) => calls.places(calls.facts, row).some((place) => cell(labels, place) === own?.label));
  const order = engine.sort(rows, ask.choice("sort", "time", CALL_SORTS), ask.ascending);
  const shown = [...order.slice(offset, offset + limit)].map((row) => calls.row(row));
  const told = scope(filter, calls.content);
  return {
    schema: schema("diagnostics-fact-calls"), view: "fact-calls", fact: own?.fact ?? null, rows: shown, row_count: shown.length,
    scope: { ...told, filters: { ...told.filters, fact_type: type, fact_name: name } }, total_matched_rows: rows.length, limit, offset,
    has_more: offset + shown.length < rows.length, notes: NOTES.slice(0, 1),
  };
}

/** What the sections that are asked of the calls have in common. */
function live(engine: Engine, filter: Filter, section: string): Omit<Overview, "avg_call_cache_ratio" | "cache_ratio" | "fact_rows" | "first_at" | "latest_at" | "models" | "sessions" | "threads"> {
  const rows = engine.rows(filter);
  return {
    schema: schema(`diagnostics-${section}`), section, scope: scope(filter, engine.calls.content), status: "live",
    computed_at: engine.calls.content.about.now, calls: rows.length, totals: numbers(engine.totals(rows)), logs: 0, missing_logs: 0,
    new_calls: 0, notes: [], refreshed: false,
  };
}

export function overview(engine: Engine, filter: Filter): Overview {
  const rows = engine.rows(filter);
  const [input, cached, at] = ["input", "cached_input", "at"].map((name) => engine.calls.column(name)) as [Float64Array, Float64Array, Float64Array];
  const ratios = rows.filter((row) => cell(input, row) > 0).map((row) => Math.floor((cell(cached, row) * 1_000_000) / cell(input, row)));
  const head = live(engine, filter, "overview");
  const count = (name: string): number => engine.groups(rows, [name]).length;
  const last = rows.at(-1);
  return {
    ...head, sessions: count("root_thread"), threads: count("thread"), models: count("model"),
    first_at: rows[0] === undefined ? null : cell(at, rows[0]),
    latest_at: last === undefined ? null : cell(at, last),
    cache_ratio: share(head.totals.cached_input_tokens, head.totals.input_tokens),
    avg_call_cache_ratio: ratios.length ? share(Math.floor(ratios.reduce((sum, one) => sum + one, 0) / ratios.length), 1_000_000) : null,
    fact_rows: found(engine, filter).reduce((sum, { fact }) => sum + fact.calls, 0),
  };
}

export function concentration(engine: Engine, filter: Filter): Concentration {
  return {
    ...live(engine, filter, "concentration"),
    dimensions: SPREAD_OVER.map((name) => spread(engine, filter, name)),
    largest_calls: page(engine, filter, "tokens", false, 10, 0).rows,
  };
}

function spread(engine: Engine, filter: Filter, name: string): Concentration["dimensions"][number] {
  const size = ({ sums }: ReturnType<Engine["groups"]>[number]): number => sums.input + sums.output;
  const written = (key: string | null | undefined): string => ((key ?? null) === null ? "(None,)" : `('${key}',)`);
  const groups = engine.groups(engine.rows(filter), [name])
    .sort((one, other) => size(other) - size(one) || compareTexts(written(one.keys[0]), written(other.keys[0])));
  const total = groups.reduce((sum, one) => sum + size(one), 0);
  const squares = groups.reduce((sum, one) => sum + BigInt(size(one)) ** 2n, 0n);
  const largest = (count: number): string | null => share(groups.slice(0, count).reduce((sum, one) => sum + size(one), 0), total);
  const effective = squares ? decimal((BigInt(total) ** 2n * 100n) / squares, 2) : null;
  const [ones = "", hundredths = ""] = effective?.split(".") ?? [];
  return {
    dimension: name, group_count: groups.length, top_1_share: largest(1), top_3_share: largest(3), top_5_share: largest(5),
    effective_groups: effective && `${ones}.${hundredths.padEnd(2, "0")}`,
    top_rows: groups.slice(0, 5).map((group) => groupRow(group, [name], name === "root_thread" ? threadName(engine, group.keys[0]) : null)),
  };
}
