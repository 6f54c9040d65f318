// What needs attention: cards, ready views, threads, waste, changes, and what the numbers leave out.
import type {
  Card, FlaggedCall, FlaggedThread, Insights, Notice, Numbers, Preset, ReReads, Recommendations, ViewLink,
} from "../answers";
import { schema, scope, type Ask, type Filter } from "./asks";
import { change } from "./change";
import { cell } from "./content";
import { rootOf, type Engine, type Rows } from "./engine";
import { Findings, added, known, type Sum } from "./findings";
import { USD_DIGITS, compare, credits, numbers, share, units, usd, whole } from "./money";
import { byRoot, rootThreads } from "./threads";

const MOST_CARDS = 6;
const MOST_THREADS = 10;
const SEVERITIES = ["high", "medium", "review"];
const OF_THREADS = ["sub-agent-swarm", "runaway-thread", "large-thread"];
/** How the calls of a finding are sorted; the others by cost. */
const SORTS: Readonly<Record<string, string>> = {
  "low-cache": "uncached", "cold-resume": "uncached", "cache-break": "uncached", "model-switch": "uncached",
  "tool-output-bloat": "uncached", "context-bloat": "context", "elevated-context": "context", "context-carried": "cached",
  "reasoning-spike": "reasoning", "low-output": "tokens",
};
const PRESETS = [
  ["context-bloat", "Context bloat", "Calls that fill most of their context window, the fullest first.", "context-bloat"],
  ["cache-misses", "Cache misses", "Calls of which little came from the cache, the most uncached input first.", "low-cache"],
  ["cold-resumes", "Cold resumes", "Calls that take a thread up again after its cache had gone.", "cold-resume"],
  ["cache-breaks", "Cache breaks", "Calls that missed a warm cache for no reason of time or model.", "cache-break"],
  ["carried-context", "Carried context", "Calls for which a fresh thread would have been cheaper.", "context-carried"],
  ["retry-loops", "Retry loops", "Calls that repeat what failed before, the costliest first.", "retry-loop"],
  ["tool-output", "Tool output", "Calls whose new input is mostly the output of tools.", "tool-output-bloat"],
  ["runaway-turns", "Runaway turns", "Threads with turns that go on without a word of yours.", "runaway-thread"],
  ["agent-swarms", "Agent swarms", "Threads that start many sub-agents at once.", "sub-agent-swarm"],
] as const;

interface Seen {
  findings: Findings;
  totals: Numbers;
  usd: bigint;
  byStatus: Map<string | null, Numbers>;
  sums: Sum[];
  /** How many root threads there are, and how many of each rule about threads. */
  roots: Map<string, number>;
}

type Roots = ReturnType<typeof byRoot>;

/** What the file brings along: the allowance's card, and what diagnostics found. */
export type Ready = Readonly<Record<string, unknown>>;

export function insights(engine: Engine, filter: Filter, ready: Ready): Insights {
  const rows = engine.rows(filter);
  const findings = new Findings(engine.calls);
  const flagged = findings.flagged(rows);
  const totals = engine.totals(rows);
  const statuses = engine.groups(rows, ["pricing_status"]);
  const all = byRoot(engine, rows);
  const ofFlagged = byRoot(engine, flagged);
  const roots = new Map([["", all.size], ...OF_THREADS.map((key) => [key, rootsOf(engine, flagged, key)] as const)]);
  const seen: Seen = {
    findings, totals: numbers(totals), usd: whole(totals.usd_high, totals.usd_low), sums: findings.sums(flagged), roots,
    byStatus: new Map(statuses.map(({ keys, sums }) => [keys[0] ?? null, numbers(sums)])),
  };
  const top = stakes(findings, ofFlagged).slice(0, MOST_THREADS);
  const threads = flaggedThreads(engine, filter, findings, top.map(({ root }) => root), all, ofFlagged);
  const wasted = seen.sums.filter((one) => findings.title(one.rule).waste);
  const usdWasted = sumOf(wasted, "stake");
  return {
    schema: schema("insights"),
    scope: scope(filter, engine.calls.content),
    score: known(sumOf(seen.sums, "stake"), usd),
    cards: cards(seen, (ready["card"] ?? []) as Card[], threads[0], top[0]?.stake ?? 0n),
    presets: presets(seen),
    threads,
    findings: seen.sums.map((one) => findings.sum(one, seen.usd)),
    waste: {
      usd: known(usdWasted, usd),
      credits: known(sumOf(wasted, "drawn"), credits),
      tokens: wasted.reduce((sum, one) => sum + one.tokens, 0),
      share: usdWasted === null ? null : share(usdWasted, seen.usd),
      kinds: wasted.map((one) => findings.sum(one, seen.usd)),
      re_reads: reReads(ready, filter),
    },
    change: change(engine, filter),
    notices: notices(seen),
  };
}

