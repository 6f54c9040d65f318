// Sentences that the server tells in English, in the page's language: by their English where they are fixed, by their
// pattern where they hold figures. What is not known here stays as it was told.
import { dollars, duration, exact } from "./figures";
import { language, t, t as known } from "./language";
import { FINDINGS } from "./words";

/** Fixed texts: findings, what to do about them, ready views, notices, moments of a thread, why nothing is foretold. */
const FIXED = new Set([
  ...Object.values(FINDINGS),
  t("Stop the turn, find out why the command fails, and go on with the cause in the prompt."),
  t("After a long break go on in a fresh thread with a short summary, or compact first."),
  t("Switch models where a thread begins or right after a compaction."),
  t("See what changed at the beginning of the request: tools, MCP servers, instructions or effort."),
  t("Ask for less: filter, count or cut what commands print, read parts of files."),
  t("Begin the next task in a fresh thread with a short summary."),
  t("Keep to one thread while it is warm, and put what changes at the end."),
  t("Compact now, or go on in a fresh thread with a short summary."),
  t("Finish this task, then compact or begin a fresh thread."),
  t("Use a lower reasoning effort for routine steps."),
  t("Let one call do several small steps, and keep the context small for them."),
  t("Interrupt and check that it is still on course; give steps with an end."),
  t("Start fewer agents, with smaller tasks or a cheaper model."),
  t("Use a cheaper model or tier for such a request, or a smaller context."),
  t("See whether its earlier context still helps; begin a fresh thread if not."),
  t("Add the Codex home with the parent's log, if there is one."),
  t("The log of the thread that started this sub-agent is not there."),
  t("The thread with most at stake"),
  t("Codex allowance"),
  t("Highest-cost threads"),
  t("All threads, those with most cost first."),
  t("Highest Codex credits"),
  t("All threads, those with most credits first."),
  t("Calls that fill most of their context window, the fullest first."),
  t("Cache misses"),
  t("Calls of which little came from the cache, the most uncached input first."),
  t("Cold resumes"),
  t("Calls that take a thread up again after its cache had gone."),
  t("Cache breaks"),
  t("Calls that missed a warm cache for no reason of time or model."),
  t("Calls for which a fresh thread would have been cheaper."),
  t("Retry loops"),
  t("Calls that repeat what failed before, the costliest first."),
  t("Calls whose new input is mostly the output of tools."),
  t("Runaway turns"),
  t("Threads with turns that go on without a word of yours."),
  t("Agent swarms"),
  t("Threads that start many sub-agents at once."),
  t("Pricing gaps"),
  t("Calls whose price in USD is unknown."),
  t("Estimated prices"),
  t("Calls whose price in USD is a guess."),
  t("Calls without a price"),
  t("Add a price to pricing.json, or run update-pricing."),
  t("Prices that are guesses"),
  t("See pricing-coverage for what was assumed."),
  t("First expensive turn"),
  t("The first call that is costly or has a bloated context."),
  t("Compact, or go on in a fresh thread with a short summary."),
  t("Largest jump"),
  t("Agents before the spike"),
  t("See what they brought into the thread; ask them for short answers."),
  t("Cache trend"),
  t("Find what breaks the cache, or begin a fresh thread."),
  t("Context trend"),
  t("No forecast: the logs do not tell when it resets."),
  t("No forecast: it has been reset since it was last seen."),
  t("No forecast: the logs tell of two resets at once, as with two accounts."),
  t("it is unknown which calls draw on it"),
  t("there are no calls beside what was seen"),
  t("No forecast: there are too few earlier windows to learn from."),
]);

