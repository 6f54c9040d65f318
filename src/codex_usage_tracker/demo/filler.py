"""Cheap filler: tool outputs and encrypted reasoning cut from blocks made once per seed."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from itertools import islice

from codex_usage_tracker.demo.dice import Dice

_BLOCK = 160_000
_LONGEST = 60_000
_SHORTEST = 24
_WORDS = (
    "account archive batch billing buffer cache cart channel client cluster config cursor customer deploy digest draft "
    "event export feature fetch gateway handler import index invoice job journal kernel ledger limit link locale "
    "manifest member menu metric migration module notice offset order packet page parser patch payment planner policy "
    "price profile queue quota record refund region replica report request response retry route schema search session "
    "shard signal snapshot source stream tenant thread ticket timer token topic tracker transfer upload user vault "
    "vector version webhook window worker zone"
).split()


def _source(dice: Dice) -> str:
    """Return one line of invented source text."""
    one, two, three = dice.sample(_WORDS, 3)
    forms = (
        f"    {one} = await {two}_store.load({three}_id, limit={dice.span(1, 500)})",
        f"        if {one}.{two} is None or {three} > {dice.span(2, 90)}:",
        f"def {one}_{two}({three}, *, strict=True):",
        f"            return {one}({two}, {three}[{dice.span(0, 9)}])",
        f"    # the {one} keeps its {two} until the {three} is closed",
        "",
    )
    return dice.choice(forms)


def _search(dice: Dice) -> str:
    """Return one line of a text search."""
    one, two = dice.sample(_WORDS, 2)
    return f"src/{one}/{two}.py:{dice.span(3, 900)}:    {two}_{one}({dice.choice(_WORDS)})"


def _tests(dice: Dice) -> str:
    """Return one line of a test run."""
    one, two = dice.sample(_WORDS, 2)
    return f"tests/test_{one}.py::test_{two}_{dice.choice(_WORDS)} PASSED  [{dice.span(1, 99):3d}%]"


def _git(dice: Dice) -> str:
    """Return one line of a diff or of a log."""
    one, two = dice.sample(_WORDS, 2)
    sign = dice.choice("+- ")
    forms = (f"{sign}    {one}.{two}({dice.choice(_WORDS)})", f"{dice.hexes(8)} {one}: tidy the {two}", f" {one}/{two}")
    return dice.choice(forms)


def _diff(dice: Dice) -> str:
    """Return one line of a patch."""
    one, two = dice.sample(_WORDS, 2)
    return f"{dice.choice('+- ')}    {one}.{two}({dice.choice(_WORDS)})"


def _listing(dice: Dice) -> str:
    """Return one line of a directory listing."""
    return (
        f"-rw-r--r-- 1 robin robin {dice.span(90, 99_999):6d} Mar {dice.span(1, 28):2d} 09:41 {dice.choice(_WORDS)}.py"
    )


def _build(dice: Dice) -> str:
    """Return one line of a build."""
    one, two = dice.sample(_WORDS, 2)
    return f"[{dice.span(1, 240)}/240] building {one}-{two} ({dice.span(10, 900)} ms)"


_KINDS: dict[str, Callable[[Dice], str]] = {
    "source": _source,
    "search": _search,
    "tests": _tests,
    "git": _git,
    "diff": _diff,
    "listing": _listing,
    "build": _build,
}


def _block(dice: Dice, line: Callable[[Dice], str]) -> str:
    """Return a block of invented lines."""
    some = "\n".join(islice(iter(lambda: line(dice), None), 1_500)) + "\n"
    return some * (1 + _BLOCK // len(some))


class Filler:
    """Blocks of text to cut from."""

    def __init__(self, dice: Dice) -> None:
        """Make the blocks."""
        self.dice = dice
        self._texts = {kind: _block(dice, line) for kind, line in _KINDS.items()}
        self._cipher = urlsafe_b64encode(dice.randbytes(3 * _BLOCK // 4)).decode()

    def text(self, kind: str, size: float) -> str:
        """Return about `size` characters of output of the given kind, from the start of a line."""
        block = self._texts[kind]
        length = max(_SHORTEST, min(_LONGEST, int(size)))
        start = block.find("\n", int(self.dice.random() * (_BLOCK - _LONGEST - 200))) + 1
        return block[start : start + length]

    def secret(self, size: float) -> str:
        """Return about `size` characters that look encrypted."""
        length = max(_SHORTEST, min(_LONGEST, int(size))) // 4 * 4
        start = int(self.dice.random() * (_BLOCK - _LONGEST))
        return f"gAAAAAB{self._cipher[start : start + length]}="


class Appetite:
    """Steers how much filler the history takes so that it comes to the wished bytes per call."""

    _PLAIN = 1_640
    _FULL = 4_850
    _LEAST = 250
    _PATIENCE = 1_500
    _PRIOR = 300

    def __init__(self, target: int) -> None:
        """Start with what the lines themselves are known to take."""
        self.target = target
        self.calls = 0
        self.written = 0
        self.eaten = 0
        self.detail = 1.0
        self.filler = 0.0
        self._set()

    def _set(self) -> None:
        """Set the share of turns written in full and the filler per call from what was written so far."""
        missing = self.target * self.calls - self.written
        wish = self.target + missing / self._PATIENCE
        lines = (self._FULL * self._PRIOR + self.written - self.eaten) / (self._PRIOR + self.calls)
        if self.target < self._FULL + self._LEAST:
            self.detail = min(1.0, max(0.0, (wish - self._PLAIN) / (self._FULL + self._LEAST - self._PLAIN)))
            self.filler = self._LEAST
        else:
            self.filler = max(self._LEAST, wish - lines)

    def eat(self, size: int) -> None:
        """Note filler that went into a line."""
        self.eaten += size

    def digest(self, size: int, calls: int) -> None:
        """Note a finished file."""
        self.written += size
        self.calls += calls
        self._set()

    def output_size(self, dice: Dice) -> float:
        """Return a size for the output of a tool, which the log holds twice."""
        return dice.around(0.235 * self.filler, 1.05)

    def secret_size(self, dice: Dice) -> float:
        """Return a size for the encrypted part of a reasoning item."""
        return dice.around(0.32 * self.filler, 0.55)
