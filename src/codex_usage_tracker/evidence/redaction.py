"""Hiding secrets in texts: known formats, values that a name calls secret, and long random words.

A text is looked at as it stands and as it reads once escapes of JSON and of addresses are undone, up to three times, so
that no escape hides a secret or a part of one. Time grows with the text alone.
"""

from __future__ import annotations

import math
import os
import re
from bisect import bisect_right
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = os.path.join(os.path.dirname(__file__), "redaction_rules.txt")
LONGEST_SECRET = 2**12
"""So many characters more than are shown are looked at, so that no part of a secret is shown for being cut."""
ESCAPE = re.compile(r'\\u([0-9a-fA-F]{4})|%([0-7][0-9a-fA-F])|\\(["\\/bfnrt])')
PLAIN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
ESCAPED_TIMES = 3
LONG_WORD = re.compile(r"[A-Za-z0-9_.:/+=~,%-]{15,}")


class Rule(NamedTuple):
    """A format of secrets; a text with none of the words has no such secret."""

    kind: str
    words: tuple[str, ...]
    pattern: re.Pattern[str]

    def found(self, text: str, start: int, end: int) -> Iterator[Span]:
        """Return where such secrets stand in a part of a text."""
        group = "s" if self.pattern.groupindex else 0
        return (Span(*one.span(group), self.kind) for one in self.pattern.finditer(text, start, end))


class Span(NamedTuple):
    """Where something secret stands; of those that overlap, the first one's kind is told."""

    start: int
    end: int
    kind: str


@cache
def rules() -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """Return the formats of the data file: those of long words, those of texts in small letters."""
    with open(RULES, encoding="utf-8") as file:
        words, texts = file.read().split("[texts]\n")
    return _rules(words.partition("[words]\n")[2]), _rules(texts)


def _rules(told: str) -> tuple[Rule, ...]:
    lines = [line.split(None, 2) for line in told.splitlines() if line and line[0] != "#"]
    return tuple(Rule(kind.replace("_", " "), tuple(words.split(",")), re.compile(text)) for kind, words, text in lines)


def redacted(text: str, most: int | None = None) -> str:
    """Return a text, or its first characters, with a mark in the place of every secret: `[redacted: github token]`."""
    most = len(text) if most is None else most
    pieces, shown = [], 0
    for span in secrets(text[: most + LONGEST_SECRET]):
        if span.start < most:
            pieces += [text[shown : span.start], f"[redacted: {span.kind}]"]
            shown = span.end
    return "".join([*pieces, text[shown:most]])


