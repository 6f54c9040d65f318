"""The options that say which calls are meant, and the filter they make."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from codex_usage_tracker.errors import InvalidValueError
from codex_usage_tracker.pricing.money import units_of
from codex_usage_tracker.pricing.rates import CREDIT_UNITS, USD_UNITS
from codex_usage_tracker.query import dimensions, labels, spans
from codex_usage_tracker.query.filters import CONFIDENCE_SPELLINGS, Filter
from codex_usage_tracker.query.reader import Reader
from codex_usage_tracker.store.findings import KEYS

Function = TypeVar("Function", bound=Callable[..., Any])

RANGE = (
    ("--since", "DAY", "From this day or instant on."),
    ("--until", "DAY", "Up to this day, the day included, or to this instant."),
)
VALUES = (
    ("--model", "NAME", "Only this model; these options take any case, and may be given several times."),
    ("--effort", "LEVEL", "Only this reasoning effort."),
    ("--tier", "TIER", "Only this service tier."),
    ("--kind", "KIND", "Only turn, subagent, review, guardian, compaction or memory."),
    ("--origin", "WHO", "Only what user, codex or unknown caused."),
    ("--project", "NAME", "Only this project."),
    ("--directory", "DIR", "Only threads that began in this folder."),
    ("--branch", "NAME", "Only threads that began on this branch."),
    ("--source", "NAME", "Only threads that were begun so: cli, exec, vscode ..."),
    ("--thread", "ID", "Only this thread with all below it: an id, its beginning or end, or a name."),
)

CONFIDENCES = ("exact", "inferred", "user_override", "missing")


def with_filters(function: Function) -> Function:
    """Give a command the options that say which calls are meant; they come to it as keyword arguments."""
    decorators = [click.option(name, metavar=word, help=text) for name, word, text in RANGE]
    decorators += [click.option(name, metavar=word, multiple=True, help=text) for name, word, text in VALUES]
    decorators += [
        click.option("--search", metavar="TEXT", help="Only threads with this in name, id, folder, branch ..."),
        click.option(
            "--pricing-status", type=click.Choice(["priced", "estimated", "unpriced"]), multiple=True,
            help="Only calls whose cost in USD is that.",
        ),
        click.option(
            "--credit-confidence", type=click.Choice([*CONFIDENCES, *CONFIDENCE_SPELLINGS]), multiple=True,
            help="Only calls whose credits are that.",
        ),
        click.option(
            "--finding", metavar="RULE", multiple=True, type=click.Choice(KEYS),
            help="Only calls in which this rule found something; `recommendations` names them.",
        ),
        click.option("--min-tokens", metavar="N", type=click.IntRange(min=0), help="Only calls of so many tokens."),
        click.option("--min-cost", "min_usd", metavar="USD", callback=_units, help="Only calls that cost so much."),
        click.option("--min-credits", metavar="N", callback=_units, help="Only calls of so many credits."),
        click.option(
            "--include-archived/--active-only", default=True, help="With archived threads (as always), or without.",
        ),
    ]  # fmt: skip
    for decorator in reversed(decorators):
        function = decorator(function)
    return function


def _units(_ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """Return an amount of money in units."""
    if value is None:
        return None
    try:
        return units_of(value, USD_UNITS if param.name == "min_usd" else CREDIT_UNITS)
    except ValueError:
        msg = f"{value!r} is no amount"
        raise click.BadParameter(msg) from None


def filter_of(reader: Reader, chosen: dict[str, Any], span: spans.Span | None = None) -> Filter:
    """Return the filter that options make; `span` holds where neither `--since` nor `--until` is given."""
    values = {name: value for name, value in chosen.items() if value not in (None, (), "")}
    since, until, archived = values.pop("since", None), values.pop("until", None), values.pop("include_archived", True)
    if since or until or span is None:
        span = spans.between(since, until, reader.zone)
    if "credit_confidence" in values:
        values["credit_confidence"] = tuple(CONFIDENCE_SPELLINGS.get(one, one) for one in values["credit_confidence"])
    if "search" in values and reader.hiding.hides:
        values["seen_in"] = labels.searched(reader, values["search"])
    values |= labels.meant(reader, {name: values[name] for name in labels.FIELDS if name in values}, by_name=True)
    return Filter(since=span.since, until=span.until, archived=archived, **values)


def dimensions_of(given: tuple[str, ...]) -> list[str]:
    """Return the dimensions that an option names, several times or parted by commas."""
    names = [name.strip().lower() for text in given for name in text.split(",") if name.strip()]
    for name in names:
        if name not in dimensions.NAMES:
            msg = f"there is no way to group by {name!r}"
            raise InvalidValueError(msg, f"Choose one of {', '.join(dimensions.DIMENSIONS)}.")
    return list(dict.fromkeys(names))
