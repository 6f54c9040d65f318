"""What `support-bundle` tells a maintainer: states and counts, never a log, a call or a text of a conversation."""

from __future__ import annotations

import msgspec

from codex_usage_tracker.contract.checks import Doctor, SettingsState


class Library(msgspec.Struct, kw_only=True):
    """A library that the program uses; null where it is not installed."""

    name: str
    version: str | None


class Program(msgspec.Struct, kw_only=True):
    """The program and what it runs on."""

    version: str
    python: str
    implementation: str
    system: str
    system_release: str
    machine: str
    sqlite: str
    encoding: str
    libraries: list[Library]


class Place(msgspec.Struct, kw_only=True):
    """A file or folder that the program uses: `found` is file, folder, link, other or none; its mode in octal."""

    what: str
    path: str
    found: str
    bytes: int | None = None
    mode: str | None = None


class Variable(msgspec.Struct, kw_only=True):
    """A variable of the environment that is set, with its value where that is harmless."""

    name: str
    value: str | None


class NoteCount(msgspec.Struct, kw_only=True):
    """How many lines of how many logs were passed over or odd, by what was odd and the client that wrote them."""

    code: str
    meaning: str
    client_version: str | None
    files: int
    lines: int


class ClientCount(msgspec.Struct, kw_only=True):
    """How many threads and calls a client wrote."""

    originator: str | None
    client_version: str | None
    threads: int
    calls: int


class LastRefresh(msgspec.Struct, kw_only=True):
    """When logs were last looked at and something changed, and how long the last one that read something took."""

    generation: int
    refreshed_at: int | None
    changed_at: int | None
    read_ms: int | None
    read_files: int | None
    read_bytes: int | None


class UnpricedModel(msgspec.Struct, kw_only=True):
    """A model of which calls have no price."""

    model: str | None
    calls: int


class Contents(msgspec.Struct, kw_only=True):
    """What the database holds, counted: rows of each table, and calls by what their figures and prices rest on."""

    rows: dict[str, int]
    first_call_at: int | None
    last_call_at: int | None
    last_limit_at: int | None
    limits: int
    by_basis: dict[str, int]
    by_kind: dict[str, int]
    by_confidence: dict[str, int]
    by_pricing_status: dict[str, int]
    by_credit_confidence: dict[str, int]
    unpriced_models: list[UnpricedModel]
    clients: list[ClientCount]
    notes: list[NoteCount]
    refresh: LastRefresh
    costs_follow_prices: bool


class PriceCards(msgspec.Struct, kw_only=True):
    """The days of the bundled prices, and whether the user's own files stand in their place entirely."""

    list_prices_as_of: str
    rate_card_as_of: str
    list_prices_replaced: bool | None
    rate_card_replaced: bool | None


class BundlePrivacy(msgspec.Struct, kw_only=True):
    """What is hidden in it, and what is never in it."""

    mode: str
    local_paths: str
    never_included: list[str]


class Bundle(msgspec.Struct, kw_only=True):
    """All of it; `contents` is null where the database cannot be read, and `doctor` tells why."""

    schema: str
    created_at: int
    program: Program
    places: list[Place]
    environment: list[Variable]
    doctor: Doctor
    settings: list[SettingsState]
    prices: PriceCards
    contents: Contents | None
    privacy: BundlePrivacy
    privacy_mode: str = "normal"


class BundleFile(msgspec.Struct, kw_only=True):
    """A bundle that was written."""

    schema: str
    path: str
    bytes: int
    privacy_mode: str = "normal"
