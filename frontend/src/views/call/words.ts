// What is said of a call: what became of the cache before it, and how it differs from the one before.
import type { CacheState, CallRow } from "../../answers";
import { credits, money, percent, short } from "../../figures";
import { cacheShare } from "../columns";

interface CacheWords {
  title: string;
  told: string;
}

const CACHE: Readonly<Record<string, CacheWords>> = {
  first_call: { title: "First call", told: "Nothing of this thread could be in the cache yet." },
  warm_reuse: { title: "Warm cache", told: "Nearly all that was sent before came from the cache." },
  partial_miss: { title: "Part of the cache missed", told: "Some of what was sent before was not taken from the cache." },
  uncached_spike: { title: "Much new input", told: "The cache held; so much new input came on top of it." },
  post_compaction: { title: "After a compaction", told: "The context was made shorter just before, so that its beginning is new." },
  model_switch: { title: "Other model", told: "Another model answered than before: each has a cache of its own." },
  cold_resume: { title: "Cold resume", told: "So long nothing was asked that the cache was forgotten." },
  cache_break: { title: "Cache broken", told: "The thread went on without a pause, yet its beginning was not taken from the cache." },
  unknown: { title: "Unknown", told: "The logs do not tell what could have come from the cache." },
};

/** Says what became of the cache before a call. */
export function cacheWords(state: string): CacheWords {
  return CACHE[state] ?? { title: state.replaceAll("_", " "), told: "" };
}

/** Says what it cost more that tokens were not taken from the cache; empty where none were missed. */
export function cacheLoss(cache: CacheState): string {
  if (!cache.lost_tokens) return "";
  const worth = [cache.lost_usd && `${money(cache.lost_usd)} more`, cache.lost_credits && `${credits(cache.lost_credits)} credits more`];
  return [`${short(cache.lost_tokens)} tokens could have come from the cache`, ...worth.filter(Boolean)].join(" · ");
}

export interface Delta {
  label: string;
  text: string;
  before: string;
  now: string;
}

const TOKENS: readonly (readonly [string, keyof CallRow & `${string}_tokens`])[] = [
  ["Input", "input_tokens"],
  ["Cached input", "cached_input_tokens"],
  ["Uncached input", "uncached_input_tokens"],
  ["Output", "output_tokens"],
  ["Reasoning", "reasoning_output_tokens"],
];

/** Returns how a call differs from the one before it. */
export function deltas(before: CallRow, now: CallRow): Delta[] {
  const counts = TOKENS.map(([label, field]) => {
    const [old, own] = [before[field] ?? 0, now[field] ?? 0];
    return { label, text: signed(own - old, short), before: short(old), now: short(own) };
  });
  const [old, own] = [cacheShare(before), cacheShare(now)];
  const points = old === null || own === null ? "–" : signed(own - old, (value) => `${value.toFixed(1)} points`);
  return [...counts, { label: "From cache", text: points, before: percent(old), now: percent(own) }];
}

function signed(change: number, write: (size: number) => string): string {
  return change === 0 ? "same" : `${change < 0 ? "−" : "+"}${write(Math.abs(change))}`;
}
