// All matching calls as a file: fetched in large pages, written by the browser, so that a static page can do it too.
import type { CallRow, Calls } from "./answers";
import type { Params, Transport } from "./transport";

const PAGE = 10_000;

/** Writes one field: quoted where need be, and never a formula to a spreadsheet. */
export function field(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value as string | number | boolean);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Writes rows with a line of names above them. */
export function csv(rows: readonly CallRow[]): string {
  const names = Object.keys(rows[0] ?? {}) as (keyof CallRow)[];
  const lines = rows.map((row) => [new Date(row.at).toISOString(), ...names.map((name) => row[name])].map(field).join(","));
  return [["time", ...names].join(","), ...lines, ""].join("\r\n");
}

/** Fetches all matching calls and saves them, telling how many it has. */
export async function save(transport: Transport, params: Params, told: (have: number, all: number) => void): Promise<void> {
  const rows: CallRow[] = [];
  for (let more = true; more; ) {
    const page = await transport.ask<Calls>("calls", { ...params, limit: PAGE, offset: rows.length });
    rows.push(...page.rows);
    more = page.has_more && page.rows.length > 0;
    told(rows.length, page.total_matched_rows);
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv(rows)], { type: "text/csv" }));
  link.download = "codex-calls.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
