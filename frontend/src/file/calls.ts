// The calls as columns, the oldest first, with what is made of them once: costs, local times, orders.
import type { CallRow } from "../answers";
import { Calendar } from "./calendar";
import { cell, type Columns, type Content, type Profile, type Rate, type Thread } from "./content";
import { HALF, SUMMED, credits, usd, type Sums } from "./money";

const NOT_SUMMED = ["logged_input", "logged_cached_input", "logged_cache_write", "logged_output", "logged_reasoning"] as const;

/** Findings or facts: each of a call, those of one call together. */
export interface Beside {
  /** Where those of each call begin; one more than there are calls. */
  begins: Int32Array;
  columns: Columns;
}

export class Calls {
  readonly count: number;
  readonly calendar: Calendar;
  readonly columns: Columns;
  /** What is summed, in the order of `SUMMED`. */
  readonly summed: readonly Float64Array[];
  /** Which of these are nothing throughout. */
  readonly empty: readonly boolean[];
  /** Costs as floats, for orders and bounds alone; NaN where there is no price. */
  readonly usd: Float64Array;
  readonly credits: Float64Array;
  readonly local: Float64Array;
  /** Of each call the first one of the same instant and line. */
  readonly ties: Int32Array;
  readonly facts: Beside;
  readonly findings: Beside;
  /** A bit for each rule that found something in a call. */
  readonly found: Int32Array;

  constructor(readonly content: Content) {
    const columns = (this.columns = content.columns);
    const at = this.column("at");
    this.count = at.length;
    this.calendar = new Calendar(content.about.offsets);
    this.local = at.map((instant) => this.calendar.local(instant));
    this.ties = new Int32Array(this.count);
    for (let row = 1; row < this.count; row += 1) this.ties[row] = this.#isTie(row) ? cell(this.ties, row - 1) : row;
    const costs = new Costs(this.count);
    for (let row = 0; row < this.count; row += 1) costs.add(row, this.usage(row), this.rate(row));
    [this.usd, this.credits] = [costs.usd, costs.credits];
    this.summed = SUMMED.map((name) => costs.summed.get(name) ?? this.column(SOURCES[name] ?? name));
    this.empty = this.summed.map((column) => column.every((value) => value === 0));
    for (const name of NOT_SUMMED) this.#unroll(name);
    this.facts = this.#beside("fact", columns);
    this.findings = this.#beside("finding", columns);
    this.found = new Int32Array(this.count);
    const [call, rule] = [this.column("finding.call"), this.column("finding.rule")];
    call.forEach((row, place) => (this.found[row] = cell(this.found, row) | (1 << cell(rule, place))));
  }

  column(name: string): Float64Array {
    const found = this.columns[name];
    if (!found) throw new Error(`there is no column ${name}`);
    return found;
  }

  /** Returns a number of a call, null where it is unknown. */
  told(name: string, row: number): number | null {
    const value = cell(this.column(name), row);
    return Number.isNaN(value) ? null : value;
  }

  usage(row: number): Usage {
    const [cached, write] = [cell(this.column("cached_input"), row), cell(this.column("cache_write"), row)];
    return { plain: cell(this.column("input"), row) - cached - write, cached, write, output: cell(this.column("output"), row) };
  }

  thread(row: number): Thread {
    return this.content.tables.thread[cell(this.column("thread"), row)] as Thread;
  }

  profile(row: number): Profile {
    return this.content.tables.profile[cell(this.column("profile"), row)] as Profile;
  }

  rate(row: number): Rate | undefined {
    return this.content.tables.rate[cell(this.column("rate"), row)];
  }

  id(row: number): string {
    const halves = [cell(this.column("key_high"), row), cell(this.column("key_low"), row)];
    return halves.map((half) => half.toString(16).padStart(8, "0")).join("");
  }

  /** Returns the call of a record id, undefined if there is none. */
  find(id: string): number | undefined {
    if (!/^[0-9a-f]{1,16}$/i.test(id)) return undefined;
    const [high, low] = [id.padStart(16, "0").slice(0, 8), id.padStart(16, "0").slice(8)].map((half) => parseInt(half, 16));
    const [highs, lows] = [this.column("key_high"), this.column("key_low")];
    const found = highs.findIndex((half, row) => half === high && cell(lows, row) === low);
    return found < 0 ? undefined : found;
  }

  /** Returns the places of the findings or facts of a call. */
  places({ begins }: Beside, row: number): number[] {
    const first = cell(begins, row);
    return Array.from({ length: cell(begins, row + 1) - first }, (_, index) => first + index);
  }

