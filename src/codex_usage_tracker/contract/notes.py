"""What the parser's notes on a log mean."""

from typing import NamedTuple


class Meaning(NamedTuple):
    """A note in words, and whether it is to be expected in a log that is in order."""

    text: str
    expected: bool


UNCOUNTED_COMPACTION = "compaction_without_usage"

MEANINGS = {
    UNCOUNTED_COMPACTION: Meaning("a compaction was billed, but the client wrote no usage for it", expected=True),
    "unknown_type": Meaning("a line of a kind that this version does not know", expected=False),
    "invalid_json": Meaning("a line that is no JSON", expected=False),
    "unexpected_shape": Meaning("a line whose fields are not as expected", expected=False),
    "missing_field": Meaning("a line that lacks a field it should have", expected=False),
    "invalid_counter": Meaning("a token count that cannot be", expected=False),
    "invalid_timestamp": Meaning("a line without a time that can be read", expected=False),
    "oversized_line": Meaning("a line too long to be read", expected=False),
    "damaged_compression": Meaning("a compressed log that breaks off", expected=False),
}


def meaning(code: str) -> Meaning:
    """Return what a note means; one that is not known is not expected."""
    return MEANINGS.get(code) or Meaning(code.replace("_", " "), expected=False)
