// Rows of a long answer, fetched page by page where they are looked at.
import { source } from "../asked.svelte";
import { Refusal, query, type Params } from "../transport";

export const PAGE = 100;

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
  #asked = new Set<number>();
  #stop = new AbortController();
  #from = source();
  #about = "";

  constructor(
    readonly question: string,
    params: () => Params,
  ) {
    $effect(() => {
      void this.#from.generation;
      void this.#from.tries;
      this.#begin(params());
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
    for (let page = Math.floor(first / PAGE); page <= Math.floor(Math.max(first, last - 1) / PAGE); page += 1)
      if (page && !this.#asked.has(page) && page * PAGE < this.count) void this.#fetch(page, params);
  }

  /** Begins anew: the rows stay until the first page of the new ones is there. */
  #begin(params: Params): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#asked = new Set();
    this.#about = query(params);
    void this.#fetch(0, params);
  }

  async #fetch(page: number, params: Params): Promise<void> {
    const { signal } = this.#stop;
    this.#asked.add(page);
    const late = setTimeout(() => (this.late = true), 200);
    try {
      const asked = { ...params, limit: PAGE, offset: page * PAGE };
      const answer = await this.#from.transport.ask<Answer>(this.question, asked, signal);
      if (signal.aborted || this.#about !== query(params)) return;
      this.#pages = new Map(page ? this.#pages : []).set(page, answer.rows);
      if (!page) this.answer = answer;
      this.refusal = null;
    } catch (error) {
      if (signal.aborted) return;
      this.#asked.delete(page);
      this.refusal = error instanceof Refusal ? error : new Refusal("page", String(error), "", 0);
    } finally {
      clearTimeout(late);
      if (!signal.aborted) this.late = false;
    }
  }
}
