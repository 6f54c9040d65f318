import { expect, test } from "vitest";
import type { EvidenceEntry, EvidenceOmitted } from "../src/answers";
import { cacheLoss, cacheWords, deltas } from "../src/views/call/words";
import { folded, omittedWords, traced } from "../src/views/call/trace";

const entry = (timestamp: number | null): EvidenceEntry => ({ timestamp, line_number: 1 }) as EvidenceEntry;

test("lines stand on one clock, and those without a time stand on none", () => {
  expect(traced([entry(null), entry(1000), entry(null), entry(1500)]).map((one) => [one.since, one.gap])).toEqual([
    [null, null], [0, null], [null, null], [500, 500],
  ]);
  expect(traced([entry(1000), entry(900)]).map((one) => [one.since, one.gap])).toEqual([[0, null], [0, 0]]);
});

test("short texts stand whole, long ones are folded at twelve lines or some hundred characters", () => {
  const twelve = Array.from({ length: 12 }, (_, line) => `line ${String(line)}`).join("\n");
  expect(folded(twelve)).toBe(twelve);
  expect(folded(`${twelve}\nmore\nand more`)).toBe(twelve);
  expect(folded("x".repeat(1900))).toHaveLength(1900);
  expect(folded("x".repeat(9000))).toHaveLength(1600);
});

test("what is not shown is counted in words, and nothing else is", () => {
  const none: EvidenceOmitted = { entries: 0, characters: 0, tool_outputs: 0, tool_output_characters: 0, compaction_histories: 0, repeated_lines: 0, unreadable_lines: 0 };
  expect(omittedWords(none)).toEqual([]);
  expect(omittedWords({ ...none, tool_outputs: 1, tool_output_characters: 1234, entries: 2 })).toEqual([
    "2 older lines since the call before", "1 tool output of 1,234 characters",
  ]);
});

test("a call is told against the one before it", () => {
  const call = { input_tokens: 1000, cached_input_tokens: 900, uncached_input_tokens: 100, output_tokens: 10, reasoning_output_tokens: 0 };
  const told = deltas(call as never, { ...call, input_tokens: 2000, cached_input_tokens: 900, uncached_input_tokens: 1100 } as never);
  expect(told.map((one) => one.text)).toEqual(["+1.00K", "same", "+1.00K", "same", "same", "−45.0 points"]);
  expect(deltas({ ...call, input_tokens: 0 } as never, call as never).at(-1)?.text).toBe("–");
});

test("an unheard state of the cache is shown as it is called, and no loss is no words", () => {
  expect(cacheWords("half_warm").title).toBe("half warm");
  expect(cacheLoss({ state: "warm_reuse", lost_tokens: 0, lost_usd: "0", lost_credits: "0", idle_ms: 1 })).toBe("");
  expect(cacheLoss({ state: "cold_resume", lost_tokens: 9, lost_usd: null, lost_credits: null, idle_ms: 1 })).toBe("9 tokens could have come from the cache");
});
