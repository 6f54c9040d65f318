"""Texts from logs as cells of a terminal: made harmless, measured, and cut to a width."""

import unicodedata

SPACES = "\t\n\r\v\f\x85\u2028\u2029"
JOINERS = "\u200c\u200d"
"""Of the invisible format characters these two stay: emoji and some scripts are written with them."""


def safe(text: str) -> str:
    """Return a text on one line, without characters that would steer the terminal or hide themselves."""
    if text.isascii() and text.isprintable():
        return text
    spaced = "".join(" " if one in SPACES else one for one in text)
    return "".join(
        one for one in spaced if one in JOINERS or unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )


def cells(text: str) -> int:
    """Return how many columns a text takes."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(one: str) -> int:
    if unicodedata.category(one) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(one) in "WF" else 1


def cut(text: str, width: int, more: str = "…") -> str:
    """Return a text that takes no more than so many columns, with a mark where something is left out."""
    if cells(text) <= width:
        return text
    kept, room = [], width - cells(more)
    for one in text:
        room -= _cells(one)
        if room < 0:
            break
        kept.append(one)
    return "".join(kept) + more if width > 0 else ""


def cut_start(text: str, width: int, more: str = "…") -> str:
    """Return a text that is cut at its beginning, as paths are."""
    return text if cells(text) <= width else cut(text[::-1], width, more[::-1])[::-1]


def cut_list(text: str, width: int, more: str = "…") -> str:
    """Return a list whose last names are left out until the others fit, and counted: Cold resume, high cost +7."""
    named, _, others = text.partition(" +")
    count = int(others or 0)
    while cells(text) > width and ", " in named:
        named, count = named.rpartition(", ")[0], count + 1
        text = f"{named} +{count}"
    rest = text.removeprefix(named)
    return cut(cut(named, width - len(rest), more) + rest, width, more)


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Return a text filled up with spaces to so many columns."""
    space = " " * (width - cells(text))
    return space + text if right else text + space
