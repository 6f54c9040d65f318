"""Secrets are hidden, in whatever they stand; code is left as it is; no text takes long."""

import importlib
import json
import re
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codex_usage_tracker.evidence import redaction
from tests.evidence.secrets import WRAPPINGS, Secret, secrets

ROOT = Path(__file__).parents[2]
SECRETS = list(secrets())
SEEN = 8
"""So many signs of a secret in a row are enough to call it seen."""


def seen(secret: Secret, shown: str) -> list[str]:
    """Return the parts of a secret that can be read in a text."""
    parts = (secret.hidden[at : at + SEEN] for at in range(max(1, len(secret.hidden) - SEEN + 1)))
    return [part for part in parts if part in shown]


def test_there_are_many_kinds() -> None:
    assert len({secret.kind for secret in SECRETS}) > 80


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_every_secret_is_hidden_in_every_wrapping(wrapping: str) -> None:
    shown = {secret.kind: redaction.redacted(WRAPPINGS[wrapping](secret)) for secret in SECRETS}
    assert [secret.kind for secret in SECRETS if seen(secret, shown[secret.kind])] == []
    assert [kind for kind, text in shown.items() if "[redacted: " not in text] == []


def test_a_mark_says_what_was_hidden() -> None:
    token = next(secret for secret in SECRETS if secret.kind == "github ghp")
    assert redaction.redacted(f"use {token.text}.") == "use [redacted: github token]."
    assert redaction.redacted(f"TOKEN={token.text}") == "TOKEN=[redacted: github token]"
    assert redaction.redacted("export DB_PASS=hunter2 && run") == "export DB_PASS=[redacted: password] && run"
    assert redaction.redacted('{"api_key": "ab-c 9", "n": 1}') == '{"api_key": "[redacted: key]", "n": 1}'


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("curl -u me:s3cret https://example.com", "s3cret"),
        ("curl -sS --user 'me:s3cret' https://example.com", "s3cret"),
        ("mysql -uroot -ps3cret -e 'select 1'", "s3cret"),
        ("sshpass -p s3cret ssh host", "s3cret"),
        ("docker login -u me -p s3cret registry", "s3cret"),
        ("redis-cli -a s3cret ping", "s3cret"),
        ("echo s3cret | sudo -S ls", "s3cret"),
        ("openssl rsa -passin pass:s3cret", "s3cret"),
        ('["tool", "--password", "s3cret"]', "s3cret"),
        ("PGPASSWORD=s3cret psql", "s3cret"),
        ("password: correct-horse", "horse-9"),
        ('password = "correct horse battery staple"', "horse"),
        ("my password is s3cret!", "s3cret"),
        ("password=12345678", "12345678"),
        ("machine example.com login me password s3cret", "s3cret"),
        ("Server=db;User=sa;Pwd=s3cret;", "s3cret"),
        ("//registry.example.com/:_authToken=s3cret-s3cret", "s3cret"),
        ('"auth": {"token" : "s3cret-1"}', "s3cret"),
        ("{'x-api-key': 's3cret-1'}", "s3cret"),
        ('headers={"Authorization": "Token s3cret1"}', "s3cret"),
        ("apiKey: 's3cret-1',", "s3cret"),
        ('"password": "monkey"', "monkey"),
        ("  password: hunter\n  user: me", "hunter"),
        ("root:$6$saltsalt$" + "aB1/" * 10 + ":19000", "aB1/aB1/"),
        ('password = """s3cret-1"""', "s3cret"),
    ],
)
def test_what_is_called_secret_is_hidden(text: str, hidden: str) -> None:
    assert hidden not in redaction.redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "def login(user: str, password: str | None = None) -> None:",
        "token = self.next_token()",
        "password = os.environ['PASSWORD']",
        "secret = settings.secret",
        'raise ValueError("invalid token: expected a name")',
        "max_tokens=4096, total_tokens: 12",
        "input_tokens: 12,345; cached_input_tokens: 1e6",
        "for key, value in pairs.items():",
        "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
        "id 01a20118-b3f0-7781-8532-73d3a681f1ef",
        "sha512-abc integrity sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "/usr/lib/python3.11/site-packages/codex_usage_tracker/evidence/redaction.py",
        "class AbstractTestZip64InSmallFilesWithManyNames:",
        "http://localhost:8765/api/calls?limit=10&offset=20",
        "git@github.com:owner/repository.git",
        "credentials: 'same-origin'",
        'if token == "(": depth += 1',
        "export PASSWORD=$SECRET",
        "tiktoken==0.14.0",
        "  password: string;",
        "  token: Token",
        'label = "Enter your password", hint = "the key of the map"',
        "sed 's/a/$1$2$3/'",
    ],
)
def test_code_is_left_as_it_is(text: str) -> None:
    assert redaction.redacted(text) == text


# -- escapes and cuts --------------------------------------------------------------------------------------------------


@given(st.sampled_from(SECRETS), st.data())
def test_no_escape_of_json_hides_a_secret_or_a_part_of_it(secret: Secret, data: st.DataObject) -> None:
    escaped = data.draw(st.sets(st.integers(0, len(secret.text) - 1), max_size=12))
    text = json.dumps(secret.text)[1:-1] if "\n" in secret.text else secret.text
    if "\n" not in secret.text:
        text = "".join(f"\\u{ord(one):04x}" if at in escaped else one for at, one in enumerate(text))
    shown = redaction.redacted(f'{{"{secret.name}": "{text}", "n": 1}}')
    assert seen(secret, shown.replace("\\[", "[").encode().decode("unicode_escape")) == []


