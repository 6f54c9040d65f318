// The columns of the table of calls.
import type { CallRow } from "../answers";
import { written } from "../clock";
import { NO_PRICE, UNKNOWN, credits, duration, exact, money, percent, short } from "../figures";
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
  if (call.usd === null) return `${NO_PRICE} is known for ${call.model ?? "this model"}`;
  const guess = call.pricing_status === "estimated" ? `, a best guess${call.assumed ? `: ${call.assumed} assumed` : ""}` : "";
  return `$${exact(call.usd)} at list prices of ${call.priced_as ?? "its model"}${guess}`;
}

export function callCredits(call: CallRow): string {
  return credits(call.credits) + (call.credit_confidence === "inferred" ? "*" : "");
}

function tokens(key: string, label: string, field: keyof CallRow & `${string}_tokens`, sort: string, width = 76): CallColumn {
  const value = (call: CallRow): number | null => call[field];
  return { key, label, width, number: true, sort, text: (call) => short(value(call)), title: (call) => exact(value(call)) };
}

export const COLUMNS: readonly CallColumn[] = [
  {
    key: "time", label: "Time", width: 104, sort: "time",
    text: (call, zone) => written(call.at, zone, "moment"),
    title: (call, zone) => written(call.at, zone, "full"),
  },
  { key: "thread", label: "Thread", width: 150, sort: "thread", text: (call) => threadLabel(call.thread_name, call.thread_id), title: (call) => call.thread_name ?? call.thread_id },
  { key: "project", label: "Project", width: 110, text: (call) => call.project ?? UNKNOWN, title: (call) => call.cwd ?? "" },
  { key: "source", label: "By", width: 78, sort: "initiator", text: (call) => valueLabel("origin", call.origin), title: why },
  { key: "kind", label: "Kind", width: 92, text: (call) => valueLabel("kind", call.kind) },
  { key: "model", label: "Model", width: 118, sort: "model", text: (call) => call.model ?? UNKNOWN },
  { key: "effort", label: "Effort", width: 74, sort: "effort", text: (call) => call.effort ?? UNKNOWN },
  { key: "tier", label: "Tier", width: 76, text: (call) => call.tier ?? UNKNOWN },
  tokens("tokens", "Tokens", "total_tokens", "tokens", 112),
  tokens("input", "Input", "input_tokens", "input"),
  tokens("cached", "Cached", "cached_input_tokens", "cached"),
  tokens("uncached", "Uncached", "uncached_input_tokens", "uncached", 84),
  tokens("output", "Output", "output_tokens", "output"),
  tokens("reasoning", "Reasoning", "reasoning_output_tokens", "reasoning", 88),
  { key: "cost", label: "Est. cost", width: 84, number: true, sort: "cost", text: callCost, title: callCostTitle },
  {
    key: "credits", label: "Credits", width: 76, number: true, sort: "credits", text: callCredits,
    title: (call) => `${call.credits === null ? "no rate" : exact(call.credits)} (${valueLabel("credit_confidence", call.credit_confidence)})`,
  },
  { key: "cache", label: "Cache", width: 98, number: true, sort: "cache", text: (call) => percent(cacheShare(call)) },
  {
    key: "context", label: "Context", width: 100, number: true, sort: "context",
    text: (call) => percent(contextShare(call)),
    title: (call) => `${exact(call.context_used)} of ${exact(call.context_window)} tokens`,
  },
  { key: "duration", label: "Took", width: 78, number: true, sort: "duration", text: (call) => duration(call.duration_ms) },
  { key: "gap", label: "After", width: 92, number: true, sort: "gap", text: (call) => duration(call.gap_ms), title: () => "Time since the call before it in its thread" },
  { key: "branch", label: "Branch", width: 120, text: (call) => call.git_branch ?? UNKNOWN },
  { key: "folder", label: "Folder", width: 170, text: (call) => call.cwd ?? UNKNOWN },
  { key: "client", label: "Client", width: 84, text: (call) => call.client_version ?? UNKNOWN, title: (call) => call.originator ?? "" },
  { key: "price", label: "Price", width: 84, text: (call) => valueLabel("pricing_status", call.pricing_status) },
  { key: "basis", label: "Counted by", width: 92, text: (call) => call.basis },
];

const WIDE = ["time", "thread", "project", "source", "model", "effort", "tokens", "cached", "uncached", "output", "cost", "credits", "cache", "context"];
const MIDDLE = ["time", "thread", "source", "model", "tokens", "uncached", "output", "cost", "cache", "context"];
const SMALL = MIDDLE.filter((name) => name !== "uncached" && name !== "cache");
const NARROW = ["time", "thread", "tokens", "cost"];

/** Returns the columns that a width has room for, as long as the user has chosen none. */
export function usualColumns(width: number): readonly string[] {
  return width >= 1240 ? WIDE : width >= 1000 ? MIDDLE : width >= 760 ? SMALL : NARROW;
}

const REASONS: Readonly<Record<string, string>> = {
  user_message: "followed a message of yours",
  tool_result: "followed the result of a tool",
  compaction: "made the context shorter",
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
  return `${valueLabel("origin", call.origin)}: ${reason} (${call.confidence} confidence)`;
}
