// Answers about threads: pages of root threads, one thread, and one call with what is around it.
import type { Agent, Call, FactRow, Mix, RootThread, Session, Signal, Threads, TurnRow } from "../answers";
import { invalid, missing, nothing, schema, scope, threadsNamed, type Ask, type Filter } from "./asks";
import { cell, type Content, type Thread } from "./content";
import { rootOf, summedBy, type Engine, type Rows } from "./engine";
import { row as groupRow, threadName, unknownCall } from "./figures";
import { Findings, grouped } from "./findings";
import { METRICS, NOTHING, compare, compareTexts, folded, numbers, rounded, whole, type Sums } from "./money";

const PPM = 1_000_000;
const COMPACT = "Compact, or go on in a fresh thread with a short summary.";

/** The calls of each root thread by their threads, as places in the table. */
export function byRoot(engine: Engine, rows: Rows): Map<number, Map<number, number[]>> {
  const { thread } = engine.tables;
  const column = engine.calls.column("thread");
  const calls: (number[] | undefined)[] = new Array<undefined>(thread.length);
  for (const row of rows) (calls[cell(column, row)] ??= []).push(row);
  const found = new Map<number, Map<number, number[]>>();
  calls.forEach((own, place) => {
    if (!own) return;
    const root = rootOf(place, thread);
    const members = found.get(root) ?? new Map<number, number[]>();
    found.set(root, members.set(place, own));
  });
  return found;
}

/** Returns the sums of some calls by root thread, at the places of these. */
function rootSums(engine: Engine, rows: Rows): Sums[] {
  const { thread } = engine.tables;
  const column = engine.calls.column("thread");
  const roots = thread.map((_, place) => rootOf(place, thread));
  return summedBy(engine.calls, rows, rows.map((row) => roots[cell(column, row)] ?? 0), thread.length);
}

/** Returns when each thread was last called in a range, whatever the other filters. */
function latest(engine: Engine, { since, until }: Filter): Map<number, number> {
  const [threads, at] = [engine.calls.column("thread"), engine.calls.column("at")];
  const found = new Map<number, number>();
  for (const row of engine.rows({ ...nothing(), since, until })) found.set(cell(threads, row), cell(at, row));
  return found;
}

const SORTS = ["time", "name", "calls", "tokens", "input", "cached", "uncached", "output", "reasoning", "cost", "credits", "cache"] as const;
type Sort = (typeof SORTS)[number];
const METRIC: Readonly<Record<string, keyof typeof METRICS>> = {
  calls: "calls", tokens: "total_tokens", input: "input_tokens", cached: "cached_input_tokens", uncached: "uncached_input_tokens",
  output: "output_tokens", reasoning: "reasoning_output_tokens", cost: "usd", credits: "credits",
};

export function threads(engine: Engine, ask: Ask, filter: Filter): Threads {
  const sort = ask.choice("sort", "time", SORTS);
  const [limit, offset] = [ask.number("limit", 50), ask.number("offset", 0)];
  const rows = engine.rows(filter);
  const roots = byRoot(engine, rows);
  const order = ordered(engine, filter, roots, sort, ask.ascending);
  const page = order.slice(offset, offset + limit);
  const told = rootThreads(engine, filter, page, roots);
  const more = offset + told.length < order.length;
  return {
    schema: schema("threads"),
    scope: scope(filter, engine.calls.content),
    rows: told,
    totals: numbers(engine.totals(rows)),
    row_count: told.length,
    total_matched_rows: order.length,
    limit,
    offset,
    has_more: more,
    next_offset: more ? offset + told.length : null,
  };
}

type Roots = ReadonlyMap<number, ReadonlyMap<number, number[]>>;

