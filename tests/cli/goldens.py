"""What commands printed when somebody last looked at it: `UPDATE_GOLDENS=1 pytest tests/cli` writes it anew."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "goldens"


def check(name: str, printed: str) -> None:
    """Compare what was printed with the golden of that name."""
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDENS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(printed, encoding="utf-8", newline="\n")
    assert path.exists(), f"there is no golden {name}; UPDATE_GOLDENS=1 writes it"
    assert printed == path.read_text(encoding="utf-8")
