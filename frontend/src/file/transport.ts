// Answers questions from the calls that the file holds, as the server answers them.
import type { Blocks, BudgetCheck, Limits, Mark } from "../answers";
import { t } from "../language";
import { NOT_IN_FILE, Refusal, type Held, type News, type Params, type Transport } from "../transport";
import { Ask, CHOICE, filterOf, invalid } from "./asks";
import type { Bucket } from "./calendar";
import { Calls } from "./calls";
import type { About, Content } from "./content";
import { Engine, SORTS } from "./engine";
import { csv, json } from "./export";
import { FACTS_ASK, concentration, factCalls, facts, overview } from "./facts";
import { calls, compared, coverage, heatmap, metric, pressure, series, status, summary } from "./figures";
import { insights, recommendations } from "./insights";
import { call, session, threads } from "./threads";

const PAGE = ["sort", "direction", "limit", "offset"];
type Answering = (of: FileTransport, ask: Ask) => unknown;
type Question = readonly [parameters: readonly string[], answer: Answering];

const factView = (view: string): Question => [[...CHOICE, ...FACTS_ASK], (of, ask) => facts(of.engine, ask, of.filter(ask), view)];
const section = (name: string): Question => [
  ["include_archived"],
  (of, ask) => of.ready(`diagnostics/${name} ${ask.one("include_archived") ?? String(of.about.scope.history === "all")}`),
];

const QUESTIONS: Readonly<Record<string, Question>> = {
  status: [[], ({ engine, content }) => status(engine, { marks: [], ...content.ready })],
  summary: [
    [...CHOICE, "group_by", "sort", "limit", "counts"],
    (of, ask) => summary(of.engine, of.filter(ask), parted(ask.all("group_by")), metric(ask.one("sort") ?? "tokens"), ask.number("limit", 20)),
  ],
  calls: [
    [...CHOICE, ...PAGE],
    (of, ask) => calls(of.engine, of.filter(ask), ask.choice("sort", "time", SORTS), ask.ascending, ask.number("limit", 100), ask.number("offset", 0)),
  ],
  call: [["record_id"], ({ engine }, ask) => call(engine, ask)],
  threads: [[...CHOICE, ...PAGE], (of, ask) => threads(of.engine, ask, of.filter(ask))],
  thread: [["thread", "limit"], ({ engine }, ask) => session(engine, ask)],
  limits: [["history", "course_at"], (of, ask) => limits(of.ready<Limits>("limits"), of.ready<boolean[]>("last"), ask)],
  blocks: [["active", "limit"], (of, ask) => blocks(of.ready<Blocks>("blocks"), ask)],
  "pricing-coverage": [[...CHOICE, "limit"], (of, ask) => coverage(of.engine, of.filter(ask), ask.number("limit", 20))],
  budgets: [[], (of) => of.ready<BudgetCheck>("budgets")],
  series: [
    [...CHOICE, "bucket", "metric", "by", "top"],
    (of, ask) => {
      const bucket = ask.choice<Bucket>("bucket", "day", ["hour", "day", "week", "month"]);
      const metrics = [...new Set((ask.all("metric").length ? ask.all("metric") : ["tokens"]).map(metric))];
      const marks = of.content.ready["marks"] as Mark[];
      return series(of.engine, of.filter(ask), bucket, metrics, ask.one("by"), ask.number("top", 8), { marks });
    },
  ],
  heatmap: [CHOICE, (of, ask) => heatmap(of.engine, of.filter(ask))],
  compare: [CHOICE, (of, ask) => compared(of.engine, of.filter(ask))],
  pressure: [CHOICE, (of, ask) => pressure(of.engine, of.filter(ask))],
  insights: [CHOICE, (of, ask) => insights(of.engine, of.filter(ask), of.content.ready)],
  recommendations: [[...CHOICE, "min_score", "limit"], (of, ask) => recommendations(of.engine, ask, of.filter(ask))],
  "diagnostics/summary": factView("summary"),
  "diagnostics/facts": factView("facts"),
  "diagnostics/compactions": factView("compactions"),
  "diagnostics/tools": factView("tools"),
  "diagnostics/fact-calls": [
    [...CHOICE, "fact_type", "fact_name", ...PAGE], (of, ask) => factCalls(of.engine, ask, of.filter(ask)),
  ],
  "diagnostics/overview": [CHOICE, (of, ask) => overview(of.engine, of.filter(ask))],
  "diagnostics/concentration": [CHOICE, (of, ask) => concentration(of.engine, of.filter(ask))],
  ...Object.fromEntries(
    ["tool-output", "commands", "git-interactions", "file-reads", "file-modifications", "read-productivity"].map((name) => [
      `diagnostics/${name}`, section(name),
    ]),
  ),
};