function ordered(engine: Engine, filter: Filter, roots: Roots, sort: Sort, ascending: boolean): number[] {
  const { thread } = engine.tables;
  const last = sort === "time" ? latest(engine, filter) : new Map<number, number>();
  const known = ["time", "name"].includes(sort) ? [] : rootSums(engine, engine.rows(filter));
  const key = (root: number, members: ReadonlyMap<number, number[]>): string | number | bigint | null => {
    if (sort === "time") return Math.max(...[...members.keys()].map((one) => last.get(one) ?? 0));
    if (sort === "name") return folded(thread[root]?.name ?? thread[root]?.thread_id ?? "");
    const sums = known[root] ?? NOTHING;
    return sort === "cache" ? (sums.input ? sums.cached / sums.input : null) : METRICS[METRIC[sort] ?? "calls"](sums);
  };
  const keyed = [...roots].map(([root, members]) => [root, key(root, members)] as const);
  const sign = ascending ? 1 : -1;
  return keyed.sort(([one, a], [other, b]) => {
    if (a === null || b === null) return Number(a === null) - Number(b === null) || (one - other) * sign;
    const by = typeof a === "string" ? compareTexts(a, b as string) : compare(a, b as number | bigint);
    return (by || one - other) * sign;
  }).map(([root]) => root);
}

export function rootThreads(engine: Engine, filter: Filter, page: readonly number[], roots: Roots): RootThread[] {
  const last = latest(engine, filter);
  return page.map((root) => {
    const members = roots.get(root) ?? new Map<number, number[]>();
    const own = engine.tables.thread[root] as Thread;
    const project = engine.tables.project[own.project_id ?? -1];
    const all = Int32Array.from([...members.values()].flat().sort((a, b) => a - b));
    return {
      thread_id: own.thread_id,
      name: own.name,
      project: project?.project ?? null,
      cwd: project?.cwd ?? null,
      git_branch: own.git_branch,
      created_at: own.created_at,
      archived: Boolean(own.archived),
      ...numbers(engine.totals(all)),
      latest_at: Math.max(...[...members.keys()].map((one) => last.get(one) ?? 0)),
      models: mix(engine, all, "model"),
      efforts: mix(engine, all, "effort"),
      agents: [...members].filter(([place]) => place !== root).sort(([a], [b]) => a - b)
        .map(([place, rows]) => agent(engine, place, engine.totals(Int32Array.from(rows)), last.get(place) ?? null)),
    };
  });
}

function agent(engine: Engine, place: number, sums: Sums, latest_at: number | null): Agent {
  const { thread_id, name, parent_thread_id, role, nickname, client_id } = engine.tables.thread[place] as Thread;
  const source = engine.tables.client[client_id ?? -1]?.source ?? null;
  return { thread_id, name, parent_thread_id, source, role, nickname, latest_at, ...numbers(sums) };
}

function mix(engine: Engine, rows: Rows, name: "model" | "effort"): Mix[] {
  return engine.groups(rows, [name]).map(({ keys, sums }) => ({ value: keys[0] ?? null, calls: sums.calls, total_tokens: sums.input + sums.output }));
}

// -- one thread ----------------------------------------------------------------------------------------------------------

export function session(engine: Engine, ask: Ask): Session {
  const { calls, calls: { content } } = engine;
  const id = chosen(engine, ask.one("thread"));
  const filter = { ...nothing(), thread: [id] };
  const rows = engine.rows(filter);
  const limit = ask.number("limit", 200);
  const findings = new Findings(calls);
  const sums = engine.totals(rows);
  const members = ["thread", "source", "nickname", "role"];
  return {
    schema: schema("session"),
    scope: scope(filter, content),
    thread: describe(id, content),
    totals: numbers(sums),
    members: engine.groups(rows, members, "total_tokens").map((group) => ({
      ...groupRow(group, members, threadName(engine, group.keys[0])), key: group.keys[0] ?? null,
    })),
    turns: turns(engine, id),
    facts: facts(engine, rows, true),
    calls: [...(limit ? rows.slice(0, limit) : rows)].map((row) => ({ ...calls.row(row), cache_state: findings.state(row) })),
    call_count: sums.calls,
    attention: findings.ofThread(rows, whole(sums.usd_high, sums.usd_low)),
    lifecycle: lifecycle(engine, id, rows),
  };
}

function chosen(engine: Engine, wanted: string | undefined): string {
  const { calls, tables } = engine;
  const last = calls.count ? calls.thread(calls.count - 1) : undefined;
  const found = wanted ? threadsNamed(wanted, calls.content) : last ? [tables.thread[last.root_id ?? -1]?.thread_id ?? last.thread_id] : [];
  const hint = "List threads with `codex-usage-tracker summary --group-by thread`.";
  if (!found[0]) throw missing(wanted ? `no thread matches '${wanted}'` : "there are no threads yet", hint);
  if (found.length > 1)
    throw missing(`'${wanted ?? ""}' names ${String(found.length)} threads: ${found.slice(0, 5).join(", ")}`, "Give more of the id.");
  return found[0];
}

