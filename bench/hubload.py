"""Load on a hub, from a process of its own: requests at a fixed rate, whatever the answers take.

Run as `python -m bench.hubload URL KIND ACCOUNTS RATE SECONDS`; prints figures as JSON.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bench.hubdata import MODELS, QUARTER_MS, call, token

if TYPE_CHECKING:
    from collections.abc import Callable

LINES = 64
"""So many connections are kept open."""
PERIODS, METRICS = ("day", "week", "month", "all"), ("tokens", "cost", "active_days")


def sync_body(dice: random.Random, starts: list[int], most_calls: int = 10) -> bytes:
    """Return an upload of buckets that begin at some quarters."""
    calls = [[_sent(dice) for _ in range(dice.randint(1, most_calls))] for _ in starts]
    buckets = [
        {"start": start, "model": dice.choice(MODELS), "calls": some} for start, some in zip(starts, calls, strict=True)
    ]
    told = {"schema": "codex-usage-tracker-upload-v1", "collector": "1.0", "data_version": 1, "buckets": buckets}
    return gzip.compress(json.dumps(told, separators=(",", ":")).encode(), 6)


def _sent(dice: random.Random) -> list[object]:
    name, *counts = call(dice)
    return [f"{name:016x}", *counts]


def request(method: str, path: str, account: int, body: bytes = b"") -> bytes:
    """Return a request as it is sent."""
    head = [f"{method} {path} HTTP/1.1", "Host: hub", f"Authorization: Bearer {token(account)}"]
    if body:
        head += ["Content-Type: application/json", "Content-Encoding: gzip", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode() + body


def syncs(accounts: int, dice: random.Random) -> bytes:
    """Return a sync of somebody: one to three buckets of the last hour."""
    now = int(time.time() * 1000) // QUARTER_MS
    starts = [(now - back) * QUARTER_MS for back in dice.sample(range(4), dice.randint(1, 3))]
    return request("POST", "/v1/sync", dice.randint(1, accounts), sync_body(dice, starts))


def boards(accounts: int, dice: random.Random) -> bytes:
    """Return a question for a leaderboard."""
    asked = f"period={dice.choice(PERIODS)}&metric={dice.choice(METRICS)}"
    return request("GET", f"/api/leaderboard?{asked}", dice.randint(1, accounts))


KINDS: dict[str, Callable[[int, random.Random], bytes]] = {"syncs": syncs, "boards": boards}


class Load:
    """Requests that are due one after the other; each is timed from when it was due."""

    def __init__(self, url: str, requests: list[bytes], rate: float) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 80
        self.waiting: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()
        self.requests = requests
        self.rate = rate
        self.taken_ms: list[float] = []
        self.statuses: Counter[int] = Counter()

    async def run(self) -> float:
        """Send all; return the seconds that this took."""
        lines = [asyncio.create_task(self._line()) for _ in range(LINES)]
        await asyncio.sleep(0.2)
        began = time.perf_counter()
        for number, one in enumerate(self.requests):
            due = began + number / self.rate
            if (ahead := due - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            self.waiting.put_nowait((due, one))
        for _ in lines:
            self.waiting.put_nowait(None)
        await asyncio.gather(*lines)
        return time.perf_counter() - began

    async def _line(self) -> None:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        while (one := await self.waiting.get()) is not None:
            due, raw = one
            if reader.at_eof():
                reader, writer = await asyncio.open_connection(self.host, self.port)
            writer.write(raw)
            self.statuses[await _answered(reader)] += 1
            self.taken_ms.append((time.perf_counter() - due) * 1000)
        writer.close()


async def _answered(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(int(length.partition(b":")[2]))
    return int(head.split(b" ", 2)[1])


def share(values: list[float], part: float) -> float:
    """Return the value below which a part of them lies."""
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]


def figures(load: Load, seconds: float, cpu: float) -> dict[str, Any]:
    """Return what was seen."""
    taken = load.taken_ms
    return {
        "requests": len(taken), "seconds": seconds, "per_second": len(taken) / seconds,
        "p50_ms": share(taken, 0.5), "p95_ms": share(taken, 0.95), "p99_ms": share(taken, 0.99), "max_ms": max(taken),
        "generator_cpu_seconds": cpu, "statuses": dict(load.statuses),
    }  # fmt: skip


def main() -> None:
    """Load a hub as the arguments say."""
    url, kind, accounts, rate, seconds = sys.argv[1:]
    dice = random.Random(f"{kind} {time.time()}")
    requests = [KINDS[kind](int(accounts), dice) for _ in range(int(float(rate) * float(seconds)))]
    load = Load(url, requests, float(rate))
    cpu = time.process_time()
    taken = asyncio.run(load.run())
    print(json.dumps(figures(load, taken, time.process_time() - cpu)))


if __name__ == "__main__":
    main()
