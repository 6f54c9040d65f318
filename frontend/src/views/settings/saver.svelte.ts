// Changing settings: from the state that was seen, so that nothing that was written elsewhere is lost.
import { source, type Source } from "../../asked.svelte";
import { Refusal } from "../../transport";

export type Method = "POST" | "PUT" | "DELETE";

/** One form: what it changes, what was wrong with it, what became of it. */
export class Saver<Now> {
  trouble = $state.raw<Refusal | null>(null);
  said = $state("");
  busy = $state(false);
  readonly from: Source = source();
  #now: Now | null = null;
  #seen: string | undefined;

  constructor(readonly question: string) {}

  /** Whether anything can be changed here. */
  get able(): boolean {
    return this.from.transport.send !== undefined;
  }

  /** Looks at how things are when a form is opened. */
  async begin(): Promise<void> {
    this.trouble = null;
    this.said = "";
    this.#now = await this.from.transport.ask<Now>(this.question, {});
    this.#seen = this.from.transport.tag?.(this.question);
  }

  /** Writes what `change` makes of how things are; null where that was refused, and why is in `trouble`. */
  async save<Answer>(method: Method, address: string, change: (now: Now) => unknown): Promise<Answer | null> {
    this.busy = true;
    try {
      if (!this.#now) await this.begin();
      const answer = await this.from.transport.send?.<Answer>(method, address, change(this.#now as Now), this.#seen);
      this.trouble = null;
      this.#now = null;
      return answer ?? null;
    } catch (error) {
      await this.#refused(error instanceof Refusal ? error : new Refusal("page", String(error), "", 0));
      return null;
    } finally {
      this.busy = false;
    }
  }

  /** Where something was changed elsewhere, what is written next goes on top of that. */
  async #refused(why: Refusal): Promise<void> {
    if (why.status === 412) await this.begin().catch(() => undefined);
    this.said = "";
    this.trouble = why;
  }

  /** Says what is wrong with one of some fields, or (without one) with none of them. */
  wrong(fields: readonly string[], field?: string): string {
    if (!this.trouble) return "";
    const named = fieldOf(this.trouble.message);
    const of = named !== null && fields.includes(named) ? named : undefined;
    return of === field ? plain(this.trouble) : "";
  }
}

/** Returns the field that a sentence of the server is about. */
export function fieldOf(message: string): string | null {
  return /`(?:[^`]*[.\]])?([a-z_]\w*)`/i.exec(message)?.[1] ?? null;
}

/** Returns what the server says, without the place in the file. */
export function plain(why: Refusal): string {
  const said = why.message.replace(/^\w+: /, "").replace(/`[^`]*?(\w+)`:? ?/g, (_, name: string) => `${name.replaceAll("_", " ")} `);
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}${/[.!?]$/.test(said) ? "" : "."} ${why.hint}`.trim();
}
