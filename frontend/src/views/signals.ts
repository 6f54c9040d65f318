// What a thread's course says: where it became dear, how its cache and context went, what came before its largest call.
import type { CallRow, Session, TurnRow } from "../answers";
import { written } from "../clock";
import { coarse, count, percent, share, short } from "../figures";
import { callCost, cacheShare, contextShare } from "./columns";

export interface Signal {
  label: string;
  text: string;
  title: string;
  /** The call to look at. */
  record?: string;
  warn?: boolean;
}

const LONG_PAUSE = 5 * 60_000;
const DEAR_PART = 0.2;

/** Returns what is worth saying of a thread, its own calls in the order of time. */
export function signals(session: Session, zone: string): Signal[] {
  const calls = session.calls.filter((call) => call.thread_id === session.thread.thread_id).toSorted((a, b) => a.at - b.at);
  if (calls.length < 3) return [];
  const found = [dear(session.turns, calls, zone), largest(session, calls, zone), cache(calls), context(calls), pause(calls, zone), ends(session.turns)];
  return found.filter((one) => one !== null);
}

/** The first turn that took a fifth of all tokens or more. */
function dear(turns: readonly TurnRow[], calls: readonly CallRow[], zone: string): Signal | null {
  const whole = turns.reduce((sum, turn) => sum + turn.total_tokens, 0);
  const index = turns.findIndex((turn) => turn.total_tokens >= DEAR_PART * whole);
  const turn = turns[index];
  if (!turn?.total_tokens || turns.length < 4) return null;
  const first = calls.find((call) => call.turn_id === turn.turn_id);
  return {
    label: "First large turn",
    text: `turn ${String(index + 1)}: ${short(turn.total_tokens)} tokens, ${share(turn.total_tokens, whole)}`,
    title: turn.started_at === null ? "" : written(turn.started_at, zone, "full"),
    ...(first && { record: first.record_id }),
  };
}

function largest(session: Session, calls: readonly CallRow[], zone: string): Signal {
  const most = calls.reduce((best, call) => (call.total_tokens > best.total_tokens ? call : best));
  const before = calls[calls.indexOf(most) - 1];
  const agents = new Set(
    session.calls.filter((call) => call.thread_id !== most.thread_id && call.at <= most.at && call.at > (before?.at ?? 0)).map((call) => call.thread_id),
  ).size;
  const after = agents ? `, after ${count(agents, "agent")} had worked` : "";
  return {
    label: "Largest call",
    text: `${short(most.total_tokens)} tokens, ${callCost(most)}${after}`,
    title: `${written(most.at, zone, "full")}${agents ? "" : "; no sub-agent or review worked right before it"}`,
    record: most.record_id,
  };
}

/** Returns the mean of what is known of a third of the calls. */
function third(calls: readonly CallRow[], which: 0 | 2, value: (call: CallRow) => number | null): number | null {
  const size = Math.ceil(calls.length / 3);
  const known = calls.slice(which ? -size : 0, which ? undefined : size).map(value).filter((one) => one !== null);
  return known.length ? known.reduce((sum, one) => sum + one, 0) / known.length : null;
}

function cache(calls: readonly CallRow[]): Signal | null {
  const [early, late] = [third(calls, 0, cacheShare), third(calls, 2, cacheShare)];
  if (early === null || late === null) return null;
  const way = late > early + 3 ? "rose" : late < early - 3 ? "fell" : "held";
  return {
    label: "From cache",
    text: `${way}: ${percent(early)} at first, ${percent(late)} at last`,
    title: "On average of the first and the last third of its calls",
    warn: way === "fell",
  };
}

function context(calls: readonly CallRow[]): Signal | null {
  const known = calls.filter((call) => call.context_window);
  const first = known[0];
  const last = known.at(-1);
  if (!first || !last) return null;
  const most = known.reduce((best, call) => ((contextShare(call) ?? 0) > (contextShare(best) ?? 0) ? call : best));
  const shortened = compactions(calls).length;
  return {
    label: "Context",
    text: `${percent(contextShare(first))} to ${percent(contextShare(last))}, at most ${percent(contextShare(most))}${shortened ? `, ${count(shortened, "compaction")}` : ""}`,
    title: "How full the context window was at the first and at the last call",
    record: most.record_id,
    warn: (contextShare(most) ?? 0) >= 80,
  };
}

/** The longest pause, and what was left of the cache after it. */
function pause(calls: readonly CallRow[], zone: string): Signal | null {
  const gaps = calls.slice(1).map((call, index) => ({ call, ms: call.at - (call.duration_ms ?? 0) - (calls[index]?.at ?? call.at) }));
  const longest = gaps.reduce((best, gap) => (gap.ms > best.ms ? gap : best));
  if (longest.ms < LONG_PAUSE) return null;
  const kept = cacheShare(longest.call);
  return {
    label: "Longest pause",
    text: `${coarse(longest.ms)}, then ${percent(kept)} from cache`,
    title: `It went on at ${written(longest.call.at, zone, "full")}`,
    record: longest.call.record_id,
    warn: kept !== null && kept < 30,
  };
}

function ends(turns: readonly TurnRow[]): Signal | null {
  const broken = turns.filter((turn) => turn.outcome !== null && turn.outcome !== "complete");
  if (!broken.length) return null;
  const stopped = broken.filter((turn) => turn.outcome === "interrupted").length;
  const parts = [stopped && `${String(stopped)} stopped`, broken.length - stopped && `${String(broken.length - stopped)} failed`];
  return { label: "Ended early", text: `${parts.filter(Boolean).join(", ")} of ${count(turns.length, "turn")}`, title: "", warn: broken.length > stopped };
}

/** Returns the calls that made the context shorter; where none is told of, the first ones after that. */
export function compactions(calls: readonly CallRow[]): CallRow[] {
  const own = calls.filter((call) => call.kind === "compaction");
  return own.length ? own : calls.filter((call) => call.reason === "post_compaction");
}
