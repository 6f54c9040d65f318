"""A hub as Python asks it, by the token of a linked device."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from codex_usage_tracker.contract import Summary
from codex_usage_tracker.contract.pictures import Heatmap, Timeseries
from codex_usage_tracker.contract.server import Health
from codex_usage_tracker.hub import contract
from codex_usage_tracker.hub.client.sending import TRIES, Line
from codex_usage_tracker.hub.protocol import LinkAsk, Linked, Received, Upload

if TYPE_CHECKING:
    from codex_usage_tracker.hub.client.links import Link

T = TypeVar("T")


class HubClient:
    """A hub, asked as one of the devices of an account; without a token it can only link."""

    def __init__(self, url: str, token: str = "", *, tries: int = TRIES) -> None:
        self._line = Line(url, token, tries=tries)

    @classmethod
    def of(cls, link: Link, *, tries: int = TRIES) -> HubClient:
        """Return the hub that this machine is linked to."""
        return cls(link.url, link.token, tries=tries)

    @property
    def url(self) -> str:
        """The hub's address."""
        return self._line.url

    # -- sending ------------------------------------------------------------------------------------------------------

    def link(self, code: str, label: str | None = None) -> Linked:
        """Make a device by a code; an answer that is lost on the way is asked for again."""
        asked = LinkAsk(code=code, request=secrets.token_hex(16), label=label)
        return self._line.ask("POST", "/v1/link", Linked, asked)

    def unlink(self) -> None:
        """Have the hub take nothing from this device any more."""
        self._line.ask("POST", "/v1/unlink", Health, {})

    def sync(self, upload: Upload) -> Received:
        """Send buckets, each in place of what was sent of it before."""
        return self._line.ask("POST", "/v1/sync", Received, upload)

    # -- asking -------------------------------------------------------------------------------------------------------

    def me(self) -> contract.Me:
        """Return the account of this device."""
        return self._get("hub", contract.Me)

    def summary(self, **given: Any) -> Summary:
        """Return totals by groups; parameters are those of `/api/summary`."""
        return self._get("summary", Summary, given)

    def series(self, **given: Any) -> Timeseries:
        """Return usage over time."""
        return self._get("series", Timeseries, given)

    def heatmap(self, **given: Any) -> Heatmap:
        """Return days and hours."""
        return self._get("heatmap", Heatmap, given)

    def devices(self) -> contract.Devices:
        """Return the devices of the account."""
        return self._get("devices", contract.Devices)

    def leaderboard(
        self, period: contract.Period = "week", metric: contract.Metric = "tokens", offset: int = 0,
    ) -> contract.Board:  # fmt: skip
        """Return the members who show themselves, and one's own place."""
        return self._get("leaderboard", contract.Board, {"period": period, "metric": metric, "offset": offset})

    def export(self) -> bytes:
        """Return all that the hub has of the account, as JSON."""
        return self._line.fetch("GET", "/api/export")

    def delete(self, name: str, device: int | None = None) -> contract.Gone:
        """Delete what was sent, all or of one device; the account's name says that it is meant."""
        return self._line.ask("DELETE", "/api/data", contract.Gone, contract.Confirmed(name=name, device=device))

    def _get(self, name: str, kind: type[T], given: dict[str, Any] | None = None) -> T:
        asked = {key: value for key, value in (given or {}).items() if value is not None}
        query = f"?{urlencode(asked, doseq=True)}" if asked else ""
        return self._line.ask("GET", f"/api/{name}{query}", kind)
