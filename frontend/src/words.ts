// What the page calls things.
import type { Forecast } from "./answers";
import { ago, duration, percent } from "./figures";
import { t } from "./language";

export const DIMENSIONS: Readonly<Record<string, string>> = {
  project: t("Project"),
  model: t("Model"),
  thread: t("Thread"),
  origin: t("Caused by"),
  kind: t("Kind of call"),
  effort: t("Effort"),
  tier: t("Service tier"),
  directory: t("Folder"),
  branch: t("Branch"),
  source: t("Begun by"),
  pricing_status: t("Price"),
  credit_confidence: t("Credits"),
  finding: t("Flagged as"),
  min_tokens: t("Tokens, at least"),
  min_cost: t("Cost in USD, at least"),
  min_credits: t("Credits, at least"),
};

const VALUES: Readonly<Record<string, string>> = {
  "origin:user": t("You"),
  "origin:codex": "Codex",
  "origin:unknown": t("Unknown"),
  "kind:turn": t("Turn"),
  "kind:compaction": t("Compaction"),
  "kind:review": t("Review"),
  "kind:subagent": t("Sub-agent"),
  "kind:guardian": t("Guardian"),
  "kind:memory": t("Memory"),
  "pricing_status:priced": t("Priced"),
  "pricing_status:estimated": t("Estimated"),
  "pricing_status:unpriced": t("No price"),
  "credit_confidence:exact": t("Exact rate"),
  "credit_confidence:inferred": t("Inferred rate"),
  "credit_confidence:user_override": t("Your own rate"),
  "credit_confidence:missing": t("No rate"),
  "cause:tokens": t("More or fewer tokens"),
  "cause:cache": t("Share from the cache"),
  "cause:output": t("Share of output"),
  "cause:price": t("Models, tiers, prices"),
};

export const FINDINGS: Readonly<Record<string, string>> = {
  "retry-loop": t("Retry loop"),
  "cold-resume": t("Cold resume"),
  "model-switch": t("Model switch"),
  "cache-break": t("Cache break"),
  "tool-output-bloat": t("Tool output"),
  "context-carried": t("Carried context"),
  "low-cache": t("Low cache reuse"),
  "context-bloat": t("Context bloat"),
  "elevated-context": t("Elevated context"),
  "reasoning-spike": t("Reasoning spike"),
  "low-output": t("Low output"),
  "runaway-thread": t("Runaway turn"),
  "sub-agent-swarm": t("Sub-agent swarm"),
  "high-cost": t("High cost"),
  "large-thread": t("Large thread"),
  "subagent-attribution": t("Sub-agent without parent"),
};

/** Names a value of a dimension; what is unknown is said to be. */
export function valueLabel(dimension: string, value: string | null): string {
  if (value === null || value === "") return t("Unknown");
  if (dimension === "finding") return FINDINGS[value] ?? value;
  return VALUES[`${dimension}:${value}`] ?? value;
}

/** Names a limit window by its length. */
export function windowLabel(minutes: number): string {
  if (minutes === 300) return t("5 hours");
  if (minutes === 10080) return t("Week");
  return duration(minutes * 60_000);
}

/** Names a limit by the length of its window, and one that is not of all of Codex by what it is of. */
export function limitLabel(minutes: number, limit: string): string {
  return limit === "codex" ? windowLabel(minutes) : t("{window} of {limit}", { window: windowLabel(minutes), limit });
}

/** Says when a limit window is reset, or was. */
export function resetText(at: number, passed: boolean, now: number): string {
  return passed ? t("reset {when}", { when: ago(at, now) }) : t("resets {when}", { when: ago(at, now) });
}

/** Says how much of a limit will be used at its reset. */
export function foretold(one: Forecast): string {
  const [low, likely, high] = [one.percent_low, one.percent_expected, one.percent_high].map(percent) as [string, string, string];
  return t("At the reset likely {likely}, between {low} and {high}", { likely, low, high });
}

/** Names an account by the beginning of its hash. */
export function accountLabel(account: string | null): string {
  return account ? t("account {account}", { account: account.slice(0, 6) }) : t("unknown account");
}

/** Names a thread; one without a name goes by the end of its id, which tells it from its neighbours. */
export function threadLabel(name: string | null, id: string): string {
  return name ?? t("Unnamed {id}", { id: id.slice(-8) });
}

const SOURCES: Readonly<Record<string, string>> = {
  "subagent:thread_spawn": t("sub-agent"),
  "subagent:review": t("review"),
  "subagent:compact": t("compaction"),
};

/** Says how a thread was begun. */
export function sourceLabel(source: string | null): string {
  return SOURCES[source ?? ""] ?? (source ?? "").replace(/^subagent:/, "").replaceAll("_", " ");
}

const OUTCOMES: Readonly<Record<string, string>> = {
  complete: t("complete"),
  interrupted: t("stopped"),
  response_too_many_failed_attempts: t("failed: too many attempts"),
  usage_limit_exceeded: t("usage limit reached"),
  rate_limit_exceeded: t("too many requests"),
  context_window_exceeded: t("failed: context full"),
};

/** Says how a turn ended. */
export function outcomeLabel(outcome: string | null): string {
  return outcome === null ? t("not yet") : (OUTCOMES[outcome] ?? outcome.replaceAll("_", " "));
}
