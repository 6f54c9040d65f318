"""What the hub's page is told and sends: all but the questions that the tracker's own reports answer.

`POST /api/session` SignIn -> Me            signs a browser in by a link code; DELETE signs it out
`POST /api/join` Joining -> Me              makes an account where the hub lets one
`GET /api/door` -> Door                     before anybody is signed in
`GET /api/hub` -> Me                        401 without a session
`PUT /api/account` Shown -> Me              `DELETE` Confirmed: the account with all of it
`DELETE /api/data` Confirmed -> Gone        all that was sent, or what one device sent
`GET /api/devices` -> Devices               `PUT /api/devices/ID` Labelled, `DELETE /api/devices/ID` revokes
`POST /api/link-code` -> Code               for another machine
`GET /api/corrections` -> Corrections
`GET /api/export`                           everything, as a file
`GET /api/leaderboard?period&metric&offset` -> Board
`GET /api/teams` -> Teams                   `POST` TeamMade -> Teams
`POST /api/teams/join` TeamJoined -> Teams
`GET /api/teams/ID?days` -> Team
`POST /api/teams/ID/invite` -> Code
`PUT /api/teams/ID/me` Sharing -> Teams     `DELETE /api/teams/ID/me` leaves
`GET /badge/NAME.svg`, `/heatmap/NAME.svg`  of accounts that show themselves; NAME is the alias where one is shown
For accounts with the admin mark alone:
`GET /api/admin/accounts?q&offset` -> Accounts   `POST` AccountMade -> Code (a first link code)
`PUT /api/admin/accounts/NAME` Hiding       `DELETE /api/admin/accounts/NAME` Confirmed
`POST /api/admin/accounts/NAME/link-code` -> Code
`POST /api/admin/invite` -> Code
`GET /api/admin/flags` -> Flags             `PUT /api/admin/flags/ID` Judged -> Flags
`GET /api/admin/corrections` -> Corrections
Refusals are those of the tracker's server: `{"error": {"code", "message", "hint"}}`; a field that is wrong stands in
the message between backticks.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from codex_usage_tracker.contract import SCHEMA, Numbers
from codex_usage_tracker.hub.protocol import LABEL, Label

Visibility = Literal["private", "alias", "public"]
"""Hidden from others, shown under another name, or shown."""
Policy = Literal["code", "invite", "open"]
"""How one becomes a member: an admin makes the account, somebody invites, or anybody may."""
Period = Literal["day", "week", "month", "all"]
Metric = Literal["tokens", "cost", "active_days"]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}$(?!\n)")]
Alias = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,32}$(?!\n)")]
TeamName = Annotated[str, Meta(min_length=1, max_length=64, pattern=LABEL)]


class Sent(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a page sends."""


# -- the door ---------------------------------------------------------------------------------------------------------


class Door(msgspec.Struct, kw_only=True):
    """What anybody may know of a hub."""

    schema: str = SCHEMA.format("hub-door")
    join: Policy
    version: str


class SignIn(Sent):
    """A code that signs a browser in."""

    code: Annotated[str, Meta(max_length=16)]


class Joining(Sent):
    """A new account; the invite where the hub wants one."""

    name: Name
    invite: Annotated[str, Meta(max_length=32)] | None = None


class Me(msgspec.Struct, kw_only=True):
    """The account that is signed in; instants are milliseconds UTC."""

    schema: str = SCHEMA.format("hub-me")
    account: str
    alias: str | None
    visibility: Visibility
    is_admin: bool
    join: Policy
    version: str
    created_at: int


class Shown(Sent):
    """Under which name others see an account, if at all."""

    visibility: Visibility
    alias: Alias | None = None


class Code(msgspec.Struct, kw_only=True):
    """A code that holds once, until an instant."""

    schema: str = SCHEMA.format("hub-code")
    code: str
    expires_at: int


class Confirmed(Sent):
    """The account's name, typed by who wants something gone; a device where only its data are meant."""

    name: str
    device: int | None = None


class Gone(msgspec.Struct, kw_only=True):
    """How many buckets are gone."""

    schema: str = SCHEMA.format("hub-gone")
    buckets: int


# -- devices ----------------------------------------------------------------------------------------------------------


