import { t } from "./language";

import type { Scope } from "./answers";

/** Parameters of a question: several values of one name are alternatives. */
export type Params = Record<string, string | number | boolean | readonly string[] | undefined>;

/** What stands between the page and the data: a server, or rows within the file itself. */
export interface Transport {
  /** Answers a question; rejects with a Refusal. */
  ask<A>(question: string, params: Params, signal?: AbortSignal): Promise<A>;
  /** Calls back with each new state of the data; returns how to stop. */
  live(callback: (news: News) => void): () => void;
  /** Changes a setting or begins a reading, if it is still as it was `seen`; missing where nothing can be changed. */
  send?<A>(method: "POST" | "PUT" | "DELETE", question: string, body: unknown, seen?: string): Promise<A>;
  /** Returns which state of something was told last. */
  tag?(question: string): string | undefined;
  /** What there is if the page is a file by itself: nothing new comes, and nothing is asked of a server. */
  readonly file?: Held;
  /** Whether only sums by model and time are known: no threads, projects, credits or single calls. */
  readonly coarse?: boolean;
}

/** What a file holds. */
export interface Held {
  calls: number;
  /** How many calls of its scope are not in it. */
  left_out: number;
  /** The instant that its answers are of. */
  now: number;
  scope: Scope;
  /** Whether it tells of limits: not where it holds some calls alone. */
  has_limits: boolean;
  /** Returns the calls that a question leaves, in its order, as a file of their own. */
  saved(params: Params, format: string): Blob;
}

/** The code of a refusal where a file does not hold what is asked. */
export const NOT_IN_FILE = "not_in_file";

export interface News {
  connected: boolean;
  generation: number | null;
  /** How often settings were written. */
  settings: number;
  /** Why nothing new can be read, as long as that is so. */
  trouble: Refusal | null;
}

/** Why there is no answer, in words for the user. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly hint: string,
    readonly status: number,
  ) {
    super(message);
  }

  /** Whether this browser was not let in. */
  get isLocked(): boolean {
    return this.status === 401 || (this.status === 403 && this.code !== TEXTS_OFF);
  }

  /** Whether every question fares like this one: the server, the database or the way in is the cause. */
  get isOfAll(): boolean {
    return this.isLocked || this.code === "unreachable" || this.status === 503;
  }
}

const UNREACHABLE = new Refusal(
  "unreachable",
  t("The server does not answer."),
  t("Start it again: {command}", { command: "codex-usage-tracker serve-dashboard --open" }),
  0,
);
/** The code of a refusal where the texts of calls are switched off: nothing else is locked then. */
export const TEXTS_OFF = "context_disabled";
const KEPT = 60;
const AGAIN_MS = 2000;

/** Returns parameters as the query of an address, in one order, so that equal questions are equal texts. */
export function query(params: Params): string {
  const pairs = Object.entries(params).flatMap(([name, value]) => {
    if (value === undefined || value === "" || value === false) return [];
    return (Array.isArray(value) ? (value as string[]) : [value]).map((one) => [name, String(one)]);
  });
  return new URLSearchParams(pairs.sort(([a = ""], [b = ""]) => (a < b ? -1 : a > b ? 1 : 0))).toString();
}

interface Known {
  etag: string;
  answer: unknown;
}

/** Asks the local server that served the page. */
export class HttpTransport implements Transport {
  #known = new Map<string, Known>();
  protected readonly unreachable: Refusal = UNREACHABLE;
  readonly send?: NonNullable<Transport["send"]>;

  /** A demo answers at addresses of its own, and nothing of it can be changed. */
  constructor(readonly demo = false) {
    if (!demo) this.send = this.#send.bind(this);
  }

  async ask<A>(question: string, params: Params, signal?: AbortSignal): Promise<A> {
    const text = query(this.asked(question, params));
    const address = `/api/${this.demo && question !== "demo" ? "demo/" : ""}${question}${text && "?"}${text}`;
    const known = this.#known.get(address);
    const headers: Record<string, string> = known ? { "If-None-Match": known.etag } : {};
    const reply = await this.fetch(address, { headers, signal: signal ?? null, cache: "no-store" });
    if (reply.status === 304 && known) return known.answer as A;
    const answer = await opened<A>(reply);
    this.#keep(address, reply.headers.get("ETag"), answer);
    return answer;
  }

  /** Returns what a question is asked with. */
  protected asked(question: string, params: Params): Params {
    return question === "summary" ? { counts: "false", ...params } : params;
  }

  tag(question: string): string | undefined {
    return this.#known.get(`/api/${question}`)?.etag;
  }

  async #send<A>(method: string, question: string, body: unknown, seen?: string): Promise<A> {
    const headers = { "Content-Type": "application/json", ...(seen ? { "If-Match": seen } : {}) };
    return opened<A>(await this.fetch(`/api/${question}`, { method, headers, body: JSON.stringify(body) }));
  }

  live(callback: (news: News) => void): () => void {
    let news: News = { connected: true, generation: null, settings: 0, trouble: null };
    const tell = (more: Partial<News>): void => callback((news = { ...news, connected: true, ...more }));
    let source: EventSource;
    let again: ReturnType<typeof setTimeout>;
    const open = (): void => {
      source = new EventSource("/api/live");
      source.addEventListener("generation", (event) => tell(newsOf(String(event.data))));
      source.addEventListener("trouble", (event) => tell({ trouble: troubleOf(String(event.data)) }));
      source.addEventListener("open", () => tell({ trouble: null }));
      source.addEventListener("error", () => {
        tell({ connected: false });
        // A browser tries again by itself unless it was turned away.
        if (source.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_MS);
      });
    };
    open();
    return () => {
      clearTimeout(again);
      source.close();
    };
  }

  protected async fetch(address: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(address, { ...init, credentials: "same-origin" });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw this.unreachable;
    }
  }

  #keep(address: string, etag: string | null, answer: unknown): void {
    this.#known.delete(address);
    if (etag) this.#known.set(address, { etag, answer });
    const oldest = this.#known.keys().next();
    if (this.#known.size > KEPT && !oldest.done) this.#known.delete(oldest.value);
  }
}

async function opened<A>(reply: Response): Promise<A> {
  const body: unknown = await reply.json().catch(() => null);
  if (reply.ok && body !== null) return body as A;
  const told = (body as { error?: { code?: string; message?: string; hint?: string } } | null)?.error;
  throw new Refusal(
    told?.code ?? String(reply.status),
    told?.message ?? t("The server answered {status}.", { status: reply.status }),
    told?.hint ?? "",
    reply.status,
  );
}

function troubleOf(text: string): Refusal | null {
  const told = JSON.parse(text) as { code: string; message: string; hint: string } | null;
  return told && new Refusal(told.code, told.message, told.hint, 503);
}

function newsOf(text: string): Partial<News> {
  try {
    return JSON.parse(text) as { generation: number; settings: number };
  } catch {
    return {};
  }
}
