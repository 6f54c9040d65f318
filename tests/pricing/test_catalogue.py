"""The bundled cards are whole, and agree with what others publish but for the differences that are told."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from codex_usage_tracker.pricing import bundled
from codex_usage_tracker.pricing.card import Card, Rule
from codex_usage_tracker.pricing.prices import OPENAI, SNAPSHOT, Candidate, Prices, candidates, holding
from codex_usage_tracker.pricing.sources import FIELDS
from tests.pricing.others import DATA, card_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "concepts" / "pricing.md"
NOW = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp() * 1000)
NO_USAGE = (0, 0, 0, 0, 0)
CARDS = {"catalogue": bundled.catalogue(), "rate card": bundled.rate_card()}
MODELS = """
    gpt-5 gpt-5-codex gpt-5-mini gpt-5-nano gpt-5-pro gpt-5.1 gpt-5.1-codex gpt-5.1-codex-max gpt-5.1-codex-mini
    gpt-5.2 gpt-5.2-codex gpt-5.2-pro gpt-5.3-codex gpt-5.4 gpt-5.4-mini gpt-5.4-nano gpt-5.4-pro gpt-5.5 gpt-5.5-pro
    gpt-5.5-cyber gpt-5.6 gpt-5.6-sol gpt-5.6-terra gpt-5.6-luna gpt-5.6-cyber gpt-6-astra gpt-6-astra-law gpt-6-sol
    gpt-6-luna gpt-6-rosalind gpt-6.1-sol gpt-6.1-terra gpt-6.2-astra gpt-6.2-sol gpt-rosalind-research
    gpt-daybreak-blue-latest daybreak-red-latest codex-mini-latest codex-auto-review gpt-reserve o3 o4-mini gpt-4.1
