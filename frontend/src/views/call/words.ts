// What is said of a call: what became of the cache before it, and how it differs from the one before.
import type { CacheState, CallRow } from "../../answers";
import { UNKNOWN, credits, money, percent, short } from "../../figures";
import { t } from "../../language";
import { cacheShare } from "../columns";

interface CacheWords {
  title: string;
  told: string;
}

const CACHE: Readonly<Record<string, CacheWords>> = {
  first_call: { title: t("First call"), told: t("Nothing of this thread could be in the cache yet.") },
  warm_reuse: { title: t("Warm cache"), told: t("Nearly all that was sent before came from the cache.") },
  partial_miss: { title: t("Part of the cache missed"), told: t("Some of what was sent before was not taken from the cache.") },
  uncached_spike: { title: t("Much new input"), told: t("The cache held; so much new input came on top of it.") },
  post_compaction: { title: t("After a compaction"), told: t("The context was made shorter just before, so that its beginning is new.") },
  model_switch: { title: t("Other model"), told: t("Another model answered than before: each has a cache of its own.") },
  cold_resume: { title: t("Cold resume"), told: t("So long nothing was asked that the cache was forgotten.") },
  cache_break: { title: t("Cache broken"), told: t("The thread went on without a pause, yet its beginning was not taken from the cache.") },
  unknown: { title: t("Unknown"), told: t("The logs do not tell what could have come from the cache.") },
};

/** Says what became of the cache before a call. */
export function cacheWords(state: string): CacheWords {
  return CACHE[state] ?? { title: state.replaceAll("_", " "), told: "" };
}

/** Says what it cost more that tokens were not taken from the cache; empty where none were missed. */
export function cacheLoss(cache: CacheState): string {
  if (!cache.lost_tokens) return "";
  const worth = [cache.lost_usd && t("{cost} more", { cost: money(cache.lost_usd) }), cache.lost_credits && t("{credits} credits more", { credits: credits(cache.lost_credits) })];
  return [t("{tokens} tokens could have come from the cache", { tokens: short(cache.lost_tokens) }), ...worth.filter(Boolean)].join(" · ");
}

export interface Delta {
  label: string;
  text: string;
  before: string;
  now: string;
}

const TOKENS: readonly (readonly [string, keyof CallRow & `${string}_tokens`])[] = [
  [t("Input"), "input_tokens"],
  [t("Cached input"), "cached_input_tokens"],
  [t("Uncached input"), "uncached_input_tokens"],
  [t("Output"), "output_tokens"],
  [t("Reasoning"), "reasoning_output_tokens"],
];

/** Returns how a call differs from the one before it. */
export function deltas(before: CallRow, now: CallRow): Delta[] {
  const counts = TOKENS.map(([label, field]) => {
    const [old, own] = [before[field] ?? 0, now[field] ?? 0];
    return { label, text: signed(own - old, short), before: short(old), now: short(own) };
  });
  const [old, own] = [cacheShare(before), cacheShare(now)];
  const points = old === null || own === null ? UNKNOWN : signed(own - old, (points) => t("{points, number, ::.0} points", { points }));
  return [...counts, { label: t("From cache"), text: points, before: percent(old), now: percent(own) }];
}

function signed(change: number, write: (size: number) => string): string {
  return change === 0 ? t("same") : `${change < 0 ? "−" : "+"}${write(Math.abs(change))}`;
}

const ASSUMED: Readonly<Record<string, string>> = { model: t("model"), tier: t("tier"), date: t("date") };

/** Says what was assumed where a call was priced. */
export function assumedWords(assumed: string): string {
  return assumed.split(" ").map((one) => ASSUMED[one] ?? one).join(", ");
}

const LINES: Readonly<Record<string, string>> = {
  "message of an agent": t("message of an agent"),
  tools: t("tools"),
  compaction: t("compaction"),
  "tool call": t("tool call"),
  "tool output": t("tool output"),
  "review begins": t("review begins"),
  error: t("error"),
  "assistant message": t("assistant message"),
  "review ends": t("review ends"),
  message: t("message"),
  patch: t("patch"),
  "patch result": t("patch result"),
  "reasoning summary": t("reasoning summary"),
  "encrypted reasoning": t("encrypted reasoning"),
  session: t("session"),
  "turn begins": t("turn begins"),
  "turn ends": t("turn ends"),
  goal: t("goal"),
  "thread name": t("thread name"),
  "turns rolled back": t("turns rolled back"),
  settings: t("settings"),
  "token count": t("token count"),
  "turn aborted": t("turn aborted"),
  "turn context": t("turn context"),
  "user message": t("user message"),
  instructions: t("instructions"),
  "state of the workspace": t("state of the workspace"),
  other: t("other"),
  "token count of the selected call": t("token count of the selected call"),
  "token count of the previous call": t("token count of the previous call"),
  "token count of an earlier call": t("token count of an earlier call"),
};

/** Names what a line of the log is. */
export function lineLabel(label: string): string {
  return LINES[label] ?? label;
}

const PARTS: Readonly<Record<string, string>> = {
  encrypted_reasoning_state: t("encrypted reasoning state"),
  visible_payload_fields: t("visible payload fields"),
  turn_context_metadata: t("turn context metadata"),
  token_callback_metadata: t("token callback metadata"),
  local_goal_metadata: t("local goal metadata"),
  protocol_metadata: t("protocol metadata"),
  rate_limit_metadata: t("rate limit metadata"),
  other: t("other"),
};

/** Names what a part of the lines is for. */
export function partLabel(name: string): string {
  return PARTS[name] ?? name.replaceAll("_", " ");
}