function describe(id: string, { tables }: Content): Session["thread"] {
  const { root_id, project_id, client_id, archived, ...told } = tables.thread.find((one) => one.thread_id === id) as Thread;
  const [project, client] = [tables.project[project_id ?? -1], tables.client[client_id ?? -1]];
  return {
    ...told,
    archived: Boolean(archived),
    root_thread_id: tables.thread[root_id ?? -1]?.thread_id ?? null,
    project: project?.project ?? null,
    cwd: project?.cwd ?? null,
    git_remote: project?.git_remote ?? null,
    originator: client?.originator ?? null,
    client_version: client?.client_version ?? null,
    provider: client?.provider ?? null,
    source: client?.source ?? null,
  };
}

/** Returns a thread's turns in order, with the numbers of all its calls in the file. */
function turns(engine: Engine, id: string): TurnRow[] {
  const { turn, thread } = engine.tables;
  const own = thread.findIndex((one) => one.thread_id === id);
  const [turnOf, threadOf, at] = ["turn", "thread", "at"].map((one) => engine.calls.column(one)) as [Float64Array, Float64Array, Float64Array];
  const used = new Map<number, { calls: number; tokens: number; first: number }>();
  for (let row = 0; row < engine.calls.count; row += 1) {
    if (cell(threadOf, row) !== own) continue;
    const told = used.get(cell(turnOf, row)) ?? { calls: 0, tokens: 0, first: cell(at, row) };
    const tokens = cell(engine.calls.column("input"), row) + cell(engine.calls.column("output"), row);
    used.set(cell(turnOf, row), { ...told, calls: told.calls + 1, tokens: told.tokens + tokens });
  }
  const found = turn.flatMap((one, place) => (one.thread === own ? [{ one, used: used.get(place) }] : []));
  const begin = ({ one, used: told }: (typeof found)[number]): number => one.started_at ?? told?.first ?? -Infinity;
  found.sort((a, b) => compare(begin(a), begin(b)) || compareTexts(a.one.turn_id, b.one.turn_id));
  return found.map(({ one: { turn_id, started_at, ended_at, duration_ms, first_token_ms, outcome }, used: told }) => ({
    turn_id, started_at, ended_at, duration_ms, first_token_ms, outcome, calls: told?.calls ?? 0, total_tokens: told?.tokens ?? 0,
  }));
}

/** Returns the facts of some calls, the most frequent first. */
function facts(engine: Engine, rows: Iterable<number>, ofThread: boolean): FactRow[] {
  const { calls, tables } = engine;
  const column = (name: string, place: number): number => cell(calls.facts.columns[name] as Float64Array, place);
  const found = new Map<number, { count: number; calls: number; output_tokens: number }>();
  for (const row of rows)
    for (const place of calls.places(calls.facts, row)) {
      const label = column("label_id", place);
      const told = found.get(label) ?? { count: 0, calls: 0, output_tokens: 0 };
      const more = { count: told.count + column("count", place), calls: ofThread ? told.calls + 1 : 1 };
      found.set(label, { ...more, output_tokens: told.output_tokens + column("tokens", place) });
    }
  const text = (label: number): string => tables.fact_label[label]?.label ?? "";
  return [...found].sort(([a, one], [b, other]) => other.count - one.count || compareTexts(text(a), text(b))).map(([label, told]) => {
    const [type = "", ...name] = text(label).split(":");
    return { type, name: name.join(":"), ...told };
  });
}

// -- the course of a thread ----------------------------------------------------------------------------------------------

