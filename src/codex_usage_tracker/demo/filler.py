"""Cheap filler: tool outputs and encrypted reasoning cut from blocks made once per seed, and how much of it."""

from base64 import urlsafe_b64encode

from codex_usage_tracker.demo.dice import Dice
from codex_usage_tracker.demo.stage import STAGE

_BLOCK = 160_000
_LONGEST = 60_000
_SHORTEST = 24
_PLAIN = 1_640
_FULL = 4_850
_LEAST = 250
_PATIENCE = 1_500
_PRIOR = 300


def _block(dice: Dice, forms: list[str]) -> str:
    """Return invented lines, again and again."""
    some, words = "", STAGE.words.split()
    for _ in range(1_500):
        one, two, three = dice.sample(words, 3)
        marks = {"sign": dice.pick("+- "), "hexes": dice.hexes(8), "digit": dice.span(0, 9)}
        numbers = {"number": dice.span(3, 900), "percent": dice.span(1, 28)}
        some += dice.pick(forms).format(one=one, two=two, three=three, **marks, **numbers) + "\n"
    return some * (1 + _BLOCK // len(some))


def _length(size: float) -> int:
    return max(_SHORTEST, min(_LONGEST, int(size)))


class Filler:
    """Text to cut from, steered so that the history comes to the wished bytes per call.

    Where these are fewer than the lines themselves take, only a share of the turns (`detail`) is written in full.
    """

    def __init__(self, dice: Dice, wished: int) -> None:
        self.dice = dice
        self.detail = 1.0
        self._wished = wished
        self._texts = {kind: _block(dice, forms) for kind, forms in STAGE.forms.items()}
        self._cipher = urlsafe_b64encode(dice.randbytes(3 * _BLOCK // 4)).decode()
        self._calls = self._written = self._eaten = 0
        self.digest(0, 0)

    def digest(self, size: int, calls: int) -> None:
        """Note a finished file, and steer by what was written so far."""
        self._written += size
        self._calls += calls
        wish = self._wished + (self._wished * self._calls - self._written) / _PATIENCE
        lines = (_FULL * _PRIOR + self._written - self._eaten) / (_PRIOR + self._calls)
        self._size = max(_LEAST, wish - lines)
        if self._wished < _FULL + _LEAST:
            self.detail = min(1.0, max(0.0, (wish - _PLAIN) / (_FULL + _LEAST - _PLAIN)))
            self._size = _LEAST

    def output(self, kind: str, share: float = 1.0) -> str:
        """Return the output of a tool, which the log holds twice, from the start of a line."""
        block = self._texts[kind]
        start = block.find("\n", int(self.dice.random() * (_BLOCK - _LONGEST - 200))) + 1
        text = block[start : start + _length(share * self.dice.around(0.235 * self._size, 1.05))]
        self._eaten += 2 * len(text)
        return text

    def thought(self) -> str:
        """Return the encrypted part of a reasoning item."""
        text = self.secret(self.dice.around(0.32 * self._size, 0.55))
        self._eaten += len(text)
        return text

    def secret(self, size: float) -> str:
        """Return about `size` characters that look encrypted."""
        start = int(self.dice.random() * (_BLOCK - _LONGEST))
        return f"gAAAAAB{self._cipher[start : start + _length(size) // 4 * 4]}="
