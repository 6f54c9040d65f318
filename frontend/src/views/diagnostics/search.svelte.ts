// Searching the logs for diagnostics: behind the scenes at the server, told of while it lasts.
import type { DiagnosticsJob } from "../../answers";
import { source } from "../../asked.svelte";
import { Refusal } from "../../transport";

const AGAIN_MS = 400;

export class Search {
  job = $state.raw<DiagnosticsJob | null>(null);
  trouble = $state.raw<Refusal | null>(null);
  #from = source();
  #again: ReturnType<typeof setTimeout> | undefined;
  #gone = false;

  constructor() {
    $effect(() => {
      this.#gone = false;
      if (this.able) void this.#tell(() => this.#from.transport.ask<DiagnosticsJob>("diagnostics/refresh", {}));
      return () => {
        this.#gone = true;
        clearTimeout(this.#again);
      };
    });
  }

  /** Whether logs can be searched here. */
  get able(): boolean {
    return this.#from.transport.send !== undefined;
  }

  get running(): boolean {
    return this.job?.running ?? false;
  }

  /** Begins for one section or all; the logs tell all of them together. */
  start(section = ""): void {
    this.#send("POST", section ? `diagnostics/${section}/refresh` : "diagnostics/refresh");
  }

  stop(): void {
    this.#send("DELETE", "diagnostics/refresh");
  }

  #send(method: "POST" | "DELETE", address: string): void {
    const sent = this.#from.transport.send;
    if (sent) void this.#tell(() => sent<DiagnosticsJob>(method, address, null));
  }

  async #tell(told: () => Promise<DiagnosticsJob>): Promise<void> {
    const ran = this.running;
    clearTimeout(this.#again);
    try {
      this.job = await told();
      this.trouble = null;
    } catch (error) {
      this.trouble = error instanceof Refusal ? error : new Refusal("page", String(error), "", 0);
      return;
    }
    if (this.#gone) return;
    if (ran && !this.running) this.#from.tries += 1;
    if (this.running) this.#again = setTimeout(() => void this.#tell(() => this.#from.transport.ask("diagnostics/refresh", {})), AGAIN_MS);
  }
}
