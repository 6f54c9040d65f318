// What rules found, in words and sums: of a call, of a thread, of all.
import type { Attention, CacheState, Finding, FindingSum, ThreadAttention } from "../answers";
import { costCredits, costUsd, type Calls, type Usage } from "./calls";
import { cell, type Content } from "./content";
import type { Rows } from "./engine";
import { HALF, compare, credits, share, usd, whole } from "./money";

const CENT = 10_000_000_000;
const WORTH_OF_CREDIT = 4;

/** Says why a rule points at a call, by the tokens of its claim and its own figure. */
const WHY: Readonly<Record<string, (tokens: string, detail: number) => string>> = {
  "retry-loop": (_, calls) => `The tools of ${String(calls)} calls in a row failed.`,
  "cold-resume": (tokens, idle) => `After ${time(idle)} without a call, ${tokens} tokens were no longer in the cache.`,
  "model-switch": (tokens) => `The model changed, and ${tokens} tokens were read anew at the full price.`,
  "cache-break": (tokens) => `${tokens} tokens that were cached a moment before were read anew.`,
  "tool-output-bloat": (tokens, told) => `${tokens} tokens of new input are outputs of tools, which wrote ${grouped(told)} in all.`,
  "context-carried": (tokens) => `${tokens} tokens of older context were read once more; a fresh thread would have cost less by now.`,
  "low-cache": (_, ppm) => `Only ${percent(ppm)} % of the input came from the cache.`,
  "context-bloat": (_, ppm) => `${percent(ppm)} % of the context window is used.`,
  "elevated-context": (_, ppm) => `${percent(ppm)} % of the context window is used.`,
  "reasoning-spike": (_, ppm) => `${percent(ppm)} % of the output is reasoning.`,
  "low-output": (_, output) => `The call wrote ${grouped(output)} tokens for all it read.`,
  "runaway-thread": (_, count) => `This is call ${String(count)} of one turn.`,
  "sub-agent-swarm": (_, agents) => `${String(agents)} sub-agents began at about the same time.`,
  "high-cost": (_, units) => `The call cost $${grouped(Math.floor(units / CENT / 100))}.${String(Math.floor(units / CENT) % 100).padStart(2, "0")}.`,
  "large-thread": (_, tokens) => `With this call the thread has used ${grouped(tokens)} tokens.`,
  "subagent-attribution": () => "The log of the thread that started this sub-agent is not there.",
};

export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

function percent(ppm: number): string {
  return String(Math.floor(ppm / 10_000));
}

