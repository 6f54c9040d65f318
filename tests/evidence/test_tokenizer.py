"""Tokens are counted as tiktoken does, by the vocabulary of the package, and nothing is fetched."""

import gzip
import hashlib
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import tiktoken
from tiktoken_ext import openai_public  # type: ignore[import-untyped]

from codex_usage_tracker.evidence import tokenizer

ADDRESS = b"https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
TEXTS = [
    "",
    "hello",
    "Hello, world! It's 12345 o'clock.",
    "\n\n  \t def f(x):\n\treturn x\r\n",
    "\u6f22\u5b57\u3068 \u304b\u306a, \ud55c\uad6d\uc5b4",
    "\U0001f642 e\u0301",
    "<|endoftext|> and <|endofprompt|>",
    '{"a": [1, 2.5e-7, null], "b": "\\u00e9"}',
    "a" * 5000,
    " " * 5000,
    "\ud800 alone",
    Path(__file__).read_text(encoding="utf-8"),
]


@pytest.fixture
def reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tiktoken.Encoding:
    """Tiktoken's own encoding, made from its own description, with the vocabulary where it looks for it first."""
    name = hashlib.sha1(ADDRESS, usedforsecurity=False).hexdigest()
    with gzip.open(tokenizer.VOCABULARY) as packed, (tmp_path / name).open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    return tiktoken.Encoding(**openai_public.o200k_base())


def test_counts_are_those_of_tiktoken(reference: tiktoken.Encoding) -> None:
    assert [tokenizer.tokens(text) for text in TEXTS] == [len(reference.encode_ordinary(text)) for text in TEXTS]


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    tokenizer.encoding.cache_clear()
    assert tokenizer.tokens("hello world") == 2


@pytest.mark.parametrize("sign", [" ", "\n", "a", "{", "\u6c49"])
def test_a_text_of_one_sign_is_counted(sign: str) -> None:
    """As one piece, a million blanks are too much for tiktoken's patterns."""
    assert tokenizer.tokens(sign * 1_000_000) > 0


def test_another_vocabulary_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer.encoding.cache_clear()
    for content in (gzip.compress(b"aGVsbG8= 0\n"), b"no archive", None):
        path = tmp_path / "vocabulary.gz"
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        monkeypatch.setattr(tokenizer, "VOCABULARY", str(path))
        with pytest.raises(tokenizer.VocabularyError):
            tokenizer.encoding()


def test_it_is_loaded_only_where_tokens_are_counted() -> None:
    code = "import sys; from codex_usage_tracker.evidence import window; from codex_usage_tracker import tracker"
    told = subprocess.run(
        [sys.executable, "-c", f"{code}; print('tiktoken' in sys.modules)"], capture_output=True, check=True
    )
    assert told.stdout.strip() == b"False"


def test_the_vocabulary_is_small_and_comes_with_its_licence() -> None:
    path = Path(tokenizer.VOCABULARY)
    assert path.stat().st_size < 2_000_000
    assert "MIT License" in (path.parent / "LICENSE.txt").read_text(encoding="utf-8")
