// What the file holds, unpacked: columns of numbers, the tables that they refer to, and ready answers.
import type { Scope } from "../answers";

export interface About {
  version: string;
  /** The instant that answers are of. */
  now: number;
  scope: Scope;
  /** How many of the calls that were asked for are not in the file. */
  left_out: number;
  /** From which quarter of an hour (UTC) on local time is so many quarters ahead. */
  offsets: [number, number][];
}

type Text = string | null;
export interface Thread {
  thread_id: string; name: Text; parent_thread_id: Text; forked_from_id: Text; git_branch: Text; git_commit: Text; role: Text;
  nickname: Text; account: Text; history_mode: Text; archived: number; created_at: number | null; root_id: number | null;
  project_id: number | null; client_id: number | null;
}
export interface Project { project: Text; cwd: Text; git_remote: Text; project_tag: Text }
export interface Client { originator: Text; client_version: Text; provider: Text; source: Text }
export interface Profile {
  model: Text; effort: Text; tier: Text; kind: string; basis: string; origin: string; reason: string; confidence: string;
}
type Price = number | null;
export interface Rate {
  priced_as: Text; pricing_status: string; credit_confidence: string; assumed: Text; usd_input: Price; usd_cached: Price;
  usd_write: Price; usd_output: Price; credit_input: Price; credit_cached: Price; credit_output: Price;
}
export interface Turn {
  turn_id: string; thread: number; started_at: number | null; ended_at: number | null; duration_ms: number | null;
  first_token_ms: number | null; outcome: Text;
}
export interface Tables {
  thread: Thread[]; project: Project[]; client: Client[]; profile: Profile[]; rate: Rate[]; turn: Turn[];
  source_file: { source_file: string }[]; fact_label: { label: string }[];
}
interface Header {
  about: About;
  bounds: { high_cost: number; high_context: number; swarm_ms: number };
  /** Key, title, action, and whether its tokens need not have been spent. */
  rules: [string, string, string, boolean][];
  names: Record<keyof Tables, string[]>;
  tables: Record<keyof Tables, unknown[][]>;
  responses: Text[];
  states: string[];
  ready: Record<string, unknown>;
  columns: [name: string, count: number, width: number, rising: boolean][];
}
export type Content = Omit<Header, "names" | "tables" | "columns"> & { tables: Tables; columns: Columns };

/** Columns by name; what is unknown is NaN. */
export type Columns = Readonly<Record<string, Float64Array>>;

/** Returns what a column tells of a row. */
export function cell(column: Float64Array | Int32Array | Uint8Array, row: number): number {
  return column[row] as number;
}

/** Unpacks what stands in the file as base64 of a deflated stream. */
export async function unpacked(base64: string): Promise<Content> {
  return read(new Uint8Array(await inflated(base64)));
}

/** Inflates what stands in the page as base64. */
export async function inflated(base64: string): Promise<ArrayBuffer> {
  const stream = new Blob([bytes(base64)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  const direct = (Uint8Array as unknown as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }).fromBase64;
  return direct ? direct.call(Uint8Array, base64) : Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
}

/** Reads the stream: the length of the header, the header, the planes of the columns. */
export function read(data: Uint8Array): Content {
  const length = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + length))) as Header;
  const columns: Record<string, Float64Array> = {};
  let at = 4 + length;
  for (const [name, count, width, rising] of header.columns) {
    columns[name] = numbers(data.subarray(at, at + count * width), count, width, rising);
    at += count * width;
  }
  const tables = Object.fromEntries(
    Object.entries(header.tables).map(([name, rows]) => [name, named(header.names[name as keyof Tables], rows)]),
  );
  return { ...header, tables: tables as unknown as Tables, columns };
}

function named(names: readonly string[], rows: readonly unknown[][]): unknown[] {
  return rows.map((row) => Object.fromEntries(names.map((name, place) => [name, row[place]])));
}

/** Puts planes of bytes together: 0 is nothing, then 0, -1, 1, -2 ... */
function numbers(planes: Uint8Array, count: number, width: number, rising: boolean): Float64Array {
  const found = new Float64Array(count);
  for (let plane = width - 1; plane >= 0; plane -= 1)
    for (let row = 0, from = plane * count; row < count; row += 1) found[row] = cell(found, row) * 256 + cell(planes, from + row);
  let before = 0;
  for (let row = 0; row < count; row += 1) {
    const word = cell(found, row);
    const value = word === 0 ? NaN : word % 2 ? (word - 1) / 2 : -word / 2;
    found[row] = before = rising ? before + value : value;
  }
  return found;
}
