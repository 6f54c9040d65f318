"""Texts, figures, bars and tables."""

import pytest

from codex_usage_tracker.cli import bars, figures
from codex_usage_tracker.cli.screen import ASCII, UNICODE, Screen
from codex_usage_tracker.cli.table import Column, Table
from codex_usage_tracker.cli.text import cells, cut, cut_list, cut_start, pad, safe
from codex_usage_tracker.contract import Tokens

PLAIN = Screen(None, colour=False, glyphs=UNICODE)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("tab\tand\r\nline", "tab and  line"),
        ("\x1b[31mred\x07", "[31mred"),
        ("\u202eabc\u2066\ufeff", "abc"),
        ("\x9b31m", "31m"),
        ("\ud800lone", "lone"),
        ("[bold]markup[/]", "[bold]markup[/]"),
        ("👩\u200d💻", "👩\u200d💻"),
    ],
)
def test_safe(text: str, shown: str) -> None:
    assert safe(text) == shown


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("🦊", 2), ("", 0)])
def test_cells(text: str, width: int) -> None:
    assert cells(text) == width


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("abcdef", 6, "abcdef"), ("abcdef", 4, "abc…"), ("漢字漢字", 5, "漢字…"), ("漢字", 3, "漢…"), ("abc", 0, "")],
)
def test_cut(text: str, width: int, shown: str) -> None:
    assert cut(text, width) == shown
    assert cells(cut(text, width)) <= width


def test_cut_start_and_pad() -> None:
    assert cut_start("/home/me/code", 6) == "…/code"
    assert pad("漢", 4) == "漢  "
    assert pad("1", 3, right=True) == "  1"


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("Cold resume, cache break", 24, "Cold resume, cache break"),
        ("Cold resume, cache break", 23, "Cold resume +1"),
        ("Cold resume, cache break, high cost +7", 38, "Cold resume, cache break, high cost +7"),
        ("Cold resume, cache break, high cost +7", 37, "Cold resume, cache break +8"),
        ("Cold resume, cache break, high cost +7", 20, "Cold resume +9"),
        ("Cold resume, cache break, high cost +7", 10, "Cold r… +9"),
        ("Cold resume, cache break", 3, " +1"),
        ("Cold resume", 8, "Cold re…"),
        ("Cold resume, cache break", 2, " …"),
        ("", 8, ""),
    ],
)
def test_names_of_a_list_that_do_not_fit_are_counted(text: str, width: int, shown: str) -> None:
    assert cut_list(text, width) == shown
    assert cells(cut_list(text, width)) <= width


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0"),
        (950, "950"),
        (999, "999"),
        (1000, "1.00k"),
        (9_999, "10.0k"),
        (12_345, "12.3k"),
        (99_950, "100k"),
        (999_499, "999k"),
        (999_500, "1.00M"),
        (12_040_741, "12.0M"),
        (5 * 10**9, "5.00B"),
        (10**15, "1000T"),
        (None, "-"),
    ],
)
def test_tokens(count: int | None, shown: str) -> None:
    assert figures.tokens(count) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 0, "-"), (0, 10, "0%"), (1, 1000, "<1%"), (999, 1000, ">99%"), (1, 2, "50%"), (10, 10, "100%")],
)
def test_share(part: int, whole: int, shown: str) -> None:
    assert figures.share(part, whole) == shown


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (None, "-"),
        (12, "12 ms"),
        (1500, "1.5 s"),
        (60_000, "1 min"),
        (80_000, "1 min 20 s"),
        (7_800_000, "2 h 10 min"),
        (90_000_000, "1 d 1 h"),
        (86_400_000, "1 d"),
    ],
)
def test_length(milliseconds: int | None, shown: str) -> None:
    assert figures.length(milliseconds) == shown


def test_age_size_and_count() -> None:
    assert [
        figures.age(at, 10**9) for at in (10**9, 10**9 - 120_000, 10**9 - 7_200_000, 10**9 - 2 * 86_400_000, None)
    ] == [
        "just now",
        "2 min ago",
        "2 h ago",
        "2 d ago",
        "-",
    ]
    assert [figures.size(count) for count in (0, 999, 1_048_576, 3 * 10**9)] == ["0 B", "999 B", "1.05 MB", "3.00 GB"]
    assert [figures.counted(count, "file") for count in (0, 1, 1200)] == ["0 files", "1 file", "1,200 files"]
    assert figures.percent(89.5) == "89.5%"
    assert figures.roughly(20_000) == "less than a minute"


def numbers(inputs: int, cached: int, output: int) -> Tokens:
    return Tokens(
        calls=1,
        input_tokens=inputs,
        cached_input_tokens=cached,
        cache_write_input_tokens=0,
        uncached_input_tokens=inputs - cached,
        output_tokens=output,
        reasoning_output_tokens=0,
        total_tokens=inputs + output,
    )


@pytest.mark.parametrize(
    ("counts", "bar"),
    [
        ((80, 60, 20), "░░░░░░▓▓██"),
        ((0, 0, 0), ""),
        ((100, 100, 0), "░░░░░░░░░░"),
        ((0, 0, 100), "██████████"),
        ((1, 0, 0), "▓"),
        ((99, 99, 1), "░░░░░░░░░▏"),
        ((40, 40, 10), "░░░░█"),
    ],
)
def test_bars_are_as_long_as_their_tokens(counts: tuple[int, int, int], bar: str) -> None:
    drawn = bars.tokens_bar(numbers(*counts), 100)(10, PLAIN)
    assert len(drawn) == 10
    assert drawn.rstrip() == bar


def test_a_bar_of_ascii() -> None:
    assert bars.tokens_bar(numbers(80, 60, 20), 100)(10, PLAIN._replace(glyphs=ASCII)) == "------==##"


@pytest.mark.parametrize(
    ("percent", "bar"), [(0, "────"), (50, "██──"), (100, "████"), (140, "████"), (None, "────"), (56.25, "██▎─")]
)
def test_levels(percent: float | None, bar: str) -> None:
    assert bars.level(percent, 4, PLAIN) == bar


def test_a_column_leaves_before_a_text_is_cut_to_nothing() -> None:
    columns = [
        Column("Name", right=False, shrinks=True),
        Column("Long", leaves=2),
        Column("Short", leaves=1),
        Column("Total"),
    ]
    table = Table(columns, [["a name that is long", "123456", "12", "1"]])
    widths = {60: 4, 35: 3, 27: 2, 12: 2}
    for width, count in widths.items():
        header, row = table.lines(Screen(width, colour=False, glyphs=UNICODE))
        assert len(header.split()) == count, width
        assert cells(row) <= width
    assert list(table.lines(PLAIN))[1] == "a name that is long  123456     12      1"


def test_a_picture_takes_the_rest() -> None:
    columns = [Column("A"), Column(bars.legend, right=False, least=4, most=12)]
    table = Table(columns, [["1", lambda width, _screen: "x" * width]], ["2", ""])
    assert [list(table.lines(Screen(width, colour=False, glyphs=UNICODE)))[1] for width in (7, 10, 99)] == [
        "1  xxxx",
        "1  xxxxxxx",
        "1  xxxxxxxxxxxx",
    ]
