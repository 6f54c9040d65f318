// What the page calls things.

export const DIMENSIONS: Readonly<Record<string, string>> = {
  project: "Project",
  model: "Model",
  thread: "Thread",
  origin: "Caused by",
  kind: "Kind of call",
  effort: "Effort",
  tier: "Service tier",
  directory: "Folder",
  branch: "Branch",
  source: "Begun by",
  pricing_status: "Price",
  credit_confidence: "Credits",
  finding: "Flagged as",
  min_tokens: "Tokens, at least",
  min_cost: "Cost in USD, at least",
  min_credits: "Credits, at least",
};

const VALUES: Readonly<Record<string, string>> = {
  "origin:user": "You",
  "origin:codex": "Codex",
  "origin:unknown": "Unknown",
  "kind:turn": "Turn",
  "kind:compaction": "Compaction",
  "kind:review": "Review",
  "kind:subagent": "Sub-agent",
  "kind:guardian": "Guardian",
  "kind:memory": "Memory",
  "pricing_status:priced": "Priced",
  "pricing_status:estimated": "Estimated",
  "pricing_status:unpriced": "No price",
  "credit_confidence:exact": "Exact rate",
  "credit_confidence:inferred": "Inferred rate",
  "credit_confidence:user_override": "Your own rate",
  "credit_confidence:missing": "No rate",
  "cause:tokens": "More or fewer tokens",
  "cause:cache": "Share from the cache",
  "cause:output": "Share of output",
  "cause:price": "Models, tiers, prices",
};

/** Names a value of a dimension; what is unknown is said to be. */
export function valueLabel(dimension: string, value: string | null): string {
  if (value === null || value === "") return "Unknown";
  if (dimension === "finding") return value.charAt(0).toUpperCase() + value.slice(1).replaceAll("-", " ");
  return VALUES[`${dimension}:${value}`] ?? value;
}

/** Names a limit window by its length. */
export function windowLabel(minutes: number): string {
  if (minutes === 300) return "5 hours";
  if (minutes === 10080) return "Week";
  if (minutes % 1440 === 0) return `${String(minutes / 1440)} d`;
  return minutes % 60 === 0 ? `${String(minutes / 60)} h` : `${String(minutes)} min`;
}

/** Names an account by the beginning of its hash. */
export function accountLabel(account: string | null): string {
  return account ? `account ${account.slice(0, 6)}` : "unknown account";
}

/** Names a thread; one without a name goes by the end of its id, which tells it from its neighbours. */
export function threadLabel(name: string | null, id: string): string {
  return name ?? `Unnamed ${id.slice(-8)}`;
}

const SOURCES: Readonly<Record<string, string>> = {
  "subagent:thread_spawn": "sub-agent",
  "subagent:review": "review",
  "subagent:compact": "compaction",
};

/** Says how a thread was begun. */
export function sourceLabel(source: string | null): string {
  return SOURCES[source ?? ""] ?? (source ?? "").replace(/^subagent:/, "").replaceAll("_", " ");
}

const OUTCOMES: Readonly<Record<string, string>> = {
  complete: "complete",
  interrupted: "stopped",
  response_too_many_failed_attempts: "failed: too many attempts",
  usage_limit_exceeded: "usage limit reached",
  rate_limit_exceeded: "too many requests",
  context_window_exceeded: "failed: context full",
};

/** Says how a turn ended. */
export function outcomeLabel(outcome: string | null): string {
  return outcome === null ? "not yet" : (OUTCOMES[outcome] ?? outcome.replaceAll("_", " "));
}