def secrets(text: str) -> list[Span]:
    """Return where secrets stand, in order and apart."""
    found: list[Span] = []
    for view in _views(text):
        found += [Span(view.place(one.start), view.place(one.end), one.kind) for one in _spans(view.text)]
    joined: list[Span] = []
    for span in sorted(found, key=lambda one: (one.start, -one.end)):
        if joined and span.start < joined[-1].end:
            joined[-1] = joined[-1]._replace(end=max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


# -- views -------------------------------------------------------------------------------------------------------------


class _View:
    """A text with its escapes undone, and how its places are found in the text itself."""

    def __init__(self, text: str, under: _View | None = None) -> None:
        self.under = under
        self.text = text
        self.here, self.there = [0], [0]
        if under is not None:
            self.text = "".join(self._undone(text))

    def _undone(self, text: str) -> Iterator[str]:
        length, shown = 0, 0
        for found in ESCAPE.finditer(text):
            yield text[shown : found.start()]
            code = found[1] or found[2]
            yield chr(int(code, 16)) if code else PLAIN.get(found[3], found[3])
            length, shown = length + found.start() - shown + 1, found.end()
            self.here.append(length)
            self.there.append(shown)
        yield text[shown:]

    def place(self, at: int) -> int:
        """Return where a place of this view is in the text itself."""
        if self.under is None:
            return at
        known = bisect_right(self.here, at) - 1
        return self.under.place(self.there[known] + at - self.here[known])


def _views(text: str) -> Iterator[_View]:
    view = _View(text)
    yield view
    for _ in range(ESCAPED_TIMES):
        if not ESCAPE.search(view.text):
            return
        view = _View(view.text, view)
        yield view


# -- what is secret ----------------------------------------------------------------------------------------------------


def _spans(text: str) -> Iterator[Span]:
    lower = _lower(text)
    long_words = [found.span() for found in LONG_WORD.finditer(text)]
    of_words, of_texts = rules()
    for rule in of_words:
        if any(word in lower for word in rule.words):
            for start, end in long_words:
                yield from rule.found(text, start, end)
    for rule in of_texts:
        if any(word in lower for word in rule.words):
            yield from rule.found(lower, 0, len(lower))
    yield from _named(text, lower)
    for start, end in long_words:
        yield from _random(text, start, end)


def _lower(text: str) -> str:
    """Return a text in small letters, every one in its place."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(one.lower() if len(one.lower()) == 1 else one for one in text)


NAME = re.compile(
    r"pass(?:word|wd|phrase|code)?|pwd|secret|token|credentials?|connection[-_]?string|auth"
    r"|(?:api|app|application|access|auth|private|signing|encryption|secret|master|account|storage|license|deploy|service"
    r"|shared|session|client|subscription|webhook)[-_ ]?key",
)
MORE = r"(?:[-_]?(?:id|key|value|base64|b64|string|text|hash|[0-9]{1,3}|prod|dev|test|staging|live))?"
QUOTED = re.compile(
    rf"{MORE}[\"'`\]]{{0,2}}\s{{0,8}}(?::=|=>|==?|:|(?P<comma>,))\s{{0,8}}[brfu]{{0,2}}(\"{{3}}|'{{3}}|[\"'`])(?P<s>(?:(?!\2)[^\\\n\r]|\\.){{1,400}})",
    re.IGNORECASE,
)
"""What follows a name where a text in quotes does: `"api_key": "…"`, `password='…'`, `--token", "…"`."""
BARE = re.compile(
    rf"{MORE}[\"'`]?(?P<by>\s{{0,4}}(?::=|=>|==?|:)\s{{0,4}}|\sis\s{{1,2}})(?P<s>[^\s\"'`<>{{}}\[\]()|&;,#]{{1,400}})",
    re.IGNORECASE,
)
"""What follows a name where a word does: `DB_PASS=…`, `token: …`, `?token=…`."""
OPTION = re.compile(rf"{MORE}(?:\s{{1,4}}|=)[\"']?(?P<s>[^\s\"'<>\[\](){{}}|&;,-][^\s\"'|&;,]{{0,400}})", re.IGNORECASE)
"""What follows the name of a command's option: `--password …`."""
DASHED = re.compile(r"(?<![A-Za-z0-9])--?[A-Za-z0-9-]{0,24}\Z")
REST = re.compile(r"[^\s\"'`<>{}\[\]()|&;,#]*")
KINDS = {"pass": "password", "pwd": "password", "cred": "credential", "auth": "credential", "toke": "token"}
NO_SECRET = re.compile(
    r"(?i)(?:none|null|nil|undefined|true|false|str|string|int|bytes|bool|boolean|any|object|optional|required|default"
    r"|example|changeme|placeholder|redacted|hidden|masked|key|file|env|unset|empty|yes|no|on|off|same-origin|include"
    r"|omit|keyring|prompt|stdin|basic|bearer|oauth2?|jwt|x{3,}|\*{3,}|\.{3,}|…|-+|[-+]?[0-9._]+e?[-+]?[0-9]*"
    r"|0x[0-9a-f]{1,8}|\[redacted.*)\Z",
)
WORDS = re.compile(r"[A-Za-z]+(?:[ _.:/-][A-Za-z]+)*[.:!?…]?\Z")
CODE = re.compile(
    r"[$%@\\<{(\[]|[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+(?![A-Za-z0-9_.-])|[A-Za-z0-9_.]*\("
)
"""Variables, names of parts and calls."""
ITSELF = re.compile(
    r"(?<![A-Za-z])(?:pass|pwd|secret|token|key|cred|auth)|Pass|Pwd|Secret|Token|Key|Cred|Auth|PASS|SECRET|TOKEN|KEY",
)
LETTER = re.compile(r"[^\W_]{2}")
DIGIT = re.compile(r"[0-9]")
LEAST_TEXT = 4


def _named(text: str, lower: str) -> Iterator[Span]:
    """Return the values of what a name calls secret."""
    done = 0
    for name in NAME.finditer(lower):
        if name.start() >= done:
            value = _value(text, name)
            if value is not None:
                kind = KINDS.get(name[0][:4], "key" if name[0].endswith("key") else "secret")
                done = value[1]
                yield Span(*value, kind)


def _value(text: str, name: re.Match[str]) -> tuple[int, int] | None:
    """Return where the secret value stands that follows a name, None if there is none."""
    start, end = name.span()
    dashed = DASHED.search(text, max(0, start - 26), start)
    quoted = QUOTED.match(text, end)
    if quoted:
        likely = _is_secret_text(quoted["s"], name[0]) and (dashed or not quoted["comma"])
        return quoted.span("s") if likely else None
    bare = BARE.match(text, end)
    if bare and _is_secret_word(bare, name, text):
        rest = REST.match(text, bare.end())
        return bare.start("s"), rest.end() if rest else bare.end()
    option = OPTION.match(text, end) if dashed else None
    if option and not CODE.match(option["s"]) and not NO_SECRET.match(option["s"]):
        return option.span("s")
    return None


def _is_secret_text(value: str, name: str) -> bool:
    """Say whether a text in quotes may be a secret: no variable, no word of a program, no sentence about secrets."""
    if CODE.match(value) or NO_SECRET.match(value) or not LETTER.search(value):
        return False
    if WORDS.match(value):
        return name != "pass" and not ITSELF.search(value) and len(value) >= LEAST_TEXT
    return True


def _is_secret_word(found: re.Match[str], name: re.Match[str], text: str) -> bool:
    """Say whether a word behind a name may be a secret, where words of a program look much the same."""
    value, after = found["s"], text[found.end() : found.end() + 1]
    tight = found["by"] == "=" and after not in {"(", "[", ".", ")", ","}
    if CODE.match(value) or (NO_SECRET.match(value) and not (tight and value.isdigit() and name[0][0] == "p")):
        return False
    if tight and name[0].upper() == text[name.start() : name.end()]:
        return True
    if WORDS.match(value):
        alone = found["by"].startswith(":") and after in {"", "\n", "\r"} and name[0].startswith(("passw", "secret"))
        return (tight or alone) and not ITSELF.search(value)
    return DIGIT.search(value) is not None and len(value) >= LEAST_TEXT and after not in {"(", "["}


RANDOM = re.compile(r"(?<![A-Za-z0-9+/=_.-])[A-Za-z0-9+/_-]{28,180}={0,2}(?![A-Za-z0-9+/_-])")
HASH = re.compile(r"(?:sha\d{1,3}|md5|h1|integrity|v\d)[-_:]", re.IGNORECASE)
LOWER_RUN = re.compile(r"[a-z]+")
LEAST_ENTROPY = 4.0
"""Bits a character; words of languages and programs have less, hashes in hexadecimal digits at most four."""
LEAST_TURNS = 0.3
"""Share of neighbours that are of other sorts: capital, small, digit."""
LONGEST_RUNS = 2.8
"""Small letters in a row, on average; in names of programs there are more."""


def _random(text: str, start: int, end: int) -> Iterator[Span]:
    """Return long words that are random in capitals, small letters and digits alike."""
    for found in RANDOM.finditer(text, start, end):
        if _is_random(found[0]) and not HASH.match(found[0]) and text[found.start() - 7 : found.start()] != "base64,":
            yield Span(*found.span(), "random text")


def _is_random(word: str) -> bool:
    sorts = [1 if one.isupper() else 2 if one.islower() else 3 if one.isdigit() else 0 for one in word]
    runs = len(LOWER_RUN.findall(word))
    if not {1, 2, 3} <= set(sorts) or sorts.count(3) < 2 or sorts.count(2) / runs > LONGEST_RUNS:  # noqa: PLR2004
        return False
    turns = sum(one != other for one, other in pairwise(sorts))
    return turns / len(word) >= LEAST_TURNS and _entropy(word) >= LEAST_ENTROPY


def _entropy(word: str) -> float:
    shares = [word.count(one) / len(word) for one in set(word)]
    return -sum(share * math.log2(share) for share in shares)
