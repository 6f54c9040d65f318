"""The limits in a pasted text: `5h 79% 6:50 PM Weekly 33% Jun 7`, or the card that `/status` draws, of any version."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from codex_usage_tracker.ingest.printed.resets import reset

LONGEST_TEXT = 1_000_000
HOUR = 3_600_000
ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")
FRAME = re.compile(r"[│┃║|╭╮╰╯┌┐└┘─━═`*•\u00a0\u200b\u200e\u200f\ufeff]")
CONTINUED = re.compile(r"\(|[█░\]]|(?:\d{1,3}% )?(?:left|used)\b")
OPEN = re.compile(r"(?:\(\s*resets?|%[^%()]*\()[^)]*$", re.IGNORECASE)
CLOCK = "0123456789:"
TITLE = re.compile(r"OpenAI Codex \(v")
LABEL = re.compile(
    r"(?<![\w.])(?:(?P<hours>\d{1,3})[ -]?h(?:(?:ou)?rs?)?"
    r"|(?P<period>five[ -]hours?|daily|week|month|annual|year)(?:ly)?"
    r"|(?:secondary )?usage)"
    r"(?: credit)?(?P<limit> (?:usage )?(?:limits?|window))?\b\s*[:=]?\s*(?P<bar>\[[^\]]*\]?\s*)?",
    re.IGNORECASE,
)
PERCENT = re.compile(
    r"(?P<number>\d{1,4}(?:[.,]\d{1,4})?)\s?%(?:\s+(?P<word>left|remaining|available|used))?", re.IGNORECASE
)
SHARE = re.compile(r"(?P<used>[\d,]+(?:\.\d+)?) of (?P<total>[\d,]+(?:\.\d+)?) credits used", re.IGNORECASE)
GROUP = re.compile(r"(?P<name>[\w.-]+(?: [\w.-]+){0,4}) limits?:?", re.IGNORECASE)
NAME = re.compile(r"(?=.*[\d_-])[\w.-]+(?: [\w.-]+){0,4}")
CREDITS = re.compile(r"Credits:? (?P<number>\d[\d,]*(?:\.\d+)?)(?: credits?)?", re.IGNORECASE)
PLAN = re.compile(
    r"Account:.*[ (](?P<plan>(?:Free|Go|Plus|Pro|Team|Business|Enterprise|Edu)(?: (?:Lite|\d{1,4}x?))?)\)?"
)
LONGEST_NAME, LONGEST_WORDS, LONGEST_LINE = 60, 80, 400

PERIODS = {
    "five": "five_hour",
    "dail": "daily",
    "week": "weekly",
    "mont": "monthly",
    "annu": "annual",
    "year": "annual",
}
HOURS = {"5": "five_hour", "24": "daily", "168": "weekly"}
LENGTHS = {"five_hour": 5, "daily": 24, "weekly": 168, "monthly": 31 * 24, "annual": 366 * 24}
"""The hours after which a limit has been reset at the latest."""

ODD = {
    "limits may be stale": "Codex said that these limits may be stale.",
    "data not available yet": "Codex had no limits to show yet: ask it something, then copy /status again.",
    "not available for this account": "Codex has no limits to show for this account.",
    "refresh requested": "Codex was still asking for the limits: copy /status again.",
}


class Shown(NamedTuple):
    """One limit as a text shows it; `reset_at` in milliseconds UTC, `family` null for the limits of the plan."""

    family: str | None
    name: str
    remaining_percent: Decimal
    reset_at: int | None
    total_credits: Decimal | None
    remaining_credits: Decimal | None


class Understood(NamedTuple):
    """What a text says of the limits; `notes` tell what was odd or left out."""

    limits: list[Shown]
    plan: str | None
    credits: Decimal | None
    notes: list[str]


def understood(text: str, now: int, zone: ZoneInfo) -> Understood:
    """Read a text; where it shows a limit several times, the last one holds."""
    return _Reader(now, zone).read(text[-LONGEST_TEXT:])


class _Reader:
    """One reading of a text, line by line."""

    def __init__(self, now: int, zone: ZoneInfo) -> None:
        self.now, self.zone = now, zone
        self.limits: dict[tuple[str | None, str], Shown] = {}
        self.notes: dict[str, None] = {}
        self.card = False
        self.family: str | None = None
        self.plan: str | None = None
        self.credits: Decimal | None = None

    def read(self, text: str) -> Understood:
        self.card = TITLE.search(text) is not None
        for line in _lines(text):
            self._line(line)
        return Understood(list(self.limits.values()), self.plan, self.credits, list(self.notes))

    def _line(self, line: str) -> None:
        labels = [found for found in LABEL.finditer(line) if found["limit"] or not self.card]
        ends = [*(found.start() for found in labels), len(line)][1:]
        for label, end in zip(labels, ends, strict=bool(labels)):
            self._limit(label, line[label.end() : end], line[: label.start()] if label is labels[0] else "")
        if not labels:
            self._other(line)
        self.notes.update((note, None) for words, note in ODD.items() if words in line)

    def _other(self, line: str) -> None:
        """Read a line that shows no limit: a title, the name of a family, credits, the plan."""
        if TITLE.search(line):
            self.family = None
        elif group := GROUP.fullmatch(line[: LONGEST_NAME + 10]):
            self.family = group["name"]
        elif (credits_ := CREDITS.fullmatch(line)) and self.family is None:
            self.credits = _number(credits_["number"])
        elif plan := PLAN.fullmatch(line):
            self.plan = plan["plan"]

    def _limit(self, label: re.Match[str], rest: str, before: str) -> None:
        """Read one limit: its family stands before it, or in a line of its own further up."""
        name, before = _name(label), before.strip(" -")
        family = before if len(before) <= LONGEST_NAME and NAME.fullmatch(before) else self.family
        title = f"the {f'{family} ' if family else ''}{name.replace('five_', '5-')} limit"
        percent = PERCENT.match(rest)
        if percent is None or (self.card and percent["word"] is None):
            if label["limit"] and label["bar"]:
                self._note(f"{title} is cut off: widen the terminal and copy it again.")
            return
        left = _number(percent["number"].replace(",", "."))
        if left > 100:
            self._note(f"{title} shows more than 100 percent and was left out.")
            return
        if (percent["word"] or "").lower() == "used":
            left = 100 - left
        if 0 < left < 1:
            self._note(f"{title} has less than 1 percent left, which is kept as 0.")
            left = Decimal(0)
        if name == "other" and (family, name) in self.limits:
            self._note(f"{title} stands there more than once; the last one is kept.")
        reset_at = self._reset(rest[percent.end() :], name, title)
        self.limits[family, name] = Shown(family, name, left, reset_at, *_shares(rest))
        self.family = family

    def _reset(self, rest: str, name: str, title: str) -> int | None:
        words = rest.partition(")")[0][:LONGEST_WORDS]
        found = reset(words, self.now, self.zone)
        if found is None:
            if any(one.isdecimal() for one in words):
                self._note(f"when {title} is reset could not be understood.")
            return None
        if found.by_day:
            self._note(f"of {title} only the day of the reset is known; its first minute is taken.")
        if found.at - self.now > (LENGTHS.get(name, 10**6) + 1) * HOUR:
            self._note(f"{title} cannot be that far from its reset: was it copied some time ago, or in another zone?")
        return found.at

    def _note(self, text: str) -> None:
        self.notes[text[:1].upper() + text[1:]] = None


def _lines(text: str) -> Iterator[str]:
    """Return the lines without frames and colours, with those that were wrapped put together."""
    held = ""
    for raw in FRAME.sub(" ", ESCAPE.sub("", text)).splitlines():
        line = " ".join("".join(one if one.isprintable() else " " for one in raw).split())
        if held and line and len(held) < LONGEST_LINE and (CONTINUED.match(line) or OPEN.search(held)):
            held += line if held[-1] in CLOCK and line[0] in CLOCK else f" {line}"  # a clock that was wrapped
        else:
            yield held
            held = line
    yield held


def _name(label: re.Match[str]) -> str:
    if label["hours"]:
        return HOURS.get(str(int(label["hours"])), "other")
    return PERIODS[label["period"][:4].lower()] if label["period"] else "other"


def _shares(rest: str) -> tuple[Decimal | None, Decimal | None]:
    """Return all and the remaining credits, where a limit tells them."""
    found = SHARE.search(rest)
    if found is None:
        return None, None
    used, total = _number(found["used"]), _number(found["total"])
    return total, max(total - used, Decimal(0))


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))
