"""JSON of others edited in place."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_usage_tracker.errors import InvalidSettingsError
from codex_usage_tracker.plugin import passages
from tests.plugin.conftest import written

OURS = {"name": "ours", "deep": {"list": [1, {"a": "ä"}]}}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(st.text(max_size=4), VALUES, max_size=3)


def is_ours(one: Any) -> bool:
    return bool(one == OURS)


@given(document=DOCUMENTS, listed=st.none() | st.lists(VALUES, max_size=4), dice=st.randoms(use_true_random=False))
def test_what_is_added_stands_last_and_goes_without_a_trace(
    document: dict[str, Any], listed: list[Any] | None, dice: random.Random
) -> None:
    document.pop("hooks", None)
    whole = document if listed is None else document | {"hooks": {"before": 1, "Stop": listed, "after": 2}}
    text = written(whole, dice).decode()
    after, passage = passages.added(text, ("hooks", "Stop"), OURS)
    told = json.loads(after)
    assert told["hooks"].pop("Stop") == [*(listed or []), OURS]
    assert told == document | {"hooks": {} if listed is None else {"before": 1, "after": 2}}
    assert passages.undone(after, passage) == text


def test_the_same_characters_elsewhere_are_not_taken_for_it() -> None:
    text = '{\n "a":[\n  1,\n  {}\n ]\n}'
    assert passages.undone(text, passages.Passage("\n  {}\n ", 3)) == text


@given(listed=st.lists(VALUES, min_size=1, max_size=4), place=st.integers(0, 4), dice=st.randoms(use_true_random=False))
def test_it_is_found_wherever_it_was_moved(listed: list[Any], place: int, dice: random.Random) -> None:
    text = written({"plugins": [*listed[:place], OURS, *listed[place:]], "x": 1}, dice).decode()
    assert json.loads(passages.without(text, ("plugins",), is_ours)) == {"plugins": listed, "x": 1}


@given(listed=st.lists(VALUES, min_size=1, max_size=4), dice=st.randoms(use_true_random=False))
def test_among_others_it_goes_without_a_trace_even_if_nothing_is_known_of_it(
    listed: list[Any], dice: random.Random
) -> None:
    text = written({"plugins": listed}, dice).decode()
    after, _ = passages.added(text, ("plugins",), OURS)
    assert passages.without(after, ("plugins",), is_ours) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"plugins":[]}', '{"plugins":["it"]}'),
        ('{\n  "plugins": []\n}\n', '{\n  "plugins": [\n    "it"\n  ]\n}\n'),
        ('{\n\t"plugins": [\n\t\t"a"\n\t]\n}', '{\n\t"plugins": [\n\t\t"a",\n\t\t"it"\n\t]\n}'),
        ("{}", '{"plugins": ["it"]}'),
        ('{\r\n  "a": 1\r\n}', '{\r\n  "a": 1,\r\n  "plugins": [\r\n    "it"\r\n  ]\r\n}'),
    ],
)
def test_it_is_written_in_the_manner_of_the_file(text: str, expected: str) -> None:
    assert passages.added(text, ("plugins",), "it")[0] == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"plugins": {}}', "is no list"),
        ('{"plugins": [], "plugins": []}', "stands in it twice"),
        ("[]", "is no object"),
    ],
)
def test_another_shape_is_told(text: str, reason: str) -> None:
    with pytest.raises(InvalidSettingsError, match=reason):
        passages.added(text, ("plugins",), "it")


@pytest.mark.parametrize("text", ["", " \n", "\ufeff{}", "{} // no", "{'a': 1}", '{"a": NaN}', "[" * 100_000, "{"])
def test_what_is_no_json_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        passages.parsed(text)
