// Ranges of days, as they are chosen and as they are asked.
import { writtenDay } from "./clock";
import { t } from "./language";
import type { Params } from "./transport";
import { FILTERS, LEAST, type State } from "./place.svelte";

export const RANGES = [
  ["today", t("Today")],
  ["yesterday", t("Yesterday")],
  ["thisweek", t("This week")],
  ["last7days", t("Last 7 days")],
  ["last14days", t("Last 14 days")],
  ["last30days", t("Last 30 days")],
  ["thismonth", t("This month")],
  ["alltime", t("All time")],
] as const;
export const USUAL_RANGE = "last30days";

/** Returns the range of a state by its name; one that is none is the usual one. */
export function rangeOf(state: State): string {
  const told = (state["range"]?.[0] ?? "").toLowerCase().replace(/[-_ ]/g, "");
  const name = told === "all" ? "alltime" : told;
  return RANGES.some(([key]) => key === name) ? name : USUAL_RANGE;
}

/** Names the range of a state. */
export function rangeLabel(state: State): string {
  const since = state["since"]?.[0];
  const until = state["until"]?.[0];
  if (since ?? until) return daysLabel(since, until);
  const name = rangeOf(state);
  return RANGES.find(([key]) => key === name)?.[1] ?? name;
}

function daysLabel(since: string | undefined, until: string | undefined): string {
  if (since && since === until) return edge(since);
  if (since && until) return `${edge(since)} – ${edge(until)}`;
  if (since) return t("Since {day}", { day: edge(since) });
  return until ? t("Until {day}", { day: edge(until) }) : "";
}

function edge(text: string): string {
  return /^\d{4}-\d\d-\d\d$/.test(text) ? writtenDay(text) : text.slice(0, 16).replace("T", " ");
}

/** Returns the filter of a state as parameters of a question. */
export function filterParams(state: State): Params {
  const params: Record<string, string | readonly string[] | undefined> = { q: state["q"]?.[0] };
  const since = state["since"]?.[0];
  const until = state["until"]?.[0];
  if (since ?? until) Object.assign(params, { since, until });
  else params["range"] = rangeOf(state);
  for (const name of [...FILTERS, ...LEAST]) if (state[name]?.length) params[name] = state[name];
  const archived = state["include_archived"]?.[0];
  if (archived) params["include_archived"] = archived;
  return params;
}
