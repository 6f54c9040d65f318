"""What agents are told beside the tools: how to go about it, ready questions, and what the words mean."""

from __future__ import annotations

from typing import NamedTuple

INSTRUCTIONS = """\
Usage of the Codex CLI on this machine, counted from its own logs; nothing leaves the machine.
- Answers are as of the last refresh (`scope.as_of`): call usage_refresh first when it is about now.
- Tokens are exact. Money (`usd`, `credits`) is decimal text at list prices, null where no price is known: unknown, not
  zero. `priced_share` says how much of the tokens the sums stand for, `estimated_usd` what of it is a guess.
- `totals` are of all calls in scope, also where lists are cut: `truncated`, `has_more` and `shortened` say so.
- Say the scope with the figures: range, time zone, as of when, price coverage. Tell what is counted from what is
  estimated, and a forecast as its range.
- usage_summary for totals and splits, usage_query for several questions or pages of calls and threads, usage_limits for
  what is left and whether it lasts, usage_recommendations for where it was wasted."""

GLOSSARY = """\
# Words

- **call**: one request to the model, as its response was billed. Sums are of calls.
- **turn**: what follows one message of the user; has calls.
- **thread**: a session with its turns. **Root thread**: one that the user began; sub-agents, reviews and forks are
  below it and count for it.
- **input tokens** include **cached** ones (`cached_input_tokens`); `uncached_input_tokens` are the others. **Output
  tokens** include **reasoning**. `total_tokens` is input and output.
- **usd**: what the calls would cost at the API's list prices of their day; not a bill of a subscription. **credits**:
  what they draw in Codex credits. Null: no price is known.
- **priced**, **estimated**, **unpriced**: the model has a price; a price was guessed from a like model; it has none.
- **priced_share**: the part of the tokens that has a price in USD; **credited_share**, in credits.
- **limit window**: a stretch of time in which a plan allows so much, told by `used_percent`; five hours or a week.
- **forecast**: where use will probably end before the window resets: `percent_low` to `percent_high`; `verdict` is
  safe, tight, over, full or unknown.
- **finding**: what a rule found in a call; **stake**: what its tokens were worth in USD; **waste**: need not have been.
- **fact**: what a call did: a tool, a command family, a skill, an outcome. **Snapshot**: what a search of logs found.
- **origin**: who caused a call: user, codex or unknown. **kind**: turn, subagent, review, guardian, compaction, memory.
- **as_of**, `..._at`: instants in milliseconds UTC; days are local days of the answer's time zone.
"""


class Prompt(NamedTuple):
    """A ready question: its name, title, and what is asked."""

    name: str
    title: str
    text: str


PROMPTS = {
    one.name: one
    for one in (
        Prompt(
            "expensive_week", "Why was this week so expensive?",
            "Why was my Codex usage of the last seven days as expensive as it was? Call usage_refresh, then usage_query"
            " with `insights`, `compare` (last 7d), `summary` by model and by project (last 7d), and `threads` by cost"
            " (last 7d). Say first how much it was and against the seven days before, then what explains the"
            " difference, by the answer's own parts; then the threads that took most, and what to do. Name the price"
            " coverage, and tell estimates from counts.",
        ),
        Prompt(
            "limits_last", "Will my limits last?",
            "Will my Codex limits last? Call usage_refresh, then usage_limits. For each window say what is left, when "
            "it resets, the verdict with the forecast's range, and of when the observation is. Where there is no "
            "forecast, say why. End with what it means for the work of today.",
        ),
        Prompt(
            "save_tokens", "Where could I save tokens?",
            "Where could I save tokens in Codex? Call usage_recommendations (last 30d) and usage_query with `insights`."
            " List the three habits with most at stake: what it is, how often, what it cost, one thread as an example, "
            "and what to do differently. Say what has no price.",
        ),
    )
}  # fmt: skip