function rootsOf(engine: Engine, flagged: Rows, key: string): number {
  const { calls, tables } = engine;
  const bit = 1 << calls.content.rules.findIndex(([one]) => one === key);
  const threads = calls.column("thread");
  return new Set(flagged.filter((row) => cell(calls.found, row) & bit).map((row) => rootOf(cell(threads, row), tables.thread))).size;
}

/** Returns a sum, of nothing nothing; null where no part is known. */
function sumOf(sums: readonly Sum[], name: "stake" | "drawn"): bigint | null {
  return sums.length ? sums.reduce<bigint | null>((all, one) => added(all, one[name]), null) : 0n;
}

/** Returns the root threads of some calls with what is at stake in these, the most first. */
function stakes(findings: Findings, flagged: Roots): { root: number; stake: bigint }[] {
  return [...flagged]
    .map(([root, members]) => ({ root, stake: findings.stake([...members.values()].flat()) }))
    .sort((one, other) => compare(other.stake, one.stake) || one.root - other.root);
}

function flaggedThreads(engine: Engine, filter: Filter, findings: Findings, page: readonly number[], all: Roots, found: Roots): FlaggedThread[] {
  return rootThreads(engine, filter, page, all).map((one, place) => {
    const root = page[place] ?? -1;
    const cost = one.usd === null ? 0n : (units(one.usd, USD_DIGITS) ?? 0n);
    return { ...one, ...findings.ofThread(callsOf(all, root), cost), flagged_calls: callsOf(found, root).length };
  });
}

function callsOf(roots: Roots, root: number): Rows {
  return Int32Array.from([...(roots.get(root)?.values() ?? [])].flat());
}

export function linkTo(key: string): ViewLink {
  const [view, sort] = OF_THREADS.includes(key) ? ["threads", "cost"] : ["calls", SORTS[key] ?? "cost"];
  return { view, filters: { finding: [key] }, sort, direction: "desc" };
}

/** Returns what has most at stake; what is sure of a place leads its severity. */
function cards(seen: Seen, sure: readonly Card[], costliest: FlaggedThread | undefined, stake: bigint): Card[] {
  const found = seen.sums.filter((one) => one.stake || (one.stake === null && one.tokens > 0))
    .map((one) => [one.stake ?? 0n, ruleCard(one, seen)] as const);
  if (costliest && stake) found.push([stake, threadCard(costliest)]);
  const ranked = found.sort(([a, one], [b, other]) => compare(b, a) || (one.key < other.key ? -1 : 1)).map(([, card]) => card);
  const rank = (card: Card): number => SEVERITIES.indexOf(card.severity);
  return [...sure, ...ranked].slice(0, MOST_CARDS).sort((one, other) => rank(one) - rank(other));
}

function ruleCard(one: Sum, { findings, roots }: Seen): Card {
  const { key, title, action } = findings.title(one.rule);
  const link = linkTo(key);
  const count = link.view === "threads" ? (roots.get(key) ?? 0) : one.calls;
  const worth = { stake: known(one.stake, usd), credits: known(one.drawn, credits) };
  return {
    key, title, severity: findings.severity(one.stake), ...worth, count, unit: link.view, thread_id: null, thread_name: null, window: null,
    action, link,
  };
}

function threadCard(one: FlaggedThread): Card {
  const link = { view: "threads", filters: { thread: [one.thread_id] }, sort: "cost", direction: "desc" };
  return {
    key: "thread", title: "The thread with most at stake", severity: one.severity, stake: one.score, credits: one.credits,
    count: one.flagged_calls, unit: "calls", thread_id: one.thread_id, thread_name: one.name, window: null, action: one.action ?? "", link,
  };
}

