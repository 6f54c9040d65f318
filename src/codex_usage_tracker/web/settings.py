"""Settings and prices, read and written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec

from codex_usage_tracker import __version__, privacy
from codex_usage_tracker.config.document import understood
from codex_usage_tracker.config.writing import write
from codex_usage_tracker.contract.server import HomeRow, PriceRule, ServerSettings, Updated
from codex_usage_tracker.errors import InvalidSettingsError, InvalidValueError
from codex_usage_tracker.ingest import survey
from codex_usage_tracker.pricing import bundled
from codex_usage_tracker.pricing.card import Card, Rule

if TYPE_CHECKING:
    from codex_usage_tracker.tracker import Tracker
    from codex_usage_tracker.web.desk import Desk

KINDS = {name: kind for name, kind in survey.KINDS.items() if kind is not Card}
"""Files of settings that are sent whole; prices have an address of their own."""
ACTIVE_MINUTES = 60
FIXED = frozenset({"active_home_id", "codex_home", "context_active_minutes"})
"""Said when the server is started."""
PRICED = {
    "input": "input_per_1m", "cached_input": "cached_input_per_1m", "cache_write": "cache_write_per_1m",
    "output": "output_per_1m", "from_": "effective_from", "to": "effective_to", "pattern": "model_pattern",
}  # fmt: skip
SAME = ("tier", "tiers", "long_context", "provider", "estimate", "source")


def homes(tracker: Tracker, seen_at: int | None = None) -> list[HomeRow]:
    """Return the Codex homes that are read."""
    paths = enumerate(tracker.homes, 1)
    return [HomeRow(id=number, label=_label(path), path=path, last_seen_at=seen_at) for number, path in paths]


def _label(path: str) -> str:
    return "Codex" if len(os.path.basename(path)) < len("xx") else os.path.basename(path).lstrip(".")


def settings(desk: Desk) -> ServerSettings:
    """Return what the server runs with, and (where nothing is hidden) the files of settings as they are."""
    tracker = desk.tracker
    files = tracker.files._asdict()
    kinds = KINDS if desk.mode == privacy.NORMAL else {}
    return ServerSettings(
        codex_home=tracker.homes[0],
        active_home_id=1,
        context_active_minutes=ACTIVE_MINUTES,
        homes=homes(tracker),
        timezone=str(tracker.zone()),
        privacy_mode=desk.mode,
        version=__version__,
        db_path=tracker.database,
        files=files,
        settings={name: msgspec.to_builtins(tracker.settings(files[name], kind)) for name, kind in kinds.items()},
    )


def put_settings(desk: Desk, body: bytes) -> ServerSettings:
    """Write the files of settings that a request names, each whole; all of them are understood before any is."""
    _check_mode(desk)
    told = _decoded(body, dict[str, msgspec.Raw])
    for name in told.keys() - KINDS.keys() - FIXED:
        raise InvalidValueError(f"there is no setting {name!r}", f"Choose one of {', '.join(KINDS)}.")
    for name in told.keys() & FIXED:
        if msgspec.json.decode(told[name]) != getattr(settings(desk), name):
            raise InvalidValueError(f"{name} is said when the server is started", "Start it with --codex-home DIR.")
    texts = {name: _text(name, bytes(told[name])) for name in told.keys() & KINDS.keys()}
    for name, text in texts.items():
        write(getattr(desk.tracker.files, name), text, replace=True)
    return settings(desk)


def _text(name: str, raw: bytes) -> str:
    try:
        _, warnings = understood(raw, KINDS[name])
    except InvalidSettingsError as error:
        raise InvalidValueError(f"{name}: {error.message}", error.hint) from error
    if warnings:
        raise InvalidValueError(f"{name}: {warnings[0]}", "Leave it out.")
    return msgspec.json.format(raw, indent=2).decode() + "\n"


def _check_mode(desk: Desk) -> None:
    if desk.mode != privacy.NORMAL:
        raise InvalidValueError(f"{desk.mode} mode hides what would be written", "Start with --privacy-mode normal.")


def _decoded(body: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=kind, strict=False)
    except (msgspec.DecodeError, ArithmeticError, RecursionError, ValueError) as error:
        raise InvalidValueError(f"the body cannot be understood: {error}", "Send JSON as the reference says.") from None


# -- prices -----------------------------------------------------------------------------------------------------------


def prices(tracker: Tracker) -> list[PriceRule]:
    """Return the rules of prices in USD: the user's, then the bundled ones, which hold behind them."""
    own = tracker.settings(tracker.files.pricing, Card)
    found = [_told(rule, f"own-{number}", shipped=False) for number, rule in enumerate(own.rules, 1)]
    if own.complete:
        return found
    rules = bundled.catalogue().rules
    return found + [_told(rule, f"bundled-{number}", shipped=True) for number, rule in enumerate(rules, 1)]


def _told(rule: Rule, id_: str, *, shipped: bool) -> PriceRule:
    fields = {name: getattr(rule, own) for own, name in PRICED.items()} | {name: getattr(rule, name) for name in SAME}
    if isinstance(rule.long_context, msgspec.Struct):
        fields["long_context"] = msgspec.to_builtins(rule.long_context)
    return PriceRule(**fields, id=id_, bundled=shipped)


def put_prices(desk: Desk, body: bytes) -> Updated:
    """Replace the rules of the user's prices, and let the stored costs follow."""
    _check_mode(desk)
    told: list[PriceRule] = _decoded(body, list[PriceRule])
    rules = [_rule(one) for one in told if not one.bundled]
    path = desk.tracker.files.pricing
    card = msgspec.to_builtins(desk.tracker.settings(path, Card)) | {"rules": msgspec.to_builtins(rules)}
    write(path, msgspec.json.format(msgspec.json.encode(card), indent=2).decode() + "\n", replace=True)
    desk.tracker.reprice()
    return Updated(updated=len(rules))


def _rule(one: PriceRule) -> Rule:
    fields = {own: getattr(one, name) for own, name in PRICED.items()} | {name: getattr(one, name) for name in SAME}
    told = {
        ("from" if name == "from_" else name): value for name, value in fields.items() if value is not msgspec.UNSET
    }
    try:
        return msgspec.convert(told, Rule)
    except (msgspec.ValidationError, ValueError) as error:
        raise InvalidValueError(f"{one.model_pattern}: {error}", "Send rules as GET /api/pricing tells them.") from None
