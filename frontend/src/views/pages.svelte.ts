// Rows of a long answer, fetched page by page where they are looked at: however fast one scrolls, one page is asked for
// at a time, and always for what is in sight then.
import { source } from "../asked.svelte";
import { Refusal, query, type Params } from "../transport";

export const PAGE = 100;
const KEPT = 40;

interface Page<Row> {
  rows: Row[];
  total_matched_rows: number;
}

export class Pages<Row, Answer extends Page<Row>> {
  /** The first page's answer: totals and scope of all rows. */
  answer = $state.raw<Answer | null>(null);
  refusal = $state.raw<Refusal | null>(null);
  late = $state(false);
  #pages = $state.raw<ReadonlyMap<number, Row[]>>(new Map());
  /** The pages that are of the present data; others stay until they are. */
  #fresh = new Set<number>();
  #wanted: readonly number[] = [];
  #stop = new AbortController();
  #asking = false;
  /** Whether the totals are of the present data. */
  #begun = false;
  #from = source();
  #about = "";

  constructor(
    readonly question: string,
    params: () => Params,
  ) {
    $effect(() => {
      const known = this.#from.generation !== null;
      void this.#from.tries;
      const asked = params();
      if (known) this.#begin(asked);
    });
    $effect(() => () => this.#stop.abort());
  }

  get count(): number {
    return this.answer?.total_matched_rows ?? 0;
  }

  row(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Fetches what is not there yet of some rows. */
  need(first: number, last: number, params: Params): void {
    const [from, to] = [Math.floor(first / PAGE), Math.floor(Math.max(first, last - 1) / PAGE)];
    this.#wanted = Array.from({ length: to - from + 1 }, (_, index) => from + index);
    if (!this.#asking) void this.#fetch(params);
  }

  /** Begins anew: the rows stay until the new ones are there. */
  #begin(params: Params): void {
    const about = query(params);
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#fresh = new Set();
    this.#begun = false;
    if (about !== this.#about) this.#wanted = [];
    void this.#fetch(params, about !== this.#about);
    this.#about = about;
  }

  /** Fetches the first page, for the totals, then what is wanted by the time; `others` says that all old rows are. */
  async #fetch(params: Params, others = false): Promise<void> {
    const { signal } = this.#stop;
    const late = setTimeout(() => (this.late = true), 200);
    this.#asking = true;
    try {
      for (let page = this.#next(); page !== undefined && !signal.aborted; page = this.#next()) {
        const asked = { ...params, limit: PAGE, offset: page * PAGE };
        const answer = await this.#from.transport.ask<Answer>(this.question, asked, signal);
        if (signal.aborted) return;
        this.#take(page, answer, others && page === 0);
        clearTimeout(late);
        this.late = false;
      }
    } catch (error) {
      if (!signal.aborted) this.refusal = error instanceof Refusal ? error : new Refusal("page", String(error), "", 0);
    } finally {
      clearTimeout(late);
      if (!signal.aborted) this.#asking = this.late = false;
    }
  }

  #next(): number | undefined {
    if (!this.#begun) return 0;
    return this.#wanted.find((page) => !this.#fresh.has(page) && page * PAGE < this.count);
  }

  #take(page: number, answer: Answer, alone: boolean): void {
    const pages = new Map(alone ? [] : this.#pages);
    pages.delete(page);
    pages.set(page, answer.rows);
    for (const old of [...pages.keys()].slice(0, -KEPT)) {
      pages.delete(old);
      this.#fresh.delete(old);
    }
    this.#fresh.add(page);
    this.#pages = pages;
    if (page === 0) {
      this.answer = answer;
      this.#begun = true;
    }
    this.refusal = null;
  }
}
