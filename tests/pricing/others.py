"""The price lists of two packages, read from their files without importing them."""

import ast
import functools
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import msgspec
import pytest

from codex_usage_tracker.pricing import sources
from codex_usage_tracker.pricing.card import Card

DATA = {"litellm": "litellm/model_prices_and_context_window_backup.json", "genai-prices": "genai_prices/data.py"}


@functools.cache
def card_of(package: str) -> Card:
    """Return what a package says of OpenAI's models, as `update-pricing` reads it."""
    data = _file(package).read_bytes()
    return Card(rules=tuple(sources.listing(_as_json(data) if package == "genai-prices" else data).rules))


def _file(package: str) -> Path:
    try:
        return next(Path(str(file.locate())) for file in files(package) or () if str(file) == DATA[package])
    except PackageNotFoundError:
        pytest.skip(f"{package} is not installed; `make test` installs it")


def _as_json(source: bytes) -> bytes:
    """Return the list of genai-prices, which its package has as Python, in the shape in which it is published."""
    providers = next(node for node in ast.parse(source).body if isinstance(node, ast.AnnAssign)).value
    assert isinstance(providers, ast.List)
    known = [_value(one) for one in providers.elts if isinstance(one, ast.Call) and _named(one, "id") == "openai"]
    return msgspec.json.Encoder(decimal_format="number").encode(known)


def _named(call: ast.Call, name: str) -> object:
    return next((_value(given.value) for given in call.keywords if given.arg == name), None)


def _value(node: ast.expr) -> object:
    if isinstance(node, ast.List):
        return [_value(one) for one in node.elts]
    if isinstance(node, ast.Dict):
        return {_value(key): _value(one) for key, one in zip(node.keys, node.values, strict=True) if key}
    if not isinstance(node, ast.Call):
        return ast.literal_eval(node)
    given = [_value(one) for one in node.args]
    if ast.unparse(node.func) == "Decimal":
        return Decimal(str(given[0]))
    if ast.unparse(node.func).endswith("date"):
        return "-".join(f"{int(str(part)):02}" for part in given)
    return {str(one.arg).rstrip("_"): _value(one.value) for one in node.keywords}
