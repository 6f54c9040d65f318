// Where the user is: the view and all that shapes it, kept in the address, so that every state can be linked.
import { remember, remembered } from "./theme.svelte";

export const VIEWS = [
  "overview", "insights", "calls", "call", "threads", "thread", "limits", "projects", "diagnostics", "settings",
] as const;
/** The views of a hub, which has no others. */
export const HUB_VIEWS = ["overview", "team", "leaderboard", "account", "admin"] as const;
export type View = (typeof VIEWS)[number] | (typeof HUB_VIEWS)[number];
export const STARTS = ["overview", "insights"] as const;
const START_KEY = "codex-usage-start";
export type State = Readonly<Record<string, readonly string[]>>;
type Changes = Record<string, string | readonly string[] | null | undefined>;

/** Views as links of other trackers name them. */
const SPELLINGS: Readonly<Record<string, View>> = { usage: "overview" };

/** The filters that every view obeys, as the questions name them. */
export const FILTERS = [
  "project", "model", "thread", "origin", "kind", "effort", "tier", "directory", "branch", "source", "pricing_status",
  "credit_confidence", "finding",
] as const;
/** The filters that are an amount: calls of so much at least. */
export const LEAST = ["min_tokens", "min_cost", "min_credits"] as const;
export type Filter = (typeof FILTERS)[number] | (typeof LEAST)[number];
const KEPT_EVERYWHERE = ["demo", "range", "since", "until", "q", "include_archived", ...FILTERS, ...LEAST];

/** Reads the view and the state from an address's query. */
export function read(search: string, start: View = "overview", known: readonly View[] = VIEWS): { view: View; state: State } {
  const state: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(search)) if (value) (state[name] ??= []).push(value);
  const told = state["view"]?.[0] ?? "";
  const named = (SPELLINGS[told] ?? told) as View;
  delete state["view"];
  return { view: known.includes(named) ? named : start, state };
}

/** Writes a view and a state as an address's query. */
export function write(view: View, state: State, start: View = "overview"): string {
  const pairs = Object.entries(state).flatMap(([name, values]) => values.map((value) => [name, value]));
  const text = new URLSearchParams([...(view === "overview" && view === start ? [] : [["view", view]]), ...pairs]).toString();
  return text ? `?${text}` : "?";
}

/** The one place of the page. */
class Place {
  view = $state<View>("overview");
  state = $state.raw<State>({});
  /** The view that an address without one shows; this browser remembers it. */
  start = $state<View>(STARTS.find((one) => one === remembered(START_KEY)) ?? "overview");

  #known: readonly View[] = VIEWS;

  constructor() {
    if (typeof location !== "undefined") this.#take();
  }

  #take = (): void => {
    ({ view: this.view, state: this.state } = this.#read(location.search));
  };

  #read(search: string): { view: View; state: State } {
    return read(search, this.start, this.#known);
  }

  /** Knows these views and no others. */
  know(views: readonly View[]): void {
    this.#known = views;
    if (!views.includes(this.start)) this.start = "overview";
    this.#take();
  }

  /** Follows the address back and forward; returns how to stop. */
  follow(): () => void {
    const take = this.#take;
    addEventListener("popstate", take);
    return () => removeEventListener("popstate", take);
  }

  startWith(view: View): void {
    this.start = view;
    remember(START_KEY, view);
  }

  one(name: string): string | undefined {
    return this.state[name]?.[0];
  }

  all(name: string): readonly string[] {
    return this.state[name] ?? [];
  }

  /** Returns the address of a change: null takes a value away. Another view keeps range and filters alone. */
  href(changes: Changes, view: View = this.view): string {
    return write(view, this.#changed(changes, view), this.start);
  }

  /** Goes there; `quietly` without a new step for back. */
  go(changes: Changes, view: View = this.view, quietly = false): void {
    const address = this.href(changes, view);
    if (quietly) history.replaceState(null, "", address);
    else if (address !== (location.search || "?")) history.pushState(null, "", address);
    const moved = view !== this.view;
    ({ view: this.view, state: this.state } = this.#read(address));
    if (moved) scrollTo(0, 0);
  }

  /** Follows a link within the page unless the user wants it in another tab. */
  click = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest("a");
    const href = link?.getAttribute("href");
    if (!link || link.target || link.download || !href?.startsWith("?")) return;
    event.preventDefault();
    const { view, state } = this.#read(href);
    history.pushState(null, "", href);
    const moved = view !== this.view;
    this.view = view;
    this.state = state;
    if (moved) scrollTo(0, 0);
  };

  #changed(changes: Changes, view: View): State {
    const kept = view === this.view ? Object.entries(this.state) : Object.entries(this.state).filter(isKept);
    const next: Record<string, readonly string[]> = Object.fromEntries(kept);
    for (const [name, value] of Object.entries(changes)) {
      const values = value === null || value === undefined || value === "" ? [] : typeof value === "string" ? [value] : value;
      if (values.length) next[name] = values;
      else Reflect.deleteProperty(next, name);
    }
    return next;
  }
}

function isKept([name]: [string, readonly string[]]): boolean {
  return KEPT_EVERYWHERE.includes(name);
}

export const place = new Place();
