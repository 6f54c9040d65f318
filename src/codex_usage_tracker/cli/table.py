"""Tables that fit where they are drawn: columns leave where there is little room, texts are cut, pictures stretch."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.text import cells, cut, pad, safe

Picture = Callable[[int, Screen], str]
"""Draws itself with colours in so many columns, no more and no fewer."""
Cell = str | Picture

GAP = "  "
USUAL_TEXT = 18
"""Texts are cut to this before columns leave, and to less when no more can."""


class Column(NamedTuple):
    """A column with what makes its cells of a row's subject; of those with a `leaves`, the highest leaves first."""

    title: str | Picture
    cell: Callable[[Any], Cell] = str
    right: bool = True
    leaves: int = 0
    style: str = ""
    shrinks: bool = False
    shorten: Callable[[str, int, str], str] = cut
    least: int = 0
    most: int = 0


class Laid(NamedTuple):
    """A column that is shown, its place in the rows, and its width."""

    column: Column
    place: int
    width: int


class Table(NamedTuple):
    """Columns with rows of as many cells, and perhaps a last row of totals."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    totals: Sequence[Cell] = ()

    def lines(self, screen: Screen) -> Iterator[str]:
        """Draw the table."""
        laid = self._laid_out(screen)
        yield _line([one.column.title for one in laid], laid, screen, "faint")
        for row in self.rows:
            yield _line([row[one.place] for one in laid], laid, screen)
        if self.totals:
            yield screen.style(screen.glyphs.rule * _whole_width(laid), "faint")
            yield _line([self.totals[one.place] for one in laid], laid, screen, "strong")

    def _laid_out(self, screen: Screen) -> list[Laid]:
        laid = [Laid(column, place, self._natural(column, place)) for place, column in enumerate(self.columns)]
        if screen.width is None:
            return laid
        while _least_width(laid) > screen.width and (leaving := max(laid, key=_leaves)).column.leaves:
            laid.remove(leaving)
        return _fitted(laid, screen.width)

    def _natural(self, column: Column, place: int) -> int:
        """Return the width that a column likes to have."""
        if column.least:
            return column.least
        rows = [*self.rows, self.totals] if self.totals else self.rows
        texts = [cells(safe(row[place])) for row in rows if isinstance(row[place], str)]  # type: ignore[arg-type]
        return max([*texts, cells(column.title) if isinstance(column.title, str) else 0])


def table_of(columns: Sequence[Column], subjects: Iterable[Any]) -> Table:
    """Return a table with a row for each subject."""
    return Table(columns, [[column.cell(subject) for column in columns] for subject in subjects])


def _leaves(one: Laid) -> int:
    return one.column.leaves


def _whole_width(laid: Sequence[Laid]) -> int:
    return sum(one.width for one in laid) + len(GAP) * (len(laid) - 1)


def _least_width(laid: Sequence[Laid]) -> int:
    return _whole_width([one._replace(width=min(one.width, USUAL_TEXT)) if one.column.shrinks else one for one in laid])


def _fitted(laid: list[Laid], width: int) -> list[Laid]:
    """Shrink the widest texts, step by step, until all fits, and give pictures what is left."""
    room = width - _whole_width(laid)
    while room < 0 and (widest := max(laid, key=lambda one: one.width if one.column.shrinks else 0)).column.shrinks:
        if widest.width == 1:
            break
        laid = [one._replace(width=one.width - 1) if one is widest else one for one in laid]
        room += 1
    pictures = [one for one in laid if one.column.most]
    for one in pictures:
        wider = min(max(room, 0) // len(pictures), one.column.most - one.width)
        laid[laid.index(one)] = one._replace(width=one.width + wider)
    return laid


def _line(row: Sequence[Cell], laid: Sequence[Laid], screen: Screen, style: str = "") -> str:
    drawn = [_drawn(cell, one, screen, style) for cell, one in zip(row, laid, strict=True)]
    return GAP.join(drawn).rstrip()


def _drawn(cell: Cell, one: Laid, screen: Screen, style: str) -> str:
    if not isinstance(cell, str):
        return cell(one.width, screen)
    text = pad(one.column.shorten(safe(cell), one.width, screen.glyphs.more), one.width, right=one.column.right)
    return screen.style(text, style or one.column.style)
