"""Types that values are decoded to, made ready for any number of threads.

msgspec reads what a Struct declares when it first meets it. A thread that meets the same Struct meanwhile finds it
half read, and the process ends with a segmentation fault (msgspec 0.22). So each type is made ready here first, by one
thread at a time.
"""

from threading import Lock
from typing import TypeVar

import msgspec

Kind = TypeVar("Kind")

_KNOWN: set[object] = set()
_LOCK = Lock()


def ready(kind: Kind) -> Kind:
    """Return a type when msgspec knows all that it is made of."""
    if kind not in _KNOWN:
        with _LOCK:
            msgspec.json.Decoder(kind)
            _KNOWN.add(kind)
    return kind
