"""Compressing a rollout as Codex does: the whole file, the plain one removed, its time kept."""

import os
import sys
from pathlib import Path

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def compress(path: Path) -> Path:
    """Replace a file by a compressed one."""
    return _replace(path, path.with_name(path.name + ".zst"), zstd.compress(path.read_bytes(), 3))


def decompress(path: Path) -> Path:
    """Replace a compressed file by the plain one."""
    return _replace(path, path.with_name(path.name.removesuffix(".zst")), plain(path))


def plain(path: Path) -> bytes:
    """Return what a file holds, compressed or not."""
    data = path.read_bytes()
    return zstd.decompress(data) if path.name.endswith(".zst") else data


def _replace(path: Path, other: Path, data: bytes) -> Path:
    stat = path.stat()
    other.write_bytes(data)
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    path.unlink()
    return other
