// What a call was made of: asked for once when it is looked at, never again by itself, for it is read from the log.
import type { ContextSettings, Evidence } from "../../answers";
import { source } from "../../asked.svelte";
import { Refusal, TEXTS_OFF, type Params } from "../../transport";

export class Loaded {
  /** The answers so far, the oldest lines first; the last one is of the call itself. */
  answers = $state.raw<readonly Evidence[]>([]);
  refusal = $state.raw<Refusal | null>(null);
  busy = $state(false);
  #from = source();
  #stop = new AbortController();
  #params: Params = {};

  constructor(params: () => Params) {
    $effect(() => {
      const known = this.#from.generation !== null;
      void this.#from.tries;
      const asked = params();
      const others = asked["record_id"] !== this.#params["record_id"];
      this.#params = asked;
      if (known) void this.#load(others);
    });
    $effect(() => () => this.#stop.abort());
  }

  /** The answer about the call itself: estimates are of it, whatever older lines are shown. */
  get own(): Evidence | null {
    return this.answers.at(-1) ?? null;
  }

  get isOff(): boolean {
    return this.refusal?.code === TEXTS_OFF;
  }

  get canSwitch(): boolean {
    return this.#from.transport.send !== undefined;
  }

  /** Fetches what stands before the oldest line. */
  async older(): Promise<void> {
    const before = this.answers[0]?.before;
    if (before) await this.#ask({ ...this.#params, mode: "quick", before }, (found) => [found, ...this.answers]);
  }

  async switchOn(): Promise<void> {
    try {
      await this.#from.transport.send?.<ContextSettings>("POST", "context-settings", { enabled: true });
      await this.#load(true);
    } catch (error) {
      this.refusal = told(error);
    }
  }

  async #load(others: boolean): Promise<void> {
    if (others) this.answers = [];
    await this.#ask(this.#params, (found) => [found]);
  }

  async #ask(params: Params, put: (found: Evidence) => Evidence[]): Promise<void> {
    this.#stop.abort();
    const { signal } = (this.#stop = new AbortController());
    const late = setTimeout(() => (this.busy = true), 200);
    try {
      const found = await this.#from.transport.ask<Evidence>("context", params, signal);
      if (signal.aborted) return;
      this.answers = put(found);
      this.refusal = null;
    } catch (error) {
      if (!signal.aborted) this.refusal = told(error);
    } finally {
      clearTimeout(late);
      if (!signal.aborted) this.busy = false;
    }
  }
}

function told(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal("page", String(error), "", 0);
}
