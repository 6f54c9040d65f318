"""Following one log: tools that were called, what their output tells, files that were read and changed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codex_usage_tracker.diagnostics import patches
from codex_usage_tracker.diagnostics.operands import SEARCH, resolved
from codex_usage_tracker.diagnostics.patches import Change
from codex_usage_tracker.diagnostics.shell import Act, acts
from codex_usage_tracker.diagnostics.tally import Large, Tally, label_of, split
from codex_usage_tracker.ingest import labels
from codex_usage_tracker.ingest.commands import READERS
from codex_usage_tracker.ingest.decode import shell_arguments

if TYPE_CHECKING:
    from codex_usage_tracker.ingest.decode import ChangedFile, FileChange, SessionMeta, ToolCall, TurnFolder
    from codex_usage_tracker.ingest.labels import Wrapper

NO_MATCH = SEARCH | {"diff", "cmp", "test", "pgrep"}
"""Commands whose exit code 1 is an answer."""
DONE = {"add": "added", "update": "updated", "delete": "deleted", "move": "moved", "write": "written"}
SILENT = "no_count"


class Asked(msgspec.Struct):
    """A tool call whose output is waited for: the commands and patches in it, and what is known of their end."""

    function: str
    line: int
    timestamp: bytes | None
    commands: list[Ran] = []
    changes: list[Change] = []
    is_code: bool = False
    items: list[Ran] = []
    failed: bool = False


class Ran(NamedTuple):
    """A shell text as it ran: what it does, from which folder, and its text to know it again."""

    acts: tuple[Act, ...]
    folder: str
    text: str | tuple[str, ...]
    exit_code: int | None = None


class Log:
    """Follows the lines of one log that belong to its thread's own part."""

    def __init__(self, tally: Tally, file_id: int, secret: bytes) -> None:
        self.tally = tally
        self.file_id = file_id
        self.secret = secret
        self.folder = "/"
        self.open: dict[str, Asked] = {}
        self.guessed: Counter[str | tuple[str, ...]] = Counter()
        self.failing: set[str | tuple[str, ...]] = set()
        self.read: dict[str, set[str]] = {}
        self.unchanged: dict[str, list[str]] = {}
        self.paths: set[tuple[str, str]] = set()

    # -- what was asked for ----------------------------------------------------------------------------------------

    def began(self, told: SessionMeta | TurnFolder) -> None:
        """Take the folder in which commands run."""
        self.folder = told.cwd or self.folder

    def compacted(self) -> None:
        """Forget what was read: it is no longer in the context."""
        self.read.clear()

    def called(self, call: ToolCall, timestamp: bytes | None, line: int) -> None:
        """Take a tool call."""
        name = labels.tool_name(call)
        function = labels.of_name(name)[-1].partition(":")[2]
        self.tally.add("function", (function,), calls=1)
        asked = Asked(function, line, timestamp)
        if name in labels.SHELL_TOOLS:
            self._shell(asked, call)
        elif name == "apply_patch":
            text = call.input if isinstance(call.input, str) else shell_arguments(call.arguments).input
            asked.changes = patches.changes(text) if isinstance(text, str) else []
        elif name == "exec" and isinstance(call.input, str):
            asked.is_code, asked.changes = True, patches.changes_in(call.input)
            asked.commands = [self.ran(text, self.folder) for text in patches.commands_in(call.input)]
        if call.call_id:
            self.open[call.call_id] = asked
        else:
            self._run(asked.commands, None, asked)

    def _shell(self, asked: Asked, call: ToolCall) -> None:
        command, given = labels.command_of(call), shell_arguments(call.arguments).workdir
        folder = resolved(self.folder, given) if isinstance(given, str) and given else self.folder
        if isinstance(command, str | list) and command:
            asked.commands = [self.ran(command, folder)]
            words = [command] if isinstance(command, str) else [one for one in command if isinstance(one, str)]
            asked.changes = [change for word in words for change in patches.changes(word)]

    def ran(self, command: str | list[object], folder: str, exit_code: int | None = None) -> Ran:
        """Return a command with what it does."""
        text = command if isinstance(command, str) else tuple(one for one in command if isinstance(one, str))
        if isinstance(text, tuple) and len(text) == 3 and text[1] in {"-lc", "-c"}:  # noqa: PLR2004  (bash -lc TEXT)
            text = text[2]
        return Ran(acts(text), folder, text, exit_code)

    # -- what became of it -----------------------------------------------------------------------------------------

    def item_ran(self, ran: Ran, line: int, timestamp: bytes | None) -> None:
        """Take a command that code ran: that of the code that has it in its text, or of the first that is open."""
        cells = [asked for asked in self.open.values() if asked.is_code]
        own = [asked for asked in cells if any(one.text == ran.text for one in asked.commands)]
        if own or cells:
            (own or cells)[0].items.append(ran)
        elif self.guessed[ran.text] > 0:
            self.guessed[ran.text] -= 1
        else:
            self._run([ran], None, Asked("", line, timestamp))

    def item_changed(self, item: FileChange, line: int, timestamp: bytes | None) -> None:
        """Take the files that code changed by a patch."""
        cell = next((asked for asked in self.open.values() if asked.is_code and asked.changes), None)
        if cell is not None:
            cell.changes = []
        if item.status == "completed":
            found = [_told_change(path, told) for path, told in item.changes.items()]
            self._patched(found, Asked("", line, timestamp), self.folder)
        else:
            self.tally.count("failed_patches")

    def refused(self, call_id: str) -> None:
        """Note that a patch was not applied."""
        if call_id in self.open:
            self.open[call_id].failed = True

    def answered(self, wrapper: Wrapper, line: bytes) -> None:
        """Take the output of a tool call of this thread's own."""
        asked = self.open.pop(wrapper.call_id or "", None)
        if asked is None:
            return
        tokens = wrapper.tokens
        self.tally.add(
            "function", (asked.function,), outputs=1, counted_outputs=tokens is not None, output_tokens=tokens or 0,
        )  # fmt: skip
        if tokens is None:
            self.tally.add("missing", (_why_missing(wrapper, line),), outputs=1)
        commands = asked.items or asked.commands
        if asked.is_code and not asked.items:
            self.guessed.update(one.text for one in commands)
        code = wrapper.exit_code if not wrapper.timed_out else -1
        self._run(
            [one if one.exit_code is not None else one._replace(exit_code=code) for one in commands], tokens, asked
        )
        if asked.changes:
            succeeded = not asked.failed and code in {0, None}
            folder = commands[0].folder if commands else self.folder
            self._patched(asked.changes, asked, folder) if succeeded else self.tally.count("failed_patches")

    def finish(self) -> None:
        """Count the commands whose output never came."""
        for asked in self.open.values():
            self._run(asked.items or asked.commands, None, asked)

    # -- commands --------------------------------------------------------------------------------------------------

    def _run(self, commands: list[Ran], tokens: int | None, asked: Asked) -> None:
        """Count commands, an output's tokens divided among all pipelines of theirs."""
        parts = [(ran, part) for ran in commands for part in dict.fromkeys(act.part for act in ran.acts)]
        shares = split(tokens or 0, len(parts)) if parts else []
        by_part = {(id(ran), part): share for (ran, part), share in zip(parts, shares, strict=True)}
        for ran in commands:
            self._one(ran, [(act, by_part[id(ran), act.part]) for act in ran.acts], tokens is not None, asked)

    def _one(self, ran: Ran, told: list[tuple[Act, int]], counted: bool, asked: Asked) -> None:  # noqa: FBT001
        tally, seen = self.tally, set[int]()
        tally.count("shell_calls")
        first = told[0][0] if told else None
        failed = self._failed(ran, first)
        retry = ran.text in self.failing
        for act, share in told:
            leads = act.part not in seen
            seen.add(act.part)
            tally.add(
                "command", tuple(act.command), commands=1, leading=leads, counted_outputs=leads and counted,
                output_tokens=share if leads else 0, failed=act is first and failed, retries=act is first and retry,
                retry_output_tokens=share if leads and retry else 0,
            )  # fmt: skip
        self._git(told, failed=failed)
        self._files(ran, told, counted=counted, asked=asked, failed=failed)
        tally.count("failed_calls", failed)
        tally.count("retries", retry)
        (self.failing.add if failed else self.failing.discard)(ran.text)

    @staticmethod
    def _failed(ran: Ran, first: Act | None) -> bool:
        answer = first is not None and first.command.family in NO_MATCH and ran.exit_code == 1
        return ran.exit_code not in {0, None} and not answer

    def _git(self, told: list[tuple[Act, int]], *, failed: bool) -> None:
        parts = set[int]()
        for act, share in told:
            leads = act.part not in parts
            parts.add(act.part)
            if act.git:
                tokens = share if leads else 0
                self.tally.add("git", tuple(act.git), interactions=1, failed=failed, output_tokens=tokens)
        self.tally.count("git_shell_calls", any(act.git for act, _ in told))

    # -- files -----------------------------------------------------------------------------------------------------

    def _files(
        self, ran: Ran, told: list[tuple[Act, int]], *, counted: bool, asked: Asked, failed: bool,
    ) -> None:  # fmt: skip
        """Take the files that commands read and write; the tokens of a pipeline go to all paths that it reads."""
        by_part: dict[int, list[tuple[Act, str]]] = {}
        for act, _ in told:
            by_part.setdefault(act.part, []).extend((act, path) for path in act.reads)
        tokens = {act.part: share for act, share in reversed(told)}
        shares = {part: iter(split(tokens[part], len(paths) or 1)) for part, paths in by_part.items()}
        for act, _ in told:
            if act.command.family in READERS:
                self.tally.add("reader", (act.command.family,), commands=1)
            for path in act.reads:
                self._read(resolved(ran.folder, path), act, next(shares[act.part]), counted=counted)
            self._written(ran, act, asked, failed=failed)
        for part, paths in by_part.items():
            if paths:
                self.tally.count("read_commands")
                self._large_read(paths, tokens[part], asked)

    def _large_read(self, paths: list[tuple[Act, str]], tokens: int, asked: Asked) -> None:
        if tokens:
            about = (paths[0][0].command.family, len(paths))
            self.tally.push("read", Large(tokens, self.file_id, asked.line, asked.timestamp, about))

    def _read(self, path: str, act: Act, tokens: int, *, counted: bool) -> None:
        family, label = act.command.family, label_of(path, self.secret)
        reading = f"{family}\0{act.reading}"
        again = reading in self.read.setdefault(path, set())
        self.read[path].add(reading)
        self.unchanged.setdefault(path, []).append(family)
        numbers = {
            "read_events": 1, "output_tokens": tokens, "re_reads": int(again), "re_read_tokens": tokens * again,
        }  # fmt: skip
        self.tally.add("reader", (family,), **numbers)
        self.tally.add("read", label, logs=self._is_new("read", label[0]), **numbers)
        self.tally.count("uncounted_reads", not counted)

    def _written(self, ran: Ran, act: Act, asked: Asked, *, failed: bool) -> None:
        if act.unseen:
            self.read.clear()
        if act.writes and not failed:
            self.tally.count("shell_writes")
            self._changed([Change(*one) for one in act.writes], asked, ran.folder)

    def _patched(self, changes: list[Change], asked: Asked, folder: str) -> None:
        self.tally.count("patches")
        self._changed(changes, asked, folder)

    def _changed(self, changes: list[Change], asked: Asked, folder: str) -> None:
        for change in changes:
            path = resolved(folder, change.path)
            label = label_of(path, self.secret)
            self.tally.add(
                "change", label, events=1, logs=self._is_new("change", label[0]), lines_added=change.added,
                lines_removed=change.removed, **{DONE[change.kind]: 1},
            )  # fmt: skip
            size = change.added + change.removed
            if size:
                about = (label[0], label[1], change.kind, change.added, change.removed)
                self.tally.push("change", Large(size, self.file_id, asked.line, asked.timestamp, about))
            for touched in (path, *([resolved(folder, change.source)] if change.source else [])):
                self._touched(touched)

    def _touched(self, path: str) -> None:
        """Count what was read of a path as followed by a change; read again, it is read anew."""
        self.read.pop(path, None)
        for family in self.unchanged.pop(path, ()):
            self.tally.add("reader", (family,), modified_later=1)
            self.tally.add("read", label_of(path, self.secret), modified_later=1)

    def _is_new(self, kind: str, label: str) -> bool:
        if (kind, label) in self.paths:
            return False
        self.paths.add((kind, label))
        return True


def _why_missing(wrapper: Wrapper, line: bytes) -> str:
    """Return why an output tells no count of tokens."""
    if b"Process running with" in line[: labels.HEAD_BYTES]:
        return "still_running"
    return "no_wrapper" if wrapper.exit_code is None and not wrapper.timed_out else SILENT


def _told_change(path: str, told: ChangedFile) -> Change:
    if told.type in {"add", "delete"}:
        lines = len(told.content.splitlines())
        return Change(told.type, path, "", lines * (told.type == "add"), lines * (told.type == "delete"))
    signs = [line[:1] for line in told.unified_diff.splitlines()]
    kind, place, source = ("move", told.move_path, path) if told.move_path else ("update", path, "")
    return Change(kind, place, source, signs.count("+"), signs.count("-"))
