"""What was asked of every command, and how a command answers: the one way to standard output."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import click

from codex_usage_tracker import privacy
from codex_usage_tracker.cli.screen import ASCII, screen_of
from codex_usage_tracker.errors import InvalidSettingsError, NamedFileMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import msgspec

    from codex_usage_tracker.cli.screen import Screen
    from codex_usage_tracker.config.files import Files
    from codex_usage_tracker.privacy import Hiding
    from codex_usage_tracker.tracker import Tracker

    Answer = TypeVar("Answer", bound=msgspec.Struct)
    Drawing = Callable[[Answer, Screen], Iterable[str]]


class Invocation:
    """One run of the program: the values of the options that every command knows."""

    db: str | None = None
    timezone: str | None = None
    named_mode: str | None = None
    language: str | None = None
    language_flagged = False
    json = False
    quiet = False
    no_color = False

    def __init__(self) -> None:
        self.homes: list[str] = []
        self.named_files: dict[str, str] = {}

    @cached_property
    def tracker(self) -> Tracker:
        """The database, homes and time zone that were asked for."""
        from codex_usage_tracker.tracker import Tracker  # noqa: PLC0415  (usage errors and help need no database)

        return Tracker(self.db, self.homes, self.timezone, files=self._files(), warn=self.narrate)

    def _files(self) -> Files:
        """Return the files of settings: those that were named, which must be there, and the usual ones."""
        for path in self.named_files.values():
            if not os.path.exists(path):
                hint = "The commands `codex-usage-tracker init-...` write examples; --output says where."
                raise NamedFileMissingError(f"there is no file {path}", hint)
        return self.files

    @property
    def files(self) -> Files:
        """The files of settings, whether they are there or not."""
        from codex_usage_tracker.config.files import default_files  # noqa: PLC0415

        return default_files()._replace(**self.named_files)

    @property
    def page_language(self) -> dict[str, str]:
        """What an address tells the page of its language: a flag outdoes what a browser remembers, a setting not."""
        language = self.language or self.tracker.general().language
        return {"lang" if self.language_flagged else "default_lang": language} if language else {}

    def use(self, database: str, homes: list[str]) -> None:
        """Turn to another database and other homes."""
        self.db, self.homes = database, homes
        for made in ("tracker", "hiding"):
            self.__dict__.pop(made, None)

    @cached_property
    def hiding(self) -> Hiding:
        """The privacy mode that was asked for or is set, with all that it takes."""
        return self.tracker.hiding(self.named_mode)

    @property
    def privacy_mode(self) -> str:
        """The name of the privacy mode."""
        return self.hiding.mode

    @property
    def safe_mode(self) -> str:
        """The privacy mode of what goes wrong: where it cannot be known, it is not taken for normal."""
        from codex_usage_tracker.config.seen import mode_set  # noqa: PLC0415  (help hides nothing)

        try:
            return privacy.mode_of(self.named_mode or mode_set(self.files))
        except InvalidSettingsError:
            return privacy.REDACTED

    def doubt(self) -> None:
        """Hide all that a mode can hide where the settings do not tell which holds, so that these can be looked at."""
        try:
            _ = self.hiding
        except InvalidSettingsError:
            self.named_mode = privacy.STRICT

    def hidden(self, answer: Answer) -> Answer:
        """Return an answer as the privacy mode shows it."""
        return privacy.hidden(answer, self.hiding)

    def answer(self, answer: Answer, draw: Drawing[Answer]) -> None:
        """Print an answer: as JSON if asked for, else as it is drawn for people."""
        if self.json:
            self.print_json(answer)
        else:
            self.print_lines(self._said(draw(self.hidden(answer), self.screen)))

    def _said(self, lines: Iterable[str]) -> Iterator[str]:
        """Give lines, and the privacy mode if none of them says it."""
        told, said = f"privacy {self.privacy_mode}", not self.hiding.hides
        for line in lines:
            said = said or told in line
            yield line
        if not said:
            yield self.screen.style(told, "faint")

    def print_json(self, answer: msgspec.Struct) -> None:
        """Print an answer as JSON, with what the privacy mode hides hidden."""
        from msgspec import json  # noqa: PLC0415

        told = json.encode(self.hidden(answer))
        if self.hiding.hides and not {"scope", "privacy_mode"} & set(answer.__struct_fields__):
            told = told[:-1] + b',"privacy_mode":' + json.encode(self.privacy_mode) + b"}"
        click.echo(json.format(told, indent=2))

    def print_lines(self, lines: Iterable[str]) -> None:
        """Print lines that were drawn for the screen."""
        text = "\n".join(lines)
        if self.screen.glyphs is ASCII:
            text = text.encode("ascii", "replace").decode()
        click.echo(text, color=self.screen.colour)

    @cached_property
    def screen(self) -> Screen:
        """The terminal, or whatever else standard output is."""
        return screen_of(sys.stdout, colour=not self.no_color)

    def narrate(self, text: str) -> None:
        """Say something beside the answer, on standard error, unless told to be quiet."""
        if not self.quiet:
            name = click.get_current_context().find_root().info_name or ""
            said = privacy.without_paths(text, self.safe_mode).replace("`codex-usage-tracker ", f"`{name} ")
            click.echo(said, err=True)