function presets(seen: Seen): Preset[] {
  const { totals, sums, roots, findings, byStatus } = seen;
  const ofAll = ([key, title, sort]: readonly [string, string, string]): Preset => ({
    key, title, caption: `All threads, those with most ${sort} first.`, count: roots.get("") ?? 0, unit: "threads", usd: totals.usd,
    credits: totals.credits, link: { view: "threads", filters: {}, sort, direction: "desc" },
  });
  const ofRule = ([key, title, caption, rule]: (typeof PRESETS)[number]): Preset => {
    const one = sums.find((sum) => findings.title(sum.rule).key === rule);
    const link = linkTo(rule);
    const worth = one ? { usd: known(one.stake, usd), credits: known(one.drawn, credits) } : { usd: "0", credits: "0" };
    const count = link.view === "threads" ? (roots.get(rule) ?? 0) : (one?.calls ?? 0);
    return { key, title, caption, count, unit: link.view, ...worth, link };
  };
  const ofStatus = ([status, key, title, sort, what]: readonly [string, string, string, string, string]): Preset => {
    const told = byStatus.get(status);
    const link = { view: "calls", filters: { pricing_status: [status] }, sort, direction: "desc" };
    const caption = `Calls whose price in USD is ${what}.`;
    return { key, title, caption, count: told?.calls ?? 0, unit: "calls", usd: told?.usd ?? null, credits: told?.credits ?? null, link };
  };
  return [
    ofAll(["highest-cost", "Highest-cost threads", "cost"]),
    ofAll(["usage-credits", "Highest Codex credits", "credits"]),
    ...PRESETS.map(ofRule),
    ofStatus(["unpriced", "pricing-gaps", "Pricing gaps", "tokens", "unknown"]),
    ofStatus(["estimated", "estimated-review", "Estimated prices", "cost", "a guess"]),
  ];
}

function reReads(ready: Ready, filter: Filter): ReReads {
  const found = ready[`diagnostics/file-reads ${String(filter.archived)}`] as
    | { status: string; computed_at: number | null; summary: { re_reads: number; re_read_tokens: number } | null }
    | undefined;
  return {
    status: found?.status ?? "missing",
    computed_at: found?.computed_at ?? null,
    re_reads: found?.summary?.re_reads ?? null,
    re_read_tokens: found?.summary?.re_read_tokens ?? null,
    link: { view: "diagnostics", filters: { section: ["file-reads"] }, sort: "", direction: "desc" },
  };
}

function notices({ byStatus, totals }: Seen): Notice[] {
  return ([
    ["unpriced", "pricing-gap", "Calls without a price", "Add a price to pricing.json, or run update-pricing."],
    ["estimated", "estimated-pricing", "Prices that are guesses", "See pricing-coverage for what was assumed."],
  ] as const).flatMap(([status, key, title, action]) => {
    const told = byStatus.get(status);
    const link = { view: "calls", filters: { pricing_status: [status] }, sort: "tokens", direction: "desc" };
    return told
      ? [{ key, title, calls: told.calls, tokens: told.total_tokens, usd: told.usd, share: share(told.total_tokens, totals.total_tokens), action, link }]
      : [];
  });
}

export function recommendations(engine: Engine, ask: Ask, filter: Filter): Recommendations {
  const findings = new Findings(engine.calls);
  const least = units(ask.one("min_score") ?? "0", USD_DIGITS) ?? 0n;
  const limit = ask.number("limit", 20) || Infinity;
  const staked = [...findings.flagged(engine.rows(filter))].map((row) => [row, findings.stake([row])] as const).filter(([, stake]) => stake >= least);
  const flagged = Int32Array.from(staked, ([row]) => row);
  const ofFlagged = byRoot(engine, flagged);
  const top = stakes(findings, ofFlagged);
  const rows = [...staked].sort(([, a], [, b]) => compare(b, a)).slice(0, limit)
    .map(([row]): FlaggedCall => ({ ...engine.calls.row(row), ...findings.attention(row) }));
  const told = scope(filter, engine.calls.content);
  return {
    schema: schema("recommendations"),
    scope: told,
    filters: { ...told.filters, ...(least ? { min_score: usd(least) } : {}) },
    threads: flaggedThreads(engine, filter, findings, top.slice(0, limit).map(({ root }) => root), byRoot(engine, engine.rows(filter)), ofFlagged),
    rows,
    row_count: rows.length,
    total_matched_rows: staked.length,
    total_threads: top.length,
    truncated: rows.length < staked.length,
  };
}