""".split()  # noqa: SIM905  (a list of words reads best as one text)


@pytest.mark.parametrize("model", MODELS)
def test_every_model_that_codex_runs_has_a_price_in_dollars_and_credits(model: str) -> None:
    rate = Prices((CARDS["catalogue"],), (CARDS["rate card"],)).rate(model, "default", OPENAI, NO_USAGE, NOW)
    assert rate.usd is not None
    assert rate.credits is not None


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_the_periods_of_a_model_follow_one_another(card: Card) -> None:
    for key in {(rule.pattern, rule.tier) for rule in card.rules}:
        rules = [rule for rule in card.rules if (rule.pattern, rule.tier) == key]
        assert [one.to for one in rules[:-1]] == [one.from_ for one in rules[1:]], key
        assert all(one.to for one, _ in pairwise(rules)), key
        assert rules[-1].to is None, key


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_every_rule_and_alias_says_where_it_comes_from(card: Card) -> None:
    assert all(rule.source for rule in card.rules)
    assert all(alias.source for alias in card.aliases)


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_every_alias_leads_to_a_rule(card: Card) -> None:
    assert {alias.model for alias in card.aliases} <= {rule.pattern for rule in card.rules}


def test_both_cards_know_a_model_by_the_same_names() -> None:
    assert CARDS["catalogue"].aliases == CARDS["rate card"].aliases


def test_no_figure_is_a_binary_fraction() -> None:
    for card in CARDS.values():
        for rule in card.rules:
            figures = [getattr(rule, field) for field in FIELDS] + list(rule.tiers.values())
            assert {type(figure) for figure in figures} <= {Decimal, type(None)}


def test_each_rule_stands_on_a_line_of_its_own() -> None:
    for name, card in ((bundled.CATALOGUE, CARDS["catalogue"]), (bundled.RATE_CARD, CARDS["rate card"])):
        lines = (Path(bundled.__file__).parent / name).read_text(encoding="utf-8").splitlines()
        told = [json.loads(line.strip().rstrip(",")) for line in lines if line.startswith('    {"pattern"')]
        assert len(told) == len(card.rules) + len(card.aliases)


def test_credits_that_are_not_published_are_twenty_five_for_a_dollar_of_list_price() -> None:
    derived = [rule for rule in CARDS["rate card"].rules if rule.estimate]
    assert len(derived) > 20
    for rule in derived:
        price = held(CARDS["catalogue"], rule.pattern, rule.span[0] or 0)
        assert price is not None
        assert [times(25, getattr(price.rule, field)) for field in ("input", "cached_input", "output")] == [
            rule.input, rule.cached_input, rule.output,
        ], rule.pattern  # fmt: skip


def times(factor: int, price: Decimal | None) -> Decimal | None:
    return None if price is None else factor * price


def test_no_credits_are_counted_before_there_were_any() -> None:
    assert all((rule.from_ or "") >= "2026-04-02" for rule in CARDS["rate card"].rules)


def test_a_cache_write_costs_a_quarter_more_than_input_where_it_has_a_price() -> None:
    written = [rule for rule in CARDS["catalogue"].rules if rule.cache_write is not None]
    assert len(written) > 10
    assert all(rule.cache_write == rule.input * Decimal("1.25") for rule in written)


# -- what others publish ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", DATA)
def test_the_catalogue_agrees_with_others_but_for_the_differences_that_are_told(package: str) -> None:
    theirs = card_of(package)
    models = {rule.pattern for rule in theirs.rules if held(CARDS["catalogue"], rule.pattern, NOW)}
    assert len(models) > 50
    found = {row for model in models for row in differences(theirs, model)}
    assert found == {tuple(row[:4]) for row in told_differences() if package in row[4]}


def told_differences() -> list[list[str]]:
    """Return the rows of the table: model, what, here, there, in which lists, and why."""
    table = PAGE.read_text(encoding="utf-8").split("## Differences")[1].split("\n## ")[0]
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in table.splitlines() if "|" in line]
    return [row for row in rows[2:] if len(row) == 6 and row[5]]


def differences(theirs: Card, model: str) -> Iterator[tuple[str, str, str, str]]:
    """Return what two cards say differently of a model at any time, of all that the other card says."""
    for at in instants(theirs, model):
        here, there = held(CARDS["catalogue"], model, at), held(theirs, model, at)
        if here and there:
            ours = facts(CARDS["catalogue"], here, theirs, at)
            for what, figure in facts(theirs, there, theirs, at).items():
                if ours[what] != figure and figure != "none, up to any length":
                    yield SNAPSHOT.sub("", model), what, ours[what], figure


def instants(theirs: Card, model: str) -> set[int]:
    """Return the moments at and right before which a price changes; lists without dates are of today."""
    dated = any(rule.from_ for rule in theirs.rules)
    found = [*candidates((CARDS["catalogue"],), model, OPENAI), *candidates((theirs,), model, OPENAI)] if dated else []
    edges = {edge - early for one in found for edge in (one.since, one.until) for early in (0, 1)}
    return {edge for edge in edges if 0 <= edge < NOW} | {NOW}


def held(card: Card, model: str, at: int) -> Candidate | None:
    return holding([one for one in candidates((card,), model, OPENAI) if one.rule.tier is None], at)


def facts(card: Card, price: Candidate, theirs: Card, at: int) -> dict[str, str]:
    """Return a price's figures as texts; those of tiers for the tiers that the other card has today."""
    long = price.long_context
    told = {field: plain(getattr(price.rule, field)) for field in FIELDS}
    told["long requests"] = f"above {long.above}: {long.input} / {long.output}" if long else "none, up to any length"
    for tier in tiers(theirs, price.model) if at == NOW else ():
        usd = Prices((card,), ()).rate(price.model, tier, OPENAI, NO_USAGE, at).usd or ()
        told |= {f"{tier} {field}": plain(Decimal(units) / 10**6) for field, units in zip(FIELDS, usd, strict=True)}
    return told


def tiers(card: Card, model: str) -> set[str]:
    rules: list[Rule] = [one.rule for one in candidates((card,), model, OPENAI)]
    return {tier for rule in rules for tier in (*rule.tiers, rule.tier) if tier}


def plain(price: Decimal | None) -> str:
    return "none" if price is None else re.sub(r"\.?0+$", "", f"{price:.9f}")
