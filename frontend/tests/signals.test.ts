import { describe, expect, test } from "vitest";
import type { CallRow, Session, TurnRow } from "../src/answers";
import { compactions, signals } from "../src/views/signals";

const MINUTE = 60_000;

function call(minute: number, fields: Partial<CallRow> = {}): CallRow {
  return {
    record_id: `r${String(minute)}`, thread_id: "own", turn_id: "1", at: minute * MINUTE, duration_ms: 0, kind: "turn", reason: "user_message",
    input_tokens: 1000, cached_input_tokens: 900, total_tokens: 1010, context_used: 1000, context_window: 10_000, usd: "0.01",
    pricing_status: "priced", ...fields,
  } as CallRow;
}

function session(calls: CallRow[], turns: Partial<TurnRow>[] = []): Session {
  return { thread: { thread_id: "own" }, calls, turns } as unknown as Session;
}

function told(found: Session): Record<string, string> {
  return Object.fromEntries(signals(found, "UTC").map((one) => [one.label, one.text]));
}

describe("what the course of a thread says", () => {
  test("of two calls nothing is said", () => expect(signals(session([call(1), call(2)]), "UTC")).toEqual([]));

  test("a pause is told with what was left of the cache after it", () =>
    expect(told(session([call(1), call(2), call(182, { cached_input_tokens: 100 })]))).toMatchObject({
      "Longest pause": "3 h, then 10% from cache",
      "From cache": "fell: 90% at first, 10% at last",
    }));

  test("a short thread without a pause tells of none", () =>
    expect(told(session([call(1), call(2), call(3)]))).not.toHaveProperty("Longest pause"));

  test("agents that worked right before the largest call are counted, others are not", () => {
    const before = call(2.5, { thread_id: "agent" });
    const early = call(0.5, { thread_id: "other" });
    const most = call(3, { total_tokens: 9000 });
    expect(told(session([call(1), call(2), most, before, early]))["Largest call"]).toBe("9.00K tokens, $0.01, after 1 agent had worked");
  });

  test("the first turn of a fifth of all tokens is the first large one", () => {
    const turns = [10, 10, 50, 60].map((total_tokens, index) => ({ turn_id: String(index), total_tokens, started_at: 0, outcome: "complete" }));
    expect(told(session([call(1), call(2), call(3)], turns))["First large turn"]).toBe("turn 3: 50 tokens, 38%");
  });

  test("turns that were stopped are not turns that failed", () => {
    const turns = ["complete", "interrupted", "other"].map((outcome) => ({ turn_id: outcome, total_tokens: 1, outcome }));
    expect(told(session([call(1), call(2), call(3)], turns))["Ended early"]).toBe("1 stopped, 1 failed of 3 turns");
  });

  test("unknown context is not told", () =>
    expect(told(session([1, 2, 3].map((minute) => call(minute, { context_window: null }))))).not.toHaveProperty("Context"));

  test("a compaction and the call after it are one", () => {
    const shortening = call(1, { kind: "compaction" });
    const after = call(2, { reason: "post_compaction" });
    expect(compactions([shortening, after])).toEqual([shortening]);
    expect(compactions([after])).toEqual([after]);
  });
});
