// Calls as files of their own, as `export` writes them.
import type { CallRow } from "../answers";
import { schema, scope, type Filter } from "./asks";
import type { Calls } from "./calls";
import type { Rows } from "./engine";

/** The columns in their order. */
const FIELDS = [
  "record_id", "at", "thread_id", "thread_name", "root_thread_id", "turn_id", "response_id", "model", "effort", "tier", "kind", "basis",
  "origin", "reason", "confidence", "input_tokens", "cached_input_tokens", "cache_write_input_tokens", "uncached_input_tokens",
  "output_tokens", "reasoning_output_tokens", "total_tokens", "usd", "credits", "pricing_status", "credit_confidence", "priced_as",
  "assumed", "context_window", "context_used", "duration_ms", "gap_ms", "logged_input_tokens", "logged_cached_input_tokens",
  "logged_cache_write_input_tokens", "logged_output_tokens", "logged_reasoning_output_tokens", "project", "cwd", "git_branch",
  "originator", "client_version", "archived", "source_file", "line",
] as const satisfies readonly (keyof CallRow)[];
/** A text that begins with one of these would be run by a spreadsheet. */
const FORMULA = /^[=+\-@\t\r]/;
/** Characters that would break a line or steer a terminal. */
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\0-\x1f\x7f-\x9f]/g;

/** Writes calls, the instants in UTC; the last column is the privacy mode. */
export function csv(calls: Calls, rows: Rows): Blob {
  const mode = calls.content.about.scope.privacy_mode;
  const lines = [[...FIELDS, "privacy_mode"].join(",")];
  for (const row of rows) {
    const call = calls.row(row);
    const cells = FIELDS.map((name) => cell(name === "at" ? new Date(call.at).toISOString() : call[name]));
    lines.push([...cells, mode].join(","));
  }
  return new Blob([lines.join("\n"), "\n"], { type: "text/csv" });
}

/** Writes a cell of one line that no spreadsheet takes for a formula. */
export function cell(value: string | number | boolean | null): string {
  if (typeof value !== "string") return value === null ? "" : String(value);
  const text = (FORMULA.test(value) ? `'${value}` : value).replaceAll(CONTROLS, " ");
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function json(calls: Calls, rows: Rows, filter: Filter): Blob {
  const head = { schema: schema("export"), scope: scope(filter, calls.content) };
  const lines = [...rows].map((row) => {
    const call = calls.row(row);
    return JSON.stringify(Object.fromEntries(FIELDS.map((name) => [name, call[name]])));
  });
  return new Blob([`${JSON.stringify(head).slice(0, -1)},"rows":[\n${lines.join(",\n")}\n]}\n`], { type: "application/json" });
}
