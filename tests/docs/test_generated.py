"""The generated pages are those of today's commands and answers."""

import importlib.util
import io
import json
import os
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from codex_usage_tracker.errors import ExitCode

DOCS = Path(__file__).resolve().parents[2] / "docs"
AGAIN = "python docs/generate.py writes it anew"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def surroundings() -> Iterator[None]:
    """Give back what the demo changes of this process."""
    before, clock = dict(os.environ), time.time
    yield
    os.environ.clear()
    os.environ.update(before)
    time.time = clock


def test_the_reference_of_the_commands_is_current(generate: ModuleType) -> None:
    assert (DOCS / "reference" / "cli.md").read_text(encoding="utf-8") == generate.reference(), AGAIN


def test_the_reference_of_the_routes_is_current(generate: ModuleType) -> None:
    assert (DOCS / "reference" / "http.md").read_text(encoding="utf-8") == generate.http(), AGAIN


def test_the_reference_of_the_tools_is_current(generate: ModuleType) -> None:
    assert (DOCS / "reference" / "mcp.md").read_text(encoding="utf-8") == generate.mcp(), AGAIN


def test_the_reference_of_what_travels_to_a_hub_is_current(generate: ModuleType) -> None:
    assert (DOCS / "reference" / "hub-protocol.md").read_text(encoding="utf-8") == generate.hub_protocol(), AGAIN


def test_the_types_of_the_questions_are_current(generate: ModuleType) -> None:
    assert generate.STUB.read_text(encoding="utf-8") == generate.stub(), AGAIN


@pytest.mark.usefixtures("surroundings")
def test_the_notebook_runs(generate: ModuleType, tmp_path: Path) -> None:
    generate.Demo(str(tmp_path))
    book = json.loads((DOCS / "guide" / "notebook.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]
    assert not any(cell.get("outputs") for cell in book["cells"])
    told: dict[str, Any] = {}
    with redirect_stdout(io.StringIO()) as shown:
        for cell in cells:
            exec(cell, told)  # noqa: S102  (the notebook is ours)
    assert told["table"].num_rows == told["month"].totals.calls > 1000
    assert "invalid_value" in shown.getvalue()


def test_the_schemas_are_current(generate: ModuleType) -> None:
    assert (DOCS / "reference" / "schemas.json").read_text(encoding="utf-8") == generate.schemas(), AGAIN


def test_the_tables_of_prices_are_current(generate: ModuleType) -> None:
    page = (DOCS / "concepts" / "pricing.md").read_text(encoding="utf-8")
    assert page == generate.pricing(page), AGAIN


def test_the_schemas_of_the_files_of_settings_are_current(generate: ModuleType) -> None:
    folder = DOCS / "reference" / "settings"
    written = {path.name.partition(".")[0]: path.read_text(encoding="utf-8") for path in folder.glob("*.schema.json")}
    assert written == {name: generate.settings_schema(name) for name in generate.SETTINGS}, AGAIN


def test_every_exit_code_is_explained(generate: ModuleType) -> None:
    assert set(generate.EXIT_CODES) == set(ExitCode)


@pytest.mark.usefixtures("surroundings")
def test_every_example_of_the_guide_runs(generate: ModuleType, tmp_path: Path) -> None:
    demo = generate.Demo(str(tmp_path))
    assert demo.run("refresh")[0] == 0
    pages = [page.read_text(encoding="utf-8") for page in (DOCS / "guide").glob("*.md")]
    examples = [found for page in pages for found in generate.EXAMPLE.finditer(page)]
    assert len(examples) > 8
    for found in examples:
        code, shown = demo.run(found[1])
        assert (code, bool(shown)) == (0, True), found[1]
        assert max(map(len, shown.splitlines())) <= 100 or "--json" in found[1]
