// What the bars of a thread's timeline are made of, and how high they may be.
import type { CallRow } from "../answers";
import { CLASSES, hue } from "../classes";
import { money, percent, short } from "../figures";
import { t } from "../language";

export const SHOWN = ["tokens", "cost", "cache"] as const;
export type Shown = (typeof SHOWN)[number];

export interface Layer {
  key: string;
  label: string;
  color: string;
  of: (call: CallRow) => number;
}

export interface Picture {
  layers: readonly Layer[];
  /** Returns how high a bar is when its layers lie on each other. */
  whole: (call: CallRow) => number;
  /** Says what the top of the scale stands for. */
  top: (most: number) => string;
}

const tokens: readonly Layer[] = CLASSES.map((one) => ({
  key: one.key, label: one.label, color: hue(one.key), of: (call) => one.of({ ...call, calls: 1 }),
}));
/** For pictures only: money is never added up here. */
const usd = (call: CallRow): number => Number(call.usd ?? 0);
const shareOf = (part: (call: CallRow) => number) => (call: CallRow) => (call.input_tokens ? (100 * part(call)) / call.input_tokens : 0);

export const PICTURES: Readonly<Record<Shown, Picture>> = {
  tokens: { layers: tokens, whole: (call) => call.total_tokens, top: (most) => t("{tokens} tokens", { tokens: short(most) }) },
  cost: {
    layers: [
      { key: "priced", label: t("Cost"), color: "var(--tone-0)", of: (call) => (call.pricing_status === "estimated" ? 0 : usd(call)) },
      { key: "guessed", label: t("Best guess"), color: "url(#guessed)", of: (call) => (call.pricing_status === "estimated" ? usd(call) : 0) },
    ],
    whole: usd,
    top: (most) => money(String(most)),
  },
  cache: {
    layers: tokens.slice(0, 3).map((layer) => ({ ...layer, of: shareOf(layer.of) })),
    whole: shareOf((call) => call.input_tokens),
    top: () => t("{percent} of input", { percent: percent(100) }),
  },
};

export function shownOf(text: string | undefined): Shown {
  return SHOWN.find((one) => one === text) ?? "tokens";
}

/** Outcomes of turns that a limit of the plan or the service ended. */
export function isLimit(outcome: string | null): boolean {
  return /usage_limit|rate_limit|budget/.test(outcome ?? "");
}

/** Returns the calls that made the context shorter; where none is told of, the first ones after that. */
export function shortenings(calls: readonly CallRow[]): CallRow[] {
  const own = calls.filter((call) => call.kind === "compaction");
  return own.length ? own : calls.filter((call) => call.reason === "post_compaction");
}