export class FileTransport implements Transport {
  readonly engine: Engine;
  readonly file: Held;

  constructor(readonly content: Content) {
    const columns = new Calls(content);
    this.engine = new Engine(columns);
    const { now, left_out, scope } = content.about;
    const has_limits = "limits" in content.ready;
    this.file = { calls: columns.count, now, left_out, scope, has_limits, saved: (params, format) => this.#saved(params, format) };
  }

  get about(): About {
    return this.content.about;
  }

  ask<A>(question: string, params: Params): Promise<A> {
    try {
      return Promise.resolve(this.#answer(question, params) as A);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #answer(question: string, params: Params): unknown {
    const [known, answer] = QUESTIONS[question] ?? [];
    if (!known || !answer) throw absent(question === "context" ? t("The lines of the logs are not in this file.") : t("This is not in this file."));
    const ask = new Ask(params, known);
    const zone = ask.one("timezone");
    if (zone && zone !== this.about.scope.timezone) throw invalid(`this file tells time of ${this.about.scope.timezone} alone`, "Write another one.");
    return answer(this, ask);
  }

  #saved(params: Params, format: string): Blob {
    const ask = new Ask(params, [...CHOICE, ...PAGE]);
    const filter = this.filter(ask);
    const rows = this.engine.sorted(this.engine.rows(filter), filter, ask.choice("sort", "time", SORTS), ask.ascending);
    return format === "csv" ? csv(this.engine.calls, rows) : json(this.engine.calls, rows, filter);
  }

  filter(ask: Ask): ReturnType<typeof filterOf> {
    return filterOf(ask, this.content, this.engine.calls.calendar);
  }

  /** Returns an answer that the file brings along. */
  ready<A>(name: string): A {
    const found = this.content.ready[name];
    if (found === undefined) throw absent(t("This is not in this file, for it tells of all calls, and the file holds some of them."));
    return found as A;
  }

  /** Nothing is new in a file. */
  live(callback: (news: News) => void): () => void {
    callback({ connected: true, generation: this.about.scope.generation, settings: 0, trouble: null });
    return () => undefined;
  }
}

function absent(why: string): Refusal {
  const hint = t("The live dashboard tells it: {command}", { command: "codex-usage-tracker serve-dashboard --open" });
  return new Refusal(NOT_IN_FILE, why, hint, 404);
}

function parted(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(",").map((one) => one.trim())).filter(Boolean);
}

/** Returns the limits with so many earlier windows of each, and the course of those that an instant lies in. */
function limits(known: Limits, last: readonly boolean[], ask: Ask): Limits {
  const [most, at] = [ask.one("history") === undefined ? null : ask.number("history", 0), ask.number("course_at", 0)];
  const counts = new Map<string, number>();
  const isTold = (one: Limits["history"][number]): boolean => at > 0 && one.starts_at <= at && at < one.ends_at;
  const told = known.history.map((one, place) => (isTold(one) || last[place] ? one : { ...one, course: [] }));
  const history = told.filter((one) => {
    const key = JSON.stringify([one.limit_id, one.window_minutes, one.account]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return most !== null && (!most || (counts.get(key) ?? 0) <= most);
  });
  return { ...known, history };
}

function blocks(known: Blocks, ask: Ask): Blocks {
  const limit = ask.number("limit", 12);
  const all = ask.one("active") === "true" ? known.rows.filter((one) => one.active) : known.rows;
  const rows = limit ? all.slice(0, limit) : all;
  return { ...known, rows, row_count: rows.length, truncated: rows.length < all.length };
}

