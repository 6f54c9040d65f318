"""The numbers, each defined once: `sql` is an expression over the sums of a group of calls."""

from __future__ import annotations

from typing import NamedTuple


class Metric(NamedTuple):
    """A number with its unit and its meaning."""

    name: str
    label: str
    unit: str
    sql: str
    doc: str


METRICS = (
    Metric("calls", "Calls", "calls", "sum(calls)", "Model responses that were billed."),
    Metric("input_tokens", "Input", "tokens", "sum(input)", "All input, cached and cache write included."),
    Metric("cached_input_tokens", "Cached", "tokens", "sum(cached_input)", "Input that was read from the cache."),
    Metric(
        "cache_write_input_tokens", "Cache write", "tokens", "sum(cache_write)",
        "Uncached input that was written to the cache; 0 in logs of clients before 0.150.",
    ),
    Metric(
        "uncached_input_tokens", "Uncached", "tokens", "sum(input) - sum(cached_input)",
        "Input less cached input; cache write included.",
    ),
    Metric("output_tokens", "Output", "tokens", "sum(output)", "All output, reasoning included."),
    Metric(
        "reasoning_output_tokens", "Reasoning", "tokens", "sum(reasoning)",
        "Output that the model spent on reasoning.",
    ),
    Metric("total_tokens", "Total", "tokens", "sum(input) + sum(output)", "Input plus output."),
    Metric(
        "usd", "Est. cost", "USD / 10^12", "sum(usd)",
        "What the priced calls would cost at the API's list prices of their day.",
    ),
    Metric("credits", "Credits", "credits / 10^10", "sum(credits)", "What calls draw in Codex credits."),
)  # fmt: skip

ODD_METRICS = (
    Metric("unpriced_calls", "Unpriced", "calls", "sum(unpriced_calls)", "Calls without a price in USD."),
    Metric("unpriced_tokens", "Unpriced", "tokens", "sum(unpriced_tokens)", "Tokens of calls without a price in USD."),
    Metric(
        "uncredited_tokens", "No credits", "tokens", "sum(uncredited_tokens)",
        "Tokens of calls without a rate in credits.",
    ),
    Metric("estimated_usd", "Estimated", "USD / 10^12", "sum(estimated_usd)", "The part of the cost that is a guess."),
)  # fmt: skip
"""What is asked of the few calls that are not priced as a matter of course."""

ALL = (*METRICS, *ODD_METRICS)
SELECTED = ", ".join(f"coalesce({metric.sql}, 0)" for metric in ALL)
"""All of them as the columns of a query whose rows carry the sums of `store.rollups`."""
BY_NAME = {metric.name: metric for metric in METRICS}
CALL_COLUMNS = {
    "input_tokens": "input",
    "cached_input_tokens": "cached_input",
    "cache_write_input_tokens": "cache_write",
    "uncached_input_tokens": "input - cached_input",
    "output_tokens": "output",
    "reasoning_output_tokens": "reasoning",
    "total_tokens": "input + output",
    "usd": "call.usd",
    "credits": "call.credits",
}
"""The same numbers of a single call."""
