"""All calls that a filter leaves as a file, made as it is sent: what `export` writes, byte by byte."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta
from starlette.responses import StreamingResponse

from codex_usage_tracker.reports import asks, csv_text, export, registry
from codex_usage_tracker.reports.asks import CallsChoice, Direction, filter_of, zone_of
from codex_usage_tracker.web import replies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from codex_usage_tracker.web.desk import Desk

KINDS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


class ExportAsk(CallsChoice, frozen=True, kw_only=True):
    """All calls that a filter leaves as a file."""

    format: Annotated[Literal["csv", "json"], Meta(description="The format.")] = "csv"
    sort: registry.CallSort = "time"
    direction: Direction = "asc"


async def exported(desk: Desk, request: Request) -> StreamingResponse:
    """Answer with a file; what fails before its first part is told as of any question."""
    ask = asks.read(ExportAsk, {name: request.query_params.getlist(name) for name in request.query_params})
    parts = _parts(desk, ask)
    first = await desk.run(lambda: next(parts))
    told = {"Content-Disposition": f'attachment; filename="codex-calls.{ask.format}"', **replies.UNKEPT}
    return StreamingResponse(_after(first, parts), 200, told, KINDS[ask.format])


def _parts(desk: Desk, ask: ExportAsk) -> Iterator[bytes]:
    make = csv_text.parts if ask.format == "csv" else export.parts
    with desk.reader(findings=bool(ask.finding)) as reader:
        chosen = filter_of(ask, zone_of(ask, reader))
        order = export.Order(ask.sort, ascending=ask.direction == "asc")
        for part, _ in make(zone_of(ask, reader), chosen, desk.hiding, order):
            yield part


def _after(first: bytes, parts: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from parts
