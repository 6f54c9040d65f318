// Asks a hub: the questions of the dashboard of the one who is signed in, and those that only a hub has.
import { t } from "../language";
import { HttpTransport, Refusal, type News, type Params } from "../transport";

const REPORTS = ["summary", "series", "heatmap", "compare"];
const AGAIN_MS = 60_000;
const AWAY = new Refusal("unreachable", t("The hub does not answer."), t("Ask who runs it."), 0);

export class HubTransport extends HttpTransport {
  readonly coarse = true;
  protected override readonly unreachable = AWAY;
  #tell: () => void = () => undefined;
  /** What is done where nobody is signed in any more. */
  left: () => void = () => undefined;

  /** Days and hours are those of the browser. */
  protected override asked(question: string, params: Params): Params {
    return REPORTS.includes(question) ? { timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, ...params } : params;
  }

  /** What has an `id` is one of many. */
  override ask<A>(question: string, params: Params, signal?: AbortSignal): Promise<A> {
    const { id, ...others } = params;
    return super.ask<A>(id === undefined ? question : `${question}/${String(id)}`, others, signal);
  }

  /** Asks anew after each change, when the page is looked at again, and now and then. */
  override live(callback: (news: News) => void): () => void {
    const news: News = { connected: true, generation: 0, settings: 0, trouble: null };
    callback(news);
    this.#tell = () => callback({ ...news, generation: (news.generation ?? 0) + 1, settings: (news.settings += 1) });
    const look = (): void => {
      if (!document.hidden) this.#tell();
    };
    const timer = setInterval(look, AGAIN_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }

  /** Tells where nobody is signed in any more, and asks all anew after each change. */
  protected override async fetch(address: string, init: RequestInit): Promise<Response> {
    const reply = await super.fetch(address, init);
    if (reply.status === 401) this.left();
    if (reply.ok && init.method) this.#tell();
    return reply;
  }
}
