"""Counting tokens by the vocabulary of Codex's models, which lies in the package: nothing is ever fetched."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from codex_usage_tracker.errors import TrackerError

if TYPE_CHECKING:
    from tiktoken import Encoding

NAME = "o200k_base"
VOCABULARY = os.path.join(os.path.dirname(__file__), "vocabulary", f"{NAME}.tiktoken.gz")
SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
WORD = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
PIECES = "|".join(
    [
        rf"[^\r\n\p{{L}}\p{{N}}]?[\p{{Lu}}\p{{Lt}}\p{{Lm}}\p{{Lo}}\p{{M}}]*[\p{{Ll}}\p{{Lm}}\p{{Lo}}\p{{M}}]+{WORD}",
        rf"[^\r\n\p{{L}}\p{{N}}]?[\p{{Lu}}\p{{Lt}}\p{{Lm}}\p{{Lo}}\p{{M}}]+[\p{{Ll}}\p{{Lm}}\p{{Lo}}\p{{M}}]*{WORD}",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    ],
)
"""How tiktoken cuts a text before it looks pieces up."""
PART_CHARACTERS = 100_000
"""Longer texts are counted in parts: the library takes a time that grows faster than a text without spaces."""


class VocabularyError(TrackerError):
    """The vocabulary in the package is not the one that it should be."""

    code = "damaged_package"


@cache
def encoding() -> Encoding:
    """Return the encoding, made from the vocabulary once; it takes half a second and 80 MB."""
    import gzip  # noqa: PLC0415  (few commands count tokens)
    import hashlib  # noqa: PLC0415
    from binascii import a2b_base64  # noqa: PLC0415

    from tiktoken import Encoding  # noqa: PLC0415

    try:
        with gzip.open(VOCABULARY) as file:
            told = file.read()
    except (OSError, EOFError):
        told = b""
    if hashlib.sha256(told).hexdigest() != SHA256:
        raise VocabularyError("the vocabulary of the tokenizer is damaged", "Install the package again.")
    ranks = dict(zip(map(a2b_base64, told.split()[::2]), range(200_000), strict=False))
    return Encoding(NAME, pat_str=PIECES, mergeable_ranks=ranks, special_tokens={"<|endoftext|>": 199_999})


def tokens(text: str) -> int:
    """Return how many tokens a text has; what would be a special token is text."""
    encode = encoding().encode_ordinary
    parts = range(0, len(text), PART_CHARACTERS)
    return sum(len(encode(text[start : start + PART_CHARACTERS])) for start in parts)