  row(row: number): CallRow {
    const tables = this.content.tables;
    const [thread, profile, rate] = [this.thread(row), this.profile(row), this.rate(row)];
    const [project, client] = [tables.project[thread.project_id ?? -1], tables.client[thread.client_id ?? -1]];
    const count = (name: string): number => cell(this.column(name), row);
    const total = count("input") + count("output");
    const amount = (column: Float64Array, high: number, write: (units: bigint) => string): string | null =>
      Number.isNaN(cell(column, row)) ? null : write(BigInt(this.#sum(high, row)) * BigInt(HALF) + BigInt(this.#sum(high + 1, row)));
    return {
      record_id: this.id(row),
      at: count("at"),
      thread_id: thread.thread_id,
      thread_name: thread.name,
      root_thread_id: tables.thread[thread.root_id ?? -1]?.thread_id ?? null,
      turn_id: tables.turn[count("turn")]?.turn_id ?? null,
      response_id: this.content.responses[row] ?? null,
      ...profile,
      input_tokens: count("input"),
      cached_input_tokens: count("cached_input"),
      cache_write_input_tokens: count("cache_write"),
      uncached_input_tokens: count("input") - count("cached_input"),
      output_tokens: count("output"),
      reasoning_output_tokens: count("reasoning"),
      total_tokens: total,
      usd: amount(this.usd, SUMMED.indexOf("usd_high"), usd),
      credits: amount(this.credits, SUMMED.indexOf("credits_high"), credits),
      pricing_status: rate?.pricing_status ?? "unpriced",
      credit_confidence: rate?.credit_confidence ?? "missing",
      priced_as: rate?.priced_as ?? null,
      assumed: rate?.assumed ?? null,
      context_window: this.told("context_window", row),
      context_used: total,
      duration_ms: this.told("duration_ms", row),
      gap_ms: this.told("gap_ms", row),
      logged_input_tokens: this.told("logged_input", row),
      logged_cached_input_tokens: this.told("logged_cached_input", row),
      logged_cache_write_input_tokens: this.told("logged_cache_write", row),
      logged_output_tokens: this.told("logged_output", row),
      logged_reasoning_output_tokens: this.told("logged_reasoning", row),
      project: project?.project ?? null,
      cwd: project?.cwd ?? null,
      git_branch: thread.git_branch,
      originator: client?.originator ?? null,
      client_version: client?.client_version ?? null,
      archived: Boolean(thread.archived),
      source_file: tables.source_file[count("source_file")]?.source_file ?? "",
      line: count("line"),
    };
  }

  #sum(place: number, row: number): number {
    return cell(this.summed[place] as Float64Array, row);
  }

  #isTie(row: number): boolean {
    const same = (name: string): boolean => cell(this.column(name), row) === cell(this.column(name), row - 1);
    return same("at") && same("line");
  }

  /** Makes running totals of a thread again of how much they exceed those before and the call's own usage. */
  #unroll(name: string): void {
    const [told, used, thread] = [this.column(name), this.column(name.slice("logged_".length)), this.column("thread")];
    const last = new Float64Array(this.content.tables.thread.length);
    for (let row = 0; row < this.count; row += 1) {
      const of = cell(thread, row);
      const value = cell(told, row) + cell(used, row) + cell(last, of);
      told[row] = value;
      if (!Number.isNaN(value)) last[of] = value;
    }
  }

  #beside(name: string, columns: Columns): Beside {
    const own = Object.entries(columns).filter(([one]) => one.startsWith(`${name}.`));
    const begins = new Int32Array(this.count + 1);
    for (const row of this.column(`${name}.call`)) begins[row + 1] = cell(begins, row + 1) + 1;
    for (let row = 0; row < this.count; row += 1) begins[row + 1] = cell(begins, row + 1) + cell(begins, row);
    return { begins, columns: Object.fromEntries(own.map(([one, column]) => [one.slice(name.length + 1), column])) };
  }
}

export interface Usage {
  plain: number;
  cached: number;
  write: number;
  output: number;
}

const SOURCES: Partial<Record<keyof Sums, string>> = { cached: "cached_input", write: "cache_write" };

/** What calls cost by their rates, as columns to be summed. */
class Costs {
  readonly usd: Float64Array;
  readonly credits: Float64Array;
  readonly summed = new Map<string, Float64Array>();

  constructor(count: number) {
    [this.usd, this.credits] = [new Float64Array(count).fill(NaN), new Float64Array(count).fill(NaN)];
    for (const name of SUMMED.filter((one) => one === "calls" || one.includes("_"))) this.summed.set(name, new Float64Array(count));
    this.of("calls").fill(1);
  }

  of(name: keyof Sums): Float64Array {
    return this.summed.get(name) as Float64Array;
  }

  add(row: number, used: Usage, rate: Rate | undefined): void {
    const tokens = used.plain + used.cached + used.write + used.output;
    const [usd, credits] = [costUsd(used, rate), costCredits(used, rate)];
    if (usd === null) {
      this.of("unpriced_calls")[row] = 1;
      this.of("unpriced_tokens")[row] = tokens;
    } else {
      this.usd[row] = usd;
      this.#split(row, "usd_high", "usd_low", usd);
      if (rate?.pricing_status === "estimated") this.#split(row, "estimated_high", "estimated_low", usd);
    }
    if (credits === null) this.of("uncredited_tokens")[row] = tokens;
    else {
      this.credits[row] = credits;
      this.#split(row, "credits_high", "credits_low", credits);
    }
  }

  #split(row: number, high: keyof Sums, low: keyof Sums, units: number): void {
    this.of(high)[row] = Math.floor(units / HALF);
    this.of(low)[row] = units % HALF;
  }
}

export function costUsd(used: Usage, rate: Rate | undefined): number | null {
  if (!rate || rate.usd_input === null || rate.usd_cached === null || rate.usd_write === null || rate.usd_output === null) return null;
  return used.plain * rate.usd_input + used.cached * rate.usd_cached + used.write * rate.usd_write + used.output * rate.usd_output;
}

export function costCredits(used: Usage, rate: Rate | undefined): number | null {
  if (!rate || rate.credit_input === null || rate.credit_cached === null || rate.credit_output === null) return null;
  return (used.plain + used.write) * rate.credit_input + used.cached * rate.credit_cached + used.output * rate.credit_output;
}
