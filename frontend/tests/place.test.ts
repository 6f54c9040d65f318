import { expect, test } from "vitest";
import { read, write } from "../src/place.svelte";
import { filterParams, rangeLabel } from "../src/ranges";
import { query } from "../src/transport";

test("a state survives its address", () => {
  const state = { model: ["gpt-6", "a&b=c"], range: ["today"], q: ["ü %"] };
  expect(read(write("calls", state))).toEqual({ view: "calls", state });
});

test("an unknown view is the overview, which needs no word", () => {
  expect(read("?view=nonsense&x=1")).toEqual({ view: "overview", state: { x: ["1"] } });
  expect(write("overview", {})).toBe("?");
});

test("days go before a named range", () => {
  expect(filterParams({ since: ["2026-11-01"], range: ["today"] })).toEqual({ q: undefined, since: "2026-11-01", until: undefined });
  expect(filterParams({})).toMatchObject({ range: "last30days" });
});

test("a range that is none is the usual one, and its name may be spelled otherwise", () => {
  expect(filterParams({ range: ["30d"] })).toMatchObject({ range: "last30days" });
  expect(filterParams({ range: ["Last-7-days"] })).toMatchObject({ range: "last7days" });
  expect(filterParams({ range: ["all"] })).toMatchObject({ range: "alltime" });
});

test("ranges have names", () => {
  expect(rangeLabel({})).toBe("Last 30 days");
  expect(rangeLabel({ since: ["2026-11-01"], until: ["2026-11-01"] })).toBe("1 Nov");
  expect(rangeLabel({ since: ["2026-11-01"], until: ["2026-11-03"] })).toBe("1 Nov – 3 Nov");
});

test("equal questions are equal addresses", () =>
  expect(query({ b: ["2", "1"], a: 1, none: undefined, no: false, empty: "" })).toBe("a=1&b=2&b=1"));

test("links of other trackers to a call are understood", () =>
  expect(read("?view=call&record=abc")).toEqual({ view: "call", state: { record: ["abc"] } }));
