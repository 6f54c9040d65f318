"""All that travels between a machine and its hub: nothing but what stands here can leave."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

UPLOAD_SCHEMA = "codex-usage-tracker-upload-v1"
QUARTER_MS = 900_000
MOST_BUCKETS = 500
MOST_CALLS = 20_000
"""In one upload; a bucket of more is damage."""

Count = Annotated[int, Meta(ge=0, lt=2**62)]
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$(?!\n)")]
MODEL = r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}$(?!\n)"
"""Names of models; another text, which may be anything, is sent as unknown."""
Model = Annotated[str, Meta(pattern=MODEL)]
LABEL = r"^[^\x00-\x1f\x7f-\x9f<>&\"'\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+$(?!\n)"
"""Nothing that would be read as markup, and nothing that is not seen or turns what stands beside it around."""
MOST_LABEL = 64
Label = Annotated[str, Meta(min_length=1, max_length=MOST_LABEL, pattern=LABEL)]


class SentCall(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """One call, as a list of a hash and five token counts.

    The hash is HMAC-SHA256 of the call's key under the account's, cut to 16 hex digits: the same call has the same one
    on every machine of the account, and nobody else's key gives it.
    """

    hash: Hash
    input: Count
    cached_input: Count
    cache_write_input: Count
    output: Count
    reasoning_output: Count

    @property
    def trouble(self) -> str:
        """Why the counts cannot be those of a call; empty if they can."""
        if self.cached_input + self.cache_write_input > self.input:
            return "more cached and written input than input"
        return "more reasoning than output" if self.reasoning_output > self.output else ""


class SentBucket(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """All calls of one model within a quarter of an hour that begins at `start` (ms UTC), in place of those before.

    An unknown model is left out. With `keep`, calls that the machine sent before and that are not in it stay, where
    they were counted by the same data version: the machine has a database that may have lost some.
    """

    start: Annotated[int, Meta(ge=0, lt=2**53)]
    model: Model | None = None
    keep: bool = False
    calls: list[SentCall]

    @property
    def trouble(self) -> str:
        """Why it cannot be taken; empty if it can."""
        if self.start % QUARTER_MS:
            return "it does not start at a quarter of an hour"
        if len({call.hash for call in self.calls}) < len(self.calls):
            return "a call stands in it twice"
        return next((call.trouble for call in self.calls if call.trouble), "")


class Upload(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a machine sends: the program's version, how it counts, what it is called, buckets that are new or changed.

    `buckets` are each a `SentBucket`, read one by one, so that one that is wrong keeps none of the others away. The
    label is the one that the user chose; none leaves the one that the hub has.
    """

    schema: str
    collector: Annotated[str, Meta(pattern=r"^[0-9A-Za-z.+-]{1,32}$(?!\n)")]
    data_version: Annotated[int, Meta(ge=0, lt=2**31)]
    label: Label | None = None
    buckets: Annotated[list[msgspec.Raw], Meta(max_length=MOST_BUCKETS)]


class Rejected(msgspec.Struct):
    """A bucket of an upload that was not taken, by its place, and why."""

    index: int
    reason: str


class Received(msgspec.Struct):
    """What became of an upload.

    `hub` names the hub's database, so that another one is noticed; `heard_at` is when it took the device's upload
    before this one (0: never), so that an older copy of it is noticed too.
    """

    accepted: int
    unchanged: int
    rejected: list[Rejected]
    hub: str
    heard_at: int


class LinkAsk(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A device that wants to be linked: a code, what the user calls it, and a word that tells a repeated request."""

    code: Annotated[str, Meta(min_length=8, max_length=16)]
    request: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$(?!\n)")]
    label: Label | None = None


class Linked(msgspec.Struct, kw_only=True):
    """A linked device: the account's name, the key of its hashes (hex), and the token, told this once."""

    account: str
    device: int
    key: str
    token: str
    hub: str