class DeviceRow(msgspec.Struct, kw_only=True):
    """A device that was linked; `seen_at` is its last sync, `collector` the version that sent."""

    id: int
    label: str | None
    linked_at: int
    seen_at: int | None
    revoked_at: int | None
    collector: str | None
    buckets: int


class Devices(msgspec.Struct, kw_only=True):
    """The devices of an account, the latest first."""

    schema: str = SCHEMA.format("hub-devices")
    rows: list[DeviceRow]


class Labelled(Sent):
    """What a device is called; null for nothing."""

    label: Label | None


class CorrectionRow(msgspec.Struct, kw_only=True):
    """A bucket that was lowered; `account` is told to admins alone."""

    at: int
    account: str | None
    device: int
    label: str | None
    start: int
    model: str | None
    tokens_before: int
    tokens_after: int
    data_version: int
    collector: str | None


class Corrections(msgspec.Struct, kw_only=True):
    """Corrections, the latest first."""

    schema: str = SCHEMA.format("hub-corrections")
    rows: list[CorrectionRow]
    truncated: bool


# -- others -----------------------------------------------------------------------------------------------------------


class Place(msgspec.Struct, kw_only=True):
    """A place on the board: `value` is tokens, days, or USD as decimal text; null where no price is known."""

    rank: int
    name: str
    value: int | str | None
    is_me: bool


class Board(msgspec.Struct, kw_only=True):
    """Members who show themselves, by what they used in a period of UTC days.

    `me` is always there where anything was used in it; its rank counts those that are shown and oneself.
    """

    schema: str = SCHEMA.format("hub-leaderboard")
    period: Period
    metric: Metric
    since: int | None
    rows: list[Place]
    me: Place | None
    offset: int
    row_count: int
    next_offset: int | None


class TeamRow(msgspec.Struct, kw_only=True):
    """A team that one is in."""

    id: int
    name: str
    members: int
    shares: bool
    is_owner: bool


class Teams(msgspec.Struct, kw_only=True):
    """The teams that one is in."""

    schema: str = SCHEMA.format("hub-teams")
    rows: list[TeamRow]


class Member(msgspec.Struct, kw_only=True):
    """A member; numbers are null, and the days empty, for one who does not share.

    `tokens` and `usd` are those of each day; a day's `usd` is null where no price is known.
    """

    name: str
    is_me: bool
    is_owner: bool
    numbers: Numbers | None
    active_days: int | None
    tokens: list[int]
    usd: list[str | None]


class Team(msgspec.Struct, kw_only=True):
    """What those who share used in so many UTC days; `days` are YYYY-MM-DD, oldest first, the last is today."""

    schema: str = SCHEMA.format("hub-team")
    id: int
    name: str
    is_owner: bool
    shares: bool
    days: list[str]
    members: list[Member]
    totals: Numbers


class TeamMade(Sent):
    """A new team."""

    name: TeamName


class TeamJoined(Sent):
    """A team's invite."""

    invite: Annotated[str, Meta(max_length=32)]


class Sharing(Sent):
    """Whether one shows a team what one used."""

    shares: bool


# -- admins -----------------------------------------------------------------------------------------------------------


class AccountRow(msgspec.Struct, kw_only=True):
    """An account, as admins see it."""

    name: str
    alias: str | None
    visibility: Visibility
    is_admin: bool
    is_hidden: bool
    created_at: int
    seen_at: int | None
    devices: int
    total_tokens: int
    flags: int


class Accounts(msgspec.Struct, kw_only=True):
    """A page of accounts, by name."""

    schema: str = SCHEMA.format("hub-accounts")
    rows: list[AccountRow]
    row_count: int
    next_offset: int | None


class AccountMade(Sent):
    """A new account."""

    name: Name
    is_admin: bool = False


class Hiding(Sent):
    """Whether the board leaves an account out."""

    is_hidden: bool


class FlagRow(msgspec.Struct, kw_only=True):
    """Something implausible that a person should look at: `kind` is a word, `detail` its figures in English."""

    id: int
    account: str
    device: int | None
    at: int
    kind: str
    detail: str
    verdict: Literal["fine", "wrong"] | None


class Flags(msgspec.Struct, kw_only=True):
    """Flags, those not judged first."""

    schema: str = SCHEMA.format("hub-flags")
    rows: list[FlagRow]
    truncated: bool


class Judged(Sent):
    """What a person made of a flag; null takes that back."""

    verdict: Literal["fine", "wrong"] | None