function time(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 120) return `${String(minutes)} minutes`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${String(hours)} hours` : `${String(Math.floor(hours / 24))} days`;
}

/** What a rule found in some calls; nothing is known of stakes without a price. */
export interface Sum {
  rule: number;
  calls: number;
  tokens: number;
  stake: bigint | null;
  drawn: bigint | null;
}

type Money = bigint | null;

export function known(units: Money, write: (units: bigint) => string): string | null {
  return units === null ? null : write(units);
}

/** Adds amounts of which some may be unknown; null where all are. */
export function added(one: Money, other: Money): Money {
  return one === null ? other : other === null ? one : one + other;
}

export class Findings {
  readonly #content: Content;

  constructor(readonly calls: Calls) {
    this.#content = calls.content;
  }

  severity(stake: Money): string {
    const high = BigInt(this.#content.bounds.high_cost);
    if (stake === null || stake * 10n < high) return "review";
    return stake >= high ? "high" : "medium";
  }

  title(rule: number): Pick<Finding, "key" | "title" | "action" | "waste"> {
    const [key, title, action, waste] = this.#content.rules[rule] ?? ["", "", "", false];
    return { key, title, action, waste };
  }

  /** Returns what rules found in some calls, by rule. */
  sums(rows: Iterable<number>): Sum[] {
    const [rules, tokens, stakes, drawn] = ["rule", "tokens", "stake", "drawn"].map((name) => this.#column(name)) as [Float64Array, Float64Array, Float64Array, Float64Array];
    const { begins } = this.calls.findings;
    const found = this.#content.rules.map((_, rule) => ({ rule, calls: 0, tokens: 0, stake: new Amount(), drawn: new Amount() }));
    for (const row of rows)
      for (let place = cell(begins, row); place < cell(begins, row + 1); place += 1) {
        const sum = found[cell(rules, place)];
        if (!sum) continue;
        sum.calls += 1;
        sum.tokens += cell(tokens, place);
        sum.stake.add(cell(stakes, place));
        sum.drawn.add(cell(drawn, place));
      }
    const told = found.filter((one) => one.calls);
    return told.map((one) => ({ ...one, stake: one.stake.units, drawn: one.drawn.units })).sort(byStake);
  }

  #column(name: string): Float64Array {
    return this.calls.findings.columns[name] as Float64Array;
  }

  of(row: number): (Sum & { detail: number })[] {
    const told = (name: string, place: number): number => cell(this.#column(name), place);
    return this.calls.places(this.calls.findings, row).map((place) => ({
      rule: told("rule", place), calls: 1, tokens: told("tokens", place), detail: told("detail", place),
      stake: units(told("stake", place)), drawn: units(told("drawn", place)),
    }));
  }

  /** Returns what is at stake in some calls, what has no price as nothing. */
  stake(rows: Iterable<number>): bigint {
    const [stakes, { begins }] = [this.#column("stake"), this.calls.findings];
    const sum = new Amount();
    for (const row of rows) for (let place = cell(begins, row); place < cell(begins, row + 1); place += 1) sum.add(cell(stakes, place));
    return sum.units ?? 0n;
  }

  /** Returns those of some calls in which something was found. */
  flagged(rows: Rows): Rows {
    return rows.filter((row) => cell(this.calls.found, row));
  }

  attention(row: number): Attention {
    const found = this.of(row).sort(byStake);
    const score = found.reduce<Money>((sum, one) => added(sum, one.stake), null);
    const findings = found.map(({ rule, stake, drawn, tokens, detail }) => ({
      ...this.title(rule), severity: this.severity(stake), stake: known(stake, usd), credits: known(drawn, credits), tokens,
      why: WHY[this.title(rule).key]?.(grouped(tokens), detail) ?? "",
    }));
    return { score: known(score, usd), severity: this.severity(score), findings, action: findings[0]?.action ?? null };
  }

  sum(one: Sum, whole: bigint): FindingSum {
    const { rule, stake, drawn, tokens, calls } = one;
    return {
      ...this.title(rule), severity: this.severity(stake), stake: known(stake, usd), credits: known(drawn, credits), tokens, calls,
      share: share(stake ?? 0n, whole),
    };
  }

  /** Returns what was found in a thread's calls, which cost so much in all. */
  ofThread(rows: Rows, whole: bigint): ThreadAttention {
    const sums = this.sums(rows);
    const score = sums.reduce<Money>((sum, one) => added(sum, one.stake), null);
    return {
      score: known(score, usd),
      severity: this.severity(score),
      flagged_calls: this.flagged(rows).length,
      findings: sums.map((one) => this.sum(one, whole)),
      action: sums[0] ? this.title(sums[0].rule).action : null,
    };
  }

  /** Returns what became of the cache before a call. */
  cache(row: number): CacheState {
    const { calls } = this;
    const lost = cell(calls.column("cache.lost"), row);
    const { plain, write } = calls.usage(row);
    const [anew, written] = [Math.min(plain, lost), Math.min(write, lost - Math.min(plain, lost))];
    const over: Usage = { plain: anew, cached: -anew - written, write: written, output: 0 };
    const [inUsd, inCredits] = [costUsd(over, calls.rate(row)), costCredits(over, calls.rate(row))];
    const worth = inUsd ?? (inCredits === null ? null : inCredits * WORTH_OF_CREDIT);
    return {
      state: this.state(row),
      idle_ms: cell(calls.column("cache.idle"), row),
      lost_tokens: lost,
      lost_usd: worth === null ? null : usd(BigInt(Math.max(0, worth))),
      lost_credits: inCredits === null ? null : credits(BigInt(Math.max(0, inCredits))),
    };
  }

  state(row: number): string {
    return this.#content.states[cell(this.calls.column("cache.state"), row)] ?? "unknown";
  }
}

/** A sum of amounts of which some may be unknown, in halves; null where all are. */
class Amount {
  #high = 0;
  #low = 0;
  #known = false;

  add(units: number): void {
    if (Number.isNaN(units)) return;
    this.#high += Math.floor(units / HALF);
    this.#low += units % HALF;
    this.#known = true;
  }

  get units(): Money {
    return this.#known ? whole(this.#high, this.#low) : null;
  }
}

/** Puts those with the most at stake first. */
export function byStake(one: Sum, other: Sum): number {
  return compare(other.stake ?? 0n, one.stake ?? 0n) || one.rule - other.rule;
}

function units(value: number): Money {
  return Number.isNaN(value) ? null : BigInt(value);
}
