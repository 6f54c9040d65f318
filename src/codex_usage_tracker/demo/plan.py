"""What the demo is asked to write."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class DemoPlan:
    """The size, the span and the seed of a demo history.

    `bytes_per_call` is the wished average of log bytes per model call; about 1,700 is the least that the
    lines of the format allow.
    """

    home: Path
    calls: int = 4_000
    seed: int = 1
    days: int = 180
    end: datetime = field(default_factory=lambda: datetime.now(UTC))
    bytes_per_call: int = 10_000

    def __post_init__(self) -> None:
        """Refuse a plan that nobody can write."""
        if self.calls < 1 or self.days < 1 or self.bytes_per_call < 1:
            message = "calls, days and bytes_per_call must be at least 1"
            raise ValueError(message)
        if self.end.tzinfo is None:
            message = "end must know its time zone"
            raise ValueError(message)

    @property
    def end_ms(self) -> int:
        """The end in milliseconds since 1970."""
        return int(self.end.timestamp() * 1000)
