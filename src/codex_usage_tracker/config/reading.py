"""Settings read from a JSON file: exact numbers, every wrong value named by its key, no unknown key passed over."""

from typing import Generic, NamedTuple, TypeVar

from codex_usage_tracker.errors import InvalidSettingsError

T = TypeVar("T")

LARGEST_BYTES = 4_000_000


class Settings(NamedTuple, Generic[T]):
    """The values of a file, the defaults if it does not exist; warnings name what was passed over."""

    value: T
    warnings: list[str]
    path: str
    exists: bool


def read(path: str, kind: type[T]) -> Settings[T]:
    """Read a file of settings, of which `kind` (a msgspec struct) tells the keys and defaults."""
    raw = _bytes(path)
    if raw is None:
        return Settings(kind(), [], path, exists=False)
    from codex_usage_tracker.config.document import understood  # noqa: PLC0415  (most people have no such file)

    try:
        value, warnings = understood(raw, kind)
    except InvalidSettingsError as error:
        raise InvalidSettingsError(f"{path}: {error.message}", error.hint) from error.__cause__
    return Settings(value, [f"{path}: {warning}" for warning in warnings], path, exists=True)


def _bytes(path: str) -> bytes | None:
    """Return what is in a file, or None where there is none."""
    try:
        with open(path, "rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no path can have such a character"
        msg = f"{path} cannot be read: {reason}"
        raise InvalidSettingsError(msg, "A readable file of JSON belongs here.") from error
    if len(raw) > LARGEST_BYTES:
        msg = f"{path} is larger than {LARGEST_BYTES // 10**6} MB"
        raise InvalidSettingsError(msg, "It is no file of settings of this program.")
    return raw
