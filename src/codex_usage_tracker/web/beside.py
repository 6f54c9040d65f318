"""Servers of ours that run already: each leaves a file that only its owner can read, by which another link is had."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from codex_usage_tracker import owned, paths
from codex_usage_tracker.web.security import LINK_PATH, proof

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = "servers"
PATIENCE_SECONDS = 3.0
LONGEST_ANSWER = 10_000


def kind_of(*told: object) -> str:
    """Return a text that is the same for servers that were started with the same."""
    return hashlib.blake2b(repr(told).encode(), digest_size=16).hexdigest()


class Note:
    """The file of one server: its port, its process, how it was started, and the secret that asks it for links."""

    def __init__(self, port: int) -> None:
        self.path = os.path.join(paths.data_folder(), FOLDER, f"{port}.json")

    def write(self, **told: str | int) -> None:
        """Leave the file; without one, another start begins another server."""
        with suppress(OSError):
            owned.make_folder(os.path.dirname(self.path))
            with owned.replacing(self.path) as file:
                file.write(json.dumps(told).encode())

    def remove(self) -> None:
        """Take the file away."""
        with suppress(OSError):
            os.unlink(self.path)


def link(kind: str, host: str, first_port: int, ports: int) -> str | None:
    """Return a new link of a server that was started with the same, if one runs; files of those that ended go."""
    for port, secret in _notes(kind, range(first_port, first_port + ports)):
        try:
            key = _key(host, port, secret)
        except ConnectionRefusedError:
            Note(port).remove()
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
            continue
        else:
            return f"http://{host}:{port}/open?key={key}"
    return None


def _notes(kind: str, ports: range) -> Iterator[tuple[int, str]]:
    """Give port and secret of each such server that left a file."""
    for port in ports:
        told: Any = None
        with suppress(OSError, ValueError), open(Note(port).path, encoding="utf-8") as file:
            told = json.load(file)
        if isinstance(told, dict) and told.get("kind") == kind and told.get("port") == port:
            yield port, str(told.get("secret"))


def _key(host: str, port: int, secret: str) -> str:
    """Ask a server for a key, each side proving that it knows the secret: another program may have the port now."""
    text = secrets.token_hex(16)
    connection = http.client.HTTPConnection(host.strip("[]"), port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("POST", LINK_PATH, headers={"X-Codex-Usage-Door": f"{text}:{proof(secret, 'asks', text)}"})
        told = json.loads(connection.getresponse().read(LONGEST_ANSWER))
    finally:
        connection.close()
    key = str(told["url"]).partition("?key=")[2]
    if not secrets.compare_digest(str(told["proof"]), proof(secret, "answers", text + key)):
        raise ValueError("this is another server")
    return key
