// A question asked of the transport, again whenever the question or the data change. The answer before stays until the
// new one is there.
import { getContext, setContext } from "svelte";
import { Refusal, type Params, type Transport } from "./transport";

const KEY = Symbol("source");
const QUIET_MS = 200;
const UNKNOWN = -1;
const AGAIN_MS = 2000;

interface Scoped {
  scope?: { privacy_mode?: string };
}

/** Where answers come from, and which state the data is in: nothing is asked before that is known, or nothing would be. */
export class Source {
  generation = $state<number | null>(null);
  connected = $state(true);
  /** The privacy mode, as answers tell it. */
  mode = $state("normal");
  /** How often settings were written: answers may be others then, though nothing was read. */
  settings = $state(0);
  /** Why no question is answered at all, as long as that is so. */
  trouble = $state.raw<Refusal | null>(null);
  /** Why nothing new is read. */
  stale = $state.raw<Refusal | null>(null);
  /** Since when the figures are as they are, if something is wrong. */
  heard = Date.now();
  /** Grows whenever all is to be asked again. */
  tries = $state(0);
  readonly transport: Transport;
  #waits = false;

  constructor(transport: Transport) {
    this.transport = {
      live: (callback) => transport.live(callback),
      ask: (question, params, signal) => this.#watched(transport.ask(question, params, signal), signal),
      ...(transport.send && { send: transport.send.bind(transport) }),
      ...(transport.tag && { tag: transport.tag.bind(transport) }),
      ...(transport.file && { file: transport.file }),
      ...(transport.coarse && { coarse: true }),
    };
  }

  listen(): () => void {
    return this.transport.live(({ connected, generation, settings, trouble }) => {
      this.settings = settings;
      if (connected !== this.connected) this.tries += 1;
      if (connected && this.trouble?.isLocked) this.trouble = null;
      this.connected = connected;
      this.stale = trouble;
      this.generation = generation ?? this.generation ?? (connected ? null : UNKNOWN);
    });
  }

  /** Notices when nothing is answered any more, and asks again until it is. */
  async #watched<A>(promise: Promise<A>, signal?: AbortSignal): Promise<A> {
    try {
      const answer = await promise;
      this.mode = (answer as Scoped | null)?.scope?.privacy_mode ?? this.mode;
      this.trouble = null;
      this.heard = Date.now();
      return answer;
    } catch (error) {
      if (!signal?.aborted && error instanceof Refusal && error.isOfAll) this.#suffer(error);
      throw error;
    }
  }

  #suffer(trouble: Refusal): void {
    this.trouble = trouble;
    if (this.#waits) return;
    this.#waits = true;
    setTimeout(() => {
      this.#waits = false;
      this.tries += 1;
    }, AGAIN_MS);
  }
}

export function provide(source: Source): void {
  setContext(KEY, source);
}

export function source(): Source {
  return getContext<Source>(KEY);
}

export class Asked<A> {
  answer = $state.raw<A | null>(null);
  refusal = $state.raw<Refusal | null>(null);
  /** Whether the answer is late: only then a reader should be told to wait. */
  late = $state(false);
}

/** Asks what `question` returns; nothing while that is null. */
export function ask<A>(name: string, question: () => Params | null, forget: () => unknown = () => null): Asked<A> {
  const asked = new Asked<A>();
  const from = source();
  let about: unknown;
  $effect(() => {
    const known = from.generation !== null;
    void from.tries;
    void from.settings;
    const params = question();
    const subject = forget();
    if (subject !== about) asked.answer = null;
    about = subject;
    if (params === null || !known) return;
    const stop = new AbortController();
    const late = setTimeout(() => (asked.late = true), QUIET_MS);
    void settle(asked, from.transport.ask<A>(name, params, stop.signal), stop.signal).then(() => clearTimeout(late));
    return () => {
      clearTimeout(late);
      stop.abort();
    };
  });
  return asked;
}

async function settle<A>(asked: Asked<A>, promise: Promise<A>, signal: AbortSignal): Promise<void> {
  try {
    const answer = await promise;
    if (signal.aborted) return;
    asked.answer = answer;
    asked.refusal = null;
  } catch (error) {
    if (signal.aborted) return;
    asked.refusal = error instanceof Refusal ? error : new Refusal("page", String(error), "", 0);
  }
  asked.late = false;
}
