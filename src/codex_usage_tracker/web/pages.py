"""The page and its files, from a table that is made at the start: no address is ever joined to a path."""

from __future__ import annotations

import gzip
import os
import re
from typing import NamedTuple

from starlette.responses import Response

FOLDER = os.path.join(os.path.dirname(__file__), "assets")
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
HASHED = re.compile(r"-[\w-]{8,}\.\w+$")
FOREVER, ANEW = "public, max-age=31536000, immutable", "no-cache"
ZIPPED = (".css", ".html", ".js", ".json", ".svg", ".webmanifest")
LINKED = "/dashboard.html"
"""Where links of other trackers look for the page."""
PLAIN = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Codex Usage Tracker</title>
<h1>The dashboard is not built</h1>
<p>This checkout has no page yet: <code>make dashboard</code> builds it, and packages bring it along.</p>
<p>The answers are at <code>/api/</code>; <code>/api/openapi.json</code> lists them.</p>
"""
USED_UP = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Codex Usage Tracker</title>
<h1>This link was used, or is too old</h1>
<p>Each link opens once, within ten minutes. <a href="/">Go on</a> if this browser was let in before; otherwise start
<code>codex-usage-tracker serve-dashboard --open</code> again.</p>
"""


class Asset(NamedTuple):
    """A file as it is sent."""

    body: bytes
    zipped: bytes | None
    kind: str
    cache: str

    def reply(self, accepted: str) -> Response:
        """Return the file, compressed where the client can take that."""
        headers = {"Cache-Control": self.cache, "Vary": "Accept-Encoding"}
        if self.zipped is not None and "gzip" in accepted:
            return Response(self.zipped, 200, headers | {"Content-Encoding": "gzip"}, self.kind)
        return Response(self.body, 200, headers, self.kind)


def table(folder: str = FOLDER, page: str = "/index.html") -> dict[str, Asset]:
    """Return all files of the page by the path of their address; `page` is the one that stands at the root."""
    found = {"/": _asset("index.html", PLAIN.encode())}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if os.path.splitext(name)[1] in TYPES and not os.path.islink(path):
                with open(path, "rb") as file:
                    asset = _asset(name, file.read())
                found["/" + os.path.relpath(path, folder).replace(os.sep, "/")] = asset
    first = found.get(page, found["/"])
    return found | {"/": first, LINKED: first}


def _asset(name: str, body: bytes) -> Asset:
    ending = os.path.splitext(name)[1]
    zipped = gzip.compress(body, mtime=0) if ending in ZIPPED else None
    return Asset(body, zipped, TYPES[ending], FOREVER if HASHED.search(name) else ANEW)
