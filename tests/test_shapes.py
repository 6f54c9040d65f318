"""Types that are decoded to are made ready by one thread, however many meet them at the same time."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "src/codex_usage_tracker"
MET_AT_ONCE = """
import sys, threading
from typing import Annotated
import msgspec
from codex_usage_tracker.shapes import ready

sys.setswitchinterval(1e-6)

def meet(kind, barrier):
    barrier.wait()
    assert msgspec.convert({"inner": {"f29": 1}}, ready(kind)).inner.f29 == 1

for _ in range(100):
    number = Annotated[int | None, msgspec.Meta(description="a number")]
    inner = msgspec.defstruct("Inner", [(f"f{place}", number, None) for place in range(30)])
    outer, barrier = msgspec.defstruct("Outer", [("inner", inner)]), threading.Barrier(6)
    threads = [threading.Thread(target=meet, args=(outer, barrier)) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
"""
"""In a process of its own: what goes wrong here ends it."""
DECODING = {"convert": 1, "Decoder": 0}
"""Where each of msgspec's ways to decode has its type."""
MADE_READY_BEFORE = {"config/wrong.py"}
"""It looks for what is wrong in parts of a document that was decoded as a whole."""


def test_threads_that_meet_a_type_at_the_same_time_do_not_end_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", MET_AT_ONCE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def decoded_to(tree: ast.AST) -> Iterator[ast.expr]:
    """Give the types that a module has msgspec decode to."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith(("msgspec.", "json.", "convert")):
            place = DECODING.get(ast.unparse(call.func).rpartition(".")[2])
            if place is not None and len(call.args) > place:
                yield call.args[place]
            yield from (one.value for one in call.keywords if one.arg == "type")


def is_ready(kind: ast.expr) -> bool:
    named = isinstance(kind, ast.Name) and kind.id in {"str", "dict"}
    plain = ast.unparse(kind).startswith(("dict[str, dict", "dict[str, msgspec.Raw]", "list[msgspec.Raw]"))
    return named or plain or ast.unparse(kind).startswith("ready(")


def test_every_type_is_made_ready_before_it_is_decoded_to() -> None:
    found = {path.relative_to(SOURCES).as_posix(): path for path in SOURCES.rglob("*.py")}
    others = [
        f"{name}: {ast.unparse(kind)}"
        for name, path in found.items()
        if name not in MADE_READY_BEFORE | {"shapes.py"}
        for kind in decoded_to(ast.parse(path.read_text(encoding="utf-8")))
        if not is_ready(kind)
    ]
    assert others == []
