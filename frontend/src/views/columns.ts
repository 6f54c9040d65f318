// The columns of the table of calls.
import type { CallRow } from "../answers";
import { written } from "../clock";
import { UNKNOWN, credits, dollars, duration, exact, money, percent, short } from "../figures";
import { language, t } from "../language";
import { threadLabel, valueLabel } from "../words";

export interface CallColumn {
  key: string;
  label: string;
  /** Its width in pixels; the thread takes what is left. */
  width: number;
  number?: boolean;
  /** The server's name for its order, where it has one. */
  sort?: string;
  text: (call: CallRow, zone: string) => string;
  title?: (call: CallRow, zone: string) => string;
}

export function contextShare(call: CallRow): number | null {
  return call.context_window ? (100 * call.context_used) / call.context_window : null;
}

export function cacheShare(call: CallRow): number | null {
  return call.input_tokens ? (100 * call.cached_input_tokens) / call.input_tokens : null;
}

/** Writes what a call costs; a guess has its mark. */
export function callCost(call: CallRow): string {
  return money(call.usd) + (call.pricing_status === "estimated" ? "*" : "");
}

export function callCostTitle(call: CallRow): string {
  if (call.usd === null) return t("no price is known for {model}", { model: call.model ?? t("this model") });
  const told = { usd: dollars(call.usd), model: call.priced_as ?? t("its model") };
  if (call.pricing_status !== "estimated") return t("{usd} at list prices of {model}", told);
  if (!call.assumed) return t("{usd} at list prices of {model}, a best guess", told);
  return t("{usd} at list prices of {model}, a best guess: {assumed} assumed", { ...told, assumed: call.assumed });
}

export function callCredits(call: CallRow): string {
  return credits(call.credits) + (call.credit_confidence === "inferred" ? "*" : "");
}

function tokens(key: string, label: string, field: keyof CallRow & `${string}_tokens`, sort: string, width = 76): CallColumn {
  const value = (call: CallRow): number | null => call[field];
  return { key, label, width, number: true, sort, text: (call) => short(value(call)), title: (call) => exact(value(call)) };
}

const WRITTEN: readonly CallColumn[] = [
  {
    key: "time", label: t("Time"), width: 104, sort: "time",
    text: (call, zone) => written(call.at, zone, "moment"),
    title: (call, zone) => written(call.at, zone, "full"),
  },
  { key: "thread", label: t("Thread"), width: 150, sort: "thread", text: (call) => threadLabel(call.thread_name, call.thread_id), title: (call) => call.thread_name ?? call.thread_id },
  { key: "project", label: t("Project"), width: 110, text: (call) => call.project ?? UNKNOWN, title: (call) => call.cwd ?? "" },
  { key: "source", label: t("By"), width: 78, sort: "initiator", text: (call) => valueLabel("origin", call.origin), title: why },
  { key: "kind", label: t("Kind"), width: 92, text: (call) => valueLabel("kind", call.kind) },
  { key: "model", label: t("Model"), width: 118, sort: "model", text: (call) => call.model ?? UNKNOWN },
  { key: "effort", label: t("Effort"), width: 74, sort: "effort", text: (call) => call.effort ?? UNKNOWN },
  { key: "tier", label: t("Tier"), width: 76, text: (call) => call.tier ?? UNKNOWN },
  tokens("tokens", t("Tokens"), "total_tokens", "tokens", 112),
  tokens("input", t("Input"), "input_tokens", "input"),
  tokens("cached", t("Cached"), "cached_input_tokens", "cached"),
  tokens("uncached", t("Uncached"), "uncached_input_tokens", "uncached", 84),
  tokens("output", t("Output"), "output_tokens", "output"),
  tokens("reasoning", t("Reasoning"), "reasoning_output_tokens", "reasoning", 88),
  { key: "cost", label: t("Est. cost"), width: 84, number: true, sort: "cost", text: callCost, title: callCostTitle },
  {
    key: "credits", label: t("Credits"), width: 76, number: true, sort: "credits", text: callCredits,
    title: (call) => t("{credits} ({confidence})", { credits: call.credits === null ? t("no rate") : exact(call.credits), confidence: valueLabel("credit_confidence", call.credit_confidence) }),
  },
  { key: "cache", label: t("Cache"), width: 98, number: true, sort: "cache", text: (call) => percent(cacheShare(call)) },
  {
    key: "context", label: t("Context"), width: 100, number: true, sort: "context",
    text: (call) => percent(contextShare(call)),
    title: (call) => t("{part} of {whole, plural, one {# token} other {# tokens}}", { part: exact(call.context_used), whole: call.context_window ?? 0 }),
  },
  { key: "duration", label: t("Took"), width: 78, number: true, sort: "duration", text: (call) => duration(call.duration_ms) },
  { key: "gap", label: t("After"), width: 92, number: true, sort: "gap", text: (call) => duration(call.gap_ms), title: () => t("Time since the call before it in its thread") },
  { key: "branch", label: t("Branch"), width: 120, text: (call) => call.git_branch ?? UNKNOWN },
  { key: "folder", label: t("Folder"), width: 170, text: (call) => call.cwd ?? UNKNOWN },
  { key: "client", label: t("Client"), width: 84, text: (call) => call.client_version ?? UNKNOWN, title: (call) => call.originator ?? "" },
  { key: "price", label: t("Price"), width: 84, text: (call) => valueLabel("pricing_status", call.pricing_status) },
  { key: "basis", label: t("Counted by"), width: 92, text: (call) => call.basis },
];

