"""Reading a file of settings: exact values, and a kind word for everything else."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_usage_tracker.config import document
from codex_usage_tracker.config.reading import Settings, read
from codex_usage_tracker.errors import InvalidSettingsError

Percent = Annotated[int, msgspec.Meta(ge=0, le=100, description="percent")]


class Part(msgspec.Struct, kw_only=True, frozen=True):
    unit: Literal["usd", "credits"]
    amount: Decimal = Decimal(1)
    left: Percent | None = None


class Whole(msgspec.Struct, kw_only=True, frozen=True):
    plan: str | None = None
    parts: tuple[Part, ...] = ()
    named: dict[str, Part] = {}
    names: dict[str, list[str]] = {}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.json"


def of(path: Path, text: str | bytes) -> Settings[Whole]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(str(path), Whole)


def wrong(path: Path, text: str | bytes) -> InvalidSettingsError:
    with pytest.raises(InvalidSettingsError) as caught:
        of(path, text)
    assert caught.value.message.startswith(str(path))
    assert caught.value.message.isprintable()
    return caught.value


def test_a_file_that_is_not_there_gives_the_defaults(path: Path) -> None:
    assert read(str(path), Whole) == (Whole(), [], str(path), False)


def test_values_are_exact_as_numbers_and_as_texts(path: Path) -> None:
    found = of(path, '{"parts": [{"unit": "usd", "amount": 0.1}, {"unit": "usd", "amount": "0.10"}]}')
    assert [str(part.amount) for part in found.value.parts] == ["0.1", "0.10"]
    assert (found.warnings, found.exists) == ([], True)


def test_a_byte_order_mark_is_no_fault(path: Path) -> None:
    assert of(path, b'\xef\xbb\xbf{"plan": "pro"}').value.plan == "pro"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('{"plan": 5}', "`plan` is 5", "Text belongs here."),
        ('{"plan": null, "parts": {}}', "`parts` is an object", "A list belongs here."),
        ("[1, 2]", "the file is a list", "An object in braces belongs here."),
        ("null", "the file is null", "An object in braces belongs here."),
        ('{"parts": [{"unit": "usd", "left": 101}]}', "`parts[0].left` is 101", "number from 0 to 100 "),
        ('{"named": {"b": {"unit": "usd"}, "b c": {"unit": "usd", "left": -1}}}', "`named['b c'].left` is -1", "0 to"),
        ('{"named": {"x": {"unit": "eur"}}}', "`named.x.unit` is the text 'eur'", "One of credits, usd belongs here."),
        ('{"named": {"x": {}}}', "`named.x` has no `unit`", "It is one of credits, usd."),
        ('{"names": {"ok": ["a"], "x": ["a", true]}}', "`names.x[1]` is true", "Text belongs here."),
        ('{"named": {"x": {"unit": "usd", "left": 0.5}}}', "`named.x.left` is 0.5", "number from 0 to 100 "),
        ('{"named": {"x": {"unit": "usd", "amount": "NaN"}}}', "`named.x.amount` is the text 'NaN'", "A number"),
        ('{"named": {"x": {"unit": "usd", "amount": 1e999999}}}', "`named.x.amount` is 1E+999999", "A number"),
        ('{"named": {"x": {"unit": "usd", "amount": 1e99999999999999999999}}}', "`named.x.amount` is NaN", "A number"),
        ('{"named": {"x": {"unit": "usd", "amount": "five"}}}', "`named.x.amount` is the text 'five'", "A number"),
        ('{"named": {"x": {"unit": "usd", "amount": null}}}', "`named.x.amount` is null", "A number"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_its_key_and_what_belongs_there(
    path: Path, text: str, message: str, hint: str,
) -> None:  # fmt: skip
    error = wrong(path, text)
    assert error.message == f"{path}: {message}"
    assert hint in error.hint
    assert (error.code, error.exit_code) == ("invalid_settings", 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1, column 1 is no JSON"),
        ('{\n  "plan": "pro",\n}', "line 3, column 1 is no JSON"),
        ('{"plan": NaN}', "NaN is no number of JSON"),
        ('{"plan": "pro"} x', "line 1, column 17 is no JSON: Extra data"),
        (b'{\n"plan": "\xff"}', "line 2 is not UTF-8"),
        ("[" * 100_000, "nested too deeply"),
        ('{"plan": "\\ud800"}', "cannot be understood"),
        ('{"parts": ' + "9" * 5000 + "}", "limit"),
        (b" " * 4_000_001, "larger than 4 MB"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_json_is_told_with_its_place(path: Path, text: str | bytes, message: str) -> None:
    assert message in wrong(path, text).message


def test_unknown_keys_are_told_with_their_whole_path(path: Path) -> None:
    text = '{"$schema": "x", "paln": "pro", "named": {"x": {"unit": "usd", "amuont": 1, "$schema": 1}}, "zzzz": [{}]}'
    found = of(path, text)
    assert found.warnings == [
        f"{path}: `paln` is not known and means nothing here; did you mean `plan`?",
        f"{path}: `zzzz` is not known and means nothing here",
        f"{path}: `named.x.amuont` is not known and means nothing here; did you mean `amount`?",
        f"{path}: `named.x.$schema` is not known and means nothing here",
    ]


def test_a_key_that_stands_twice_is_told(path: Path) -> None:
    found = of(path, '{"plan": "plus", "plan": "pro", "names": {"a": []}}')
    assert (found.value.plan, found.warnings) == (
        "pro",
        [f"{path}: `plan` stands 2 times in one object; the last holds"],
    )


def test_keys_and_values_do_not_steer_a_terminal(path: Path) -> None:
    assert "\x1b" not in wrong(path, '{"named": {"\\u001b[31m": {"unit": "\\u001b[31m\\n"}}}').message
    assert all(text.isprintable() for text in of(path, '{"\\u001b[31mplan": 1, "' + "x" * 5000 + '": 1}').warnings)


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettingsError, match="cannot be read"):
        read(str(tmp_path), Whole)
    with pytest.raises(InvalidSettingsError, match="cannot be read"):
        read(f"{tmp_path}/\0", Whole)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(path: Path) -> None:
    path.write_text("{}", encoding="utf-8")
    path.chmod(0)
    with pytest.raises(InvalidSettingsError, match="cannot be read"):
        read(str(path), Whole)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["usd", "NaN", "1"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["plan", "parts", "named", "names", "unit", "amount", "left"]) | st.text(max_size=5), inner
        )
    ),
    max_leaves=20,
)


def told_of(raw: bytes) -> str:
    try:
        return " ".join(document.understood(raw, Whole)[1])
    except InvalidSettingsError as error:
        return error.message


@given(value=JSON)
def test_any_document_is_understood_or_explained(value: object) -> None:
    assert told_of(msgspec.json.encode(value)).isprintable()


@given(raw=st.binary())
def test_any_bytes_are_understood_or_explained(raw: bytes) -> None:
    assert told_of(raw).isprintable()