function lifecycle(engine: Engine, id: string, rows: Rows): Signal[] {
  const { calls, calls: { content } } = engine;
  const own = rows.filter((row) => calls.thread(row).thread_id === id);
  const singles = own.filter((row) => !["gap", "printed_turn", "printed_thread"].includes(calls.profile(row).basis));
  const told = (name: string, row: number): number => calls.told(name, row) ?? 0;
  const tokens = (row: number): number => told("input", row) + told("output", row);
  const cost = (row: number): number => cell(calls.usd, row) || 0;
  const at = (row: number | undefined): Pick<Signal, "at" | "record_id"> =>
    row === undefined ? { at: null, record_id: null } : { at: told("at", row), record_id: calls.id(row) };
  const [first] = singles;
  if (first === undefined) return [];
  const { high_context, high_cost, swarm_ms } = content.bounds;
  const largest = (of: (row: number) => number): number => singles.reduce((most, row) => (of(row) > of(most) ? row : most), first);
  const found: Signal[] = [];
  const dear = singles.find((row) => {
    const window = told("context_window", row);
    return (window && tokens(row) * PPM >= high_context * window) || cost(row) >= high_cost;
  });
  if (dear !== undefined) {
    const why = "The first call that is costly or has a bloated context.";
    found.push({ key: "first_expensive_turn", title: "First expensive turn", ...at(dear), value: null, why, action: COMPACT });
  }
  const jump = largest(tokens);
  const why = `This call added most to the total of the thread: ${grouped(tokens(jump))} tokens.`;
  found.push({ key: "largest_jump", title: "Largest jump", ...at(jump), value: null, why, action: null });
  if (singles.length >= 4) {
    const break_ = "Find what breaks the cache, or begin a fresh thread.";
    found.push(
      ...trend("cache_trend", "Cache trend", "of the input came from the cache", singles, (row) => [told("cached_input", row), told("input", row)], (by) => (by <= -250_000 ? break_ : null)),
      ...trend("context_trend", "Context trend", "of the context window were used", singles, (row) => [tokens(row), told("context_window", row)], (by) => (by >= 150_000 ? COMPACT : null)),
    );
  }
  const spike = largest(cost);
  const began = new Map<string, number>();
  for (const row of rows) if (!began.has(calls.thread(row).thread_id)) began.set(calls.thread(row).thread_id, told("at", row));
  began.delete(id);
  const before = [...began.values()].filter((one) => told("at", spike) - swarm_ms <= one && one <= told("at", spike)).length;
  if (before)
    found.push({
      key: "agents_before_spike", title: "Agents before the spike", ...at(spike), value: null,
      why: `${String(before)} sub-agents or reviews began shortly before the costliest call.`,
      action: "See what they brought into the thread; ask them for short answers.",
    });
  return found;
}

type Parts = (row: number) => [number, number];

/** Tells how much a share is more in the second half of the calls than in the first. */
function trend(key: string, title: string, what: string, rows: Rows, parts: Parts, act: (by: number) => string | null): Signal[] {
  const half = Math.floor(rows.length / 2);
  const shares = [rows.slice(0, half), rows.slice(half)].map((some) => {
    const known = [...some].map(parts).filter(([, of]) => of);
    const all = known.reduce((sum, [, of]) => sum + of, 0);
    return all ? Math.floor((known.reduce((sum, [part]) => sum + part, 0) * PPM) / all) : null;
  });
  const [one = null, other = null] = shares;
  if (one === null || other === null) return [];
  const by = other - one;
  const why = `${String(Math.floor(Math.abs(by) / 10_000))} points ${by >= 0 ? "more" : "less"} ${what} in the second half than in the first.`;
  return [{ key, title, at: null, record_id: null, value: rounded(by / PPM, 4), why, action: act(by) }];
}

// -- one call ------------------------------------------------------------------------------------------------------------

export function call(engine: Engine, ask: Ask): Call {
  const { calls } = engine;
  const id = ask.one("record_id") ?? "";
  if (!id) throw invalid("Object missing required field `record_id`", "Name a call.");
  const row = calls.find(id);
  if (row === undefined) throw unknownCall(id);
  const findings = new Findings(calls);
  const beside = (step: number): number | undefined => {
    const column = calls.column("thread");
    let place = row + step;
    while (place >= 0 && place < calls.count && cell(column, place) !== cell(column, row)) place += step;
    return place >= 0 && place < calls.count ? place : undefined;
  };
  const [previous, next] = [beside(-1), beside(1)];
  return {
    schema: schema("call"),
    scope: scope(nothing(), calls.content),
    record: calls.row(row),
    previous: previous === undefined ? null : calls.row(previous),
    next: next === undefined ? null : calls.row(next),
    facts: facts(engine, [row], false),
    cache: findings.cache(row),
    attention: findings.attention(row),
  };
}