@given(st.sampled_from(SECRETS), st.integers(0, 400), st.sampled_from(list(WRAPPINGS)))
def test_no_part_of_a_secret_is_shown_where_a_text_is_cut(secret: Secret, most: int, wrapping: str) -> None:
    text = WRAPPINGS[wrapping](secret)
    shown = redaction.redacted(text, most)
    assert seen(secret, shown) == []
    assert redaction.redacted(text).startswith(shown)


def test_a_key_without_its_end_is_hidden_to_the_end() -> None:
    pem = next(secret for secret in SECRETS if secret.kind.startswith("pem"))
    assert seen(pem, redaction.redacted(pem.text[: len(pem.text) // 2])) == []


@given(st.text())
def test_any_text_can_be_redacted_and_what_is_left_is_of_it(text: str) -> None:
    assert is_left_of(redaction.redacted(text), text)


def is_left_of(shown: str, text: str) -> bool:
    """Say whether all that is shown but the marks stands in a text, in the same order."""
    at = 0
    for piece in re.split(r"\[redacted: [a-z0-9 ]+\]", shown):
        at = text.find(piece, at) + len(piece)
        if at < len(piece):
            return False
    return True


# -- how much is hidden in code ----------------------------------------------------------------------------------------

LIBRARY = Path(sysconfig.get_path("stdlib"))
CODE = {
    "the standard library": (path for path in sorted(LIBRARY.glob("*.py"))),
    "a package of it": (path for path in sorted(LIBRARY.glob("asyncio/*.py"))),
    "our own sources": (ROOT / "src").rglob("*.py"),
    "our own pages": (path for path in (ROOT / "frontend/src").rglob("*") if path.suffix in {".ts", ".svelte", ".css"}),
    "our locks": [*(ROOT / "requirements").glob("*.txt"), ROOT / "frontend/package-lock.json"],
}


def touched(paths: Iterable[Path]) -> tuple[int, int]:
    """Return how many lines there are, and how many of them are not shown as they are."""
    count = changed = 0
    for path in paths:
        text = path.read_text(encoding="utf-8", errors="replace")
        count += text.count("\n")
        changed += len({text.count("\n", 0, span.start) for span in redaction.secrets(text)})
    return count, changed


@pytest.mark.slow
@pytest.mark.parametrize("what", CODE)
def test_less_than_a_line_in_a_thousand_of_code_is_touched(what: str) -> None:
    count, changed = touched(CODE[what])
    assert count > 1000
    assert changed * 1000 < count


# -- time grows with the text alone -----------------------------------------------------------------------------------


parser: Any = importlib.import_module("re._parser")
constants: Any = importlib.import_module("re._constants")
REPEATS = {constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT}


def patterns() -> dict[str, str]:
    rules = [rule for some in redaction.rules() for rule in some]
    formats = {f"{number} {rule.kind}": rule.pattern for number, rule in enumerate(rules)}
    names = ("NAME", "QUOTED", "BARE", "OPTION", "REST", "RANDOM", "ESCAPE", "LONG_WORD", "DASHED")
    return {
        name: found.pattern for name, found in (formats | {name: getattr(redaction, name) for name in names}).items()
    }


def may_fail(part: Any) -> bool:
    """Say whether what follows a repetition can make it be tried again."""
    kind, value = part
    return not (kind in REPEATS and value[0] == 0)


def endless(parts: Any, then: list[Any]) -> bool:
    """Say whether a pattern has an unbounded repetition after which something may fail."""
    for number, (kind, value) in enumerate(parts):
        rest = [*list(parts)[number + 1 :], *then]
        if kind in REPEATS and value[1] == constants.MAXREPEAT and any(map(may_fail, rest)):
            return "AT_END_STRING" not in str(rest)
        inner = value[2] if kind in REPEATS else value[-1] if kind is constants.SUBPATTERN else ()
        several = value[1] if kind is constants.BRANCH else [inner]
        if any(endless(one, rest) for one in several):
            return True
    return False


def test_no_pattern_repeats_without_bound_before_it_may_fail() -> None:
    """So that the work at each place of a text is bounded, or is done for a secret that is stepped over as a whole."""
    assert [name for name, found in patterns().items() if endless(parser.parse(found), [])] == []
    assert endless(parser.parse("a[b-c]+d"), [])


PIECES = [
    *sorted({word for rules in redaction.rules() for rule in rules for word in rule.words}),
    "eyJ-", "-sk-", "token=", 'pass="', "pass='", "://a:", "\\", "\\u0041", "%41", "key", "PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----", "curl -u ", "is ", " ", "\n", "A1b", "=", ":", '"', "'", "@", "-", "_", "/", ".",
    "~", "$", "a", "0",
]  # fmt: skip


@example("passkey=secretsservices")  # letters that could be parted into words in many ways
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join))
def test_a_long_text_made_to_take_long_is_redacted_too(unit: str) -> None:
    """A pattern that tried the same signs again and again would not end here within anybody's patience."""
    text = unit * (30_000 // len(unit))
    assert is_left_of(redaction.redacted(text), text)
