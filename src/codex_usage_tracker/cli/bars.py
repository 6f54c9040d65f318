"""Bars: tokens by kind as differently shaded blocks, and how full something is."""

from codex_usage_tracker.cli.screen import Screen
from codex_usage_tracker.cli.table import Picture
from codex_usage_tracker.contract import Tokens

LEAST = 28
LEAST_BESIDE_TEXTS = 12
MOST = 60


def tokens_bar(numbers: Tokens, largest: int) -> Picture:
    """Return a bar of a group's tokens, as long in proportion to the largest group's."""

    def draw(width: int, screen: Screen) -> str:
        cached, uncached, output = parts(numbers, largest, width, len(screen.glyphs.eighths))
        glyphs = screen.glyphs
        end = _eighths(output, glyphs.eighths)
        blank = " " * (width - cached - uncached - len(end))
        return (
            screen.style(glyphs.cached * cached, "cached")
            + screen.style(glyphs.uncached * uncached, "uncached")
            + screen.style(end, "output")
            + blank
        )

    return draw


def parts(numbers: Tokens, largest: int, width: int, steps: int) -> tuple[int, int, int]:
    """Return whole cells of cached and uncached input, and steps of a cell (eighths, if it has so many) of output."""
    if not numbers.total_tokens or not largest:
        return 0, 0, 0
    length = max(1, round(numbers.total_tokens / largest * width * steps))
    output = min(length, max(1, round(numbers.output_tokens / largest * width * steps))) if numbers.output_tokens else 0
    whole = max((length - output) // steps, not output)
    cached = round(whole * numbers.cached_input_tokens / numbers.input_tokens) if numbers.input_tokens else 0
    return cached, whole - cached, min(output, (width - whole) * steps)


def _eighths(count: int, glyphs: str) -> str:
    whole, rest = divmod(count, len(glyphs))
    return glyphs[-1] * whole + (glyphs[rest - 1] if rest else "")


def legend(width: int, screen: Screen) -> str:
    """Return what the shades mean, as far as there is room."""
    glyphs = screen.glyphs
    words = ((glyphs.cached, "cached"), (glyphs.uncached, "uncached"), (glyphs.eighths[-1], "output"))
    used = sum(len(word) + 3 for _, word in words) - 1
    if used > width:
        return " " * width
    drawn = " ".join(f"{screen.style(glyph, word)} {screen.style(word, 'faint')}" for glyph, word in words)
    return drawn + " " * (width - used)


def level(percent: float | None, width: int, screen: Screen, style: str = "") -> str:
    """Return a bar of so many columns that is filled to a percentage."""
    full = max(0.0, min(percent or 0.0, 100.0)) / 100 * width
    eighths = round(full * len(screen.glyphs.eighths))
    filled = _eighths(eighths, screen.glyphs.eighths)
    return screen.style(filled, style) + screen.style(screen.glyphs.track * (width - len(filled)), "faint")