/** The columns, as wide as their titles and times are in the page's language; English has been measured. */
export const COLUMNS: readonly CallColumn[] = language === "en" ? WRITTEN : WRITTEN.map((one) => ({ ...one, width: fitting(one) }));

function fitting(one: CallColumn): number {
  return Math.max(one.width, room(one.label), room(sample(one)) + (one.key === "tokens" ? 34 : 0));
}

/** Returns a long text of a column: a time, or thousands of tokens. */
function sample({ key, number }: CallColumn): string {
  if (key === "time") return written(Date.UTC(2026, 8, 28, 22, 58), "UTC", "moment");
  return number && ["tokens", "input", "cached", "uncached", "output", "reasoning"].includes(key) ? short(88_800) : "";
}

/** Returns how wide a column is on a narrow screen, where cells have no bars. */
export function narrowWidth(one: CallColumn): number {
  return Math.min(one.width, one.key === "time" ? one.width : Math.max(72, room(sample(one))));
}

/** Returns how many pixels a text takes at most, with the space around it. */
function room(text: string): number {
  return [...text].reduce((sum, letter) => sum + (letter > "\u2e80" ? 13 : 7.2), 16);
}

const WIDE = ["time", "thread", "project", "source", "model", "effort", "tokens", "cached", "uncached", "output", "cost", "credits", "cache", "context"];
const MIDDLE = ["time", "thread", "source", "model", "tokens", "uncached", "output", "cost", "cache", "context"];
const SMALL = MIDDLE.filter((name) => name !== "uncached" && name !== "cache");
const NARROW = ["time", "thread", "tokens", "cost"];

/** Returns the columns that a width has room for, as long as the user has chosen none. */
export function usualColumns(width: number): readonly string[] {
  const fits = (least: number, names: readonly string[]): boolean => width >= least + wider(names);
  return fits(1240, WIDE) ? WIDE : fits(1000, MIDDLE) ? MIDDLE : fits(760, SMALL) ? SMALL : NARROW;
}

/** Returns how much wider columns are than in English. */
function wider(names: readonly string[]): number {
  return COLUMNS.reduce((sum, one, place) => sum + (names.includes(one.key) ? one.width - (WRITTEN[place]?.width ?? 0) : 0), 0);
}

const REASONS: Readonly<Record<string, string>> = {
  user_message: t("followed a message of yours"),
  tool_result: t("followed the result of a tool"),
  compaction: t("made the context shorter"),
  agent_continuation: t("agent continuation"),
  delegated: t("delegated"),
  post_compaction: t("post compaction"),
  no_signal: t("no signal"),
};

const CONFIDENCES: Readonly<Record<string, string>> = {
  high: t("high confidence"),
  medium: t("medium confidence"),
  low: t("low confidence"),
};

/** Returns how long the bar in a cell is, from 0 to 1, and null where there is none; `most` is the largest in sight. */
export function bar(column: CallColumn, call: CallRow, most: number): number | null {
  if (column.key === "tokens") return most ? call.total_tokens / most : null;
  const part = column.key === "context" ? contextShare(call) : column.key === "cache" ? cacheShare(call) : null;
  return part === null ? null : Math.min(part, 100) / 100;
}

/** Says who caused a call, and how sure that is. */
export function why(call: CallRow): string {
  const reason = REASONS[call.reason] ?? call.reason.replaceAll("_", " ");
  return t("{origin}: {reason} ({confidence})", { origin: valueLabel("origin", call.origin), reason, confidence: CONFIDENCES[call.confidence] ?? call.confidence });
}