type Worded = (...found: string[]) => string;
const SENTENCES: readonly (readonly [RegExp, Worded])[] = [
  [
    /^After (.+) without a call, (.+) tokens were no longer in the cache\.$/,
    (idle = "", tokens = "") =>
      t("{tokens, plural, other {After {idle} without a call, # tokens were no longer in the cache.}}", { idle: time(idle), tokens: whole(tokens) }),
  ],
  [
    /^The model changed, and (.+) tokens were read anew at the full price\.$/,
    (tokens = "") =>
      t("{tokens, plural, other {The model changed, and # tokens were read anew at the full price.}}", { tokens: whole(tokens) }),
  ],
  [
    /^(.+) tokens that were cached a moment before were read anew\.$/,
    (tokens = "") =>
      t("{tokens, plural, other {# tokens that were cached a moment before were read anew.}}", { tokens: whole(tokens) }),
  ],
  [
    /^(.+) tokens of new input are outputs of tools, which wrote (.+) in all\.$/,
    (tokens = "", all = "") =>
      t("{tokens, plural, other {# tokens of new input are outputs of tools, which wrote {all} in all.}}", { tokens: whole(tokens), all: exact(whole(all)) }),
  ],
  [
    /^(.+) tokens of older context were read once more; a fresh thread would have cost less by now\.$/,
    (tokens = "") =>
      t("{tokens, plural, other {# tokens of older context were read once more; a fresh thread would have cost less by now.}}", { tokens: whole(tokens) }),
  ],
  [
    /^Only (\d+) % of the input came from the cache\.$/,
    (share = "") => t("Only {share, number, percent} of the input came from the cache.", { share: Number(share) / 100 }),
  ],
  [
    /^(\d+) % of the context window is used\.$/,
    (share = "") => t("{share, number, percent} of the context window is used.", { share: Number(share) / 100 }),
  ],
  [
    /^(\d+) % of the output is reasoning\.$/,
    (share = "") => t("{share, number, percent} of the output is reasoning.", { share: Number(share) / 100 }),
  ],
  [/^The call cost \$(.+)\.$/, (usd = "") => t("The call cost {usd}.", { usd: dollars(usd.replaceAll(",", "")) })],
  [
    /^With this call the thread has used (.+) tokens\.$/,
    (tokens = "") => t("{tokens, plural, other {With this call the thread has used # tokens.}}", { tokens: whole(tokens) }),
  ],
  [
    /^The call wrote (.+) tokens for all it read\.$/,
    (tokens = "") => t("{tokens, plural, one {The call wrote # token for all it read.} other {The call wrote # tokens for all it read.}}", { tokens: whole(tokens) }),
  ],
  [
    /^The tools of (\d+) calls in a row failed\.$/,
    (calls = "") => t("{calls, plural, other {The tools of # calls in a row failed.}}", { calls: whole(calls) }),
  ],
  [/^This is call (\d+) of one turn\.$/, (number = "") => t("This is call {number} of one turn.", { number: exact(number) })],
  [
    /^(\d+) sub-agents began at about the same time\.$/,
    (agents = "") => t("{agents, plural, other {# sub-agents began at about the same time.}}", { agents: whole(agents) }),
  ],
  [
    /^This call added most to the total of the thread: (.+) tokens\.$/,
    (tokens = "") => t("{tokens, plural, other {This call added most to the total of the thread: # tokens.}}", { tokens: whole(tokens) }),
  ],
  [
    /^(\d+) sub-agents or reviews began shortly before the costliest call\.$/,
    (agents = "") =>
      t("{agents, plural, one {# sub-agent or review began shortly before the costliest call.} other {# sub-agents or reviews began shortly before the costliest call.}}", { agents: whole(agents) }),
  ],
  [
    /^(\d+) points more of the input came from the cache in the second half than in the first\.$/,
    (points = "") =>
      t("{points, plural, one {# point more of the input came from the cache in the second half than in the first.} other {# points more of the input came from the cache in the second half than in the first.}}", { points: whole(points) }),
  ],
  [
    /^(\d+) points less of the input came from the cache in the second half than in the first\.$/,
    (points = "") =>
      t("{points, plural, one {# point less of the input came from the cache in the second half than in the first.} other {# points less of the input came from the cache in the second half than in the first.}}", { points: whole(points) }),
  ],
  [
    /^(\d+) points more of the context window were used in the second half than in the first\.$/,
    (points = "") =>
      t("{points, plural, one {# point more of the context window was used in the second half than in the first.} other {# points more of the context window were used in the second half than in the first.}}", { points: whole(points) }),
  ],
  [
    /^(\d+) points less of the context window were used in the second half than in the first\.$/,
    (points = "") =>
      t("{points, plural, one {# point less of the context window was used in the second half than in the first.} other {# points less of the context window were used in the second half than in the first.}}", { points: whole(points) }),
  ],
  [/^No forecast: it was last seen (.+) ago\.$/, (ago = "") => t("No forecast: it was last seen {time} ago.", { time: time(ago) })],
  [
    /^Used up: nothing is left until the reset in (.+)\.$/,
    (rest = "") => t("Used up: nothing is left until the reset in {time}.", { time: time(rest) }),
  ],
  [
    /^Safe at this pace: (\d+)% used at the reset in (.+)\.$/,
    (used = "", rest = "") =>
      t("Safe at this pace: {used, number, percent} used at the reset in {time}.", { used: Number(used) / 100, time: time(rest) }),
  ],
  [
    /^Safe at this pace: (\d+) to (\d+)% used at the reset in (.+)\.$/,
    (low = "", high = "", rest = "") =>
      t("Safe at this pace: {low} to {high, number, percent} used at the reset in {time}.", { low, high: Number(high) / 100, time: time(rest) }),
  ],
  [
    /^It may get tight: likely (\d+)% at the reset in (.+), used up in (.+) at worst\.$/,
    (used = "", rest = "", soonest = "") =>
      t("It may get tight: likely {used, number, percent} at the reset in {time}, used up in {soonest} at worst.", { used: Number(used) / 100, time: time(rest), soonest: time(soonest) }),
  ],
  [
    /^Too fast: used up in about (.+), (.+) before the reset\.$/,
    (full = "", spare = "") => t("Too fast: used up in about {time}, {spare} before the reset.", { time: time(full), spare: time(spare) }),
  ],
  [
    /^in no window of this plan were (\d+)% and more seen to be used$/,
    (share = "") => t("in no window of this plan were {share, number, percent} and more seen to be used", { share: Number(share) / 100 }),
  ],
];
const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000 };

/** Returns a sentence of the server in the page's language. */
export function told(text: string): string {
  if (language === "en") return text;
  for (const [pattern, worded] of SENTENCES) {
    const found = pattern.exec(text);
    if (found) return worded(...found.slice(1));
  }
  const fixed = known(text);
  return FIXED.has(fixed) ? fixed : text;
}

/** Returns the number that a text with grouped digits is. */
function whole(text: string): number {
  return Number(text.replaceAll(",", ""));
}

/** Writes a length of time that the server wrote as 2 d 3 h, 7 min or 5 hours. */
function time(text: string): string {
  const parts = [...text.matchAll(/([\d,]+) ([dhm])/g)];
  const ms = parts.reduce((sum, [, count = "", unit = ""]) => sum + whole(count) * (UNITS[unit] ?? 0), 0);
  return ms < 60_000 ? t("{minutes} min", { minutes: 0 }) : duration(ms);
}
