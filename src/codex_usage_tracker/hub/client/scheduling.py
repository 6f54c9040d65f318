"""Having the system's own scheduler sync: systemd's of the user, launchd, or the Task Scheduler of Windows."""

from __future__ import annotations

import os
import plistlib
import shlex
import shutil
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from codex_usage_tracker import owned
from codex_usage_tracker.contract.sharing import Schedule
from codex_usage_tracker.errors import MissingPartError, TrackerError

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = "codex-usage-tracker-sync"
UNDO = "`codex-usage-tracker sync --unschedule`"
KEPT = ("CODEX_HOME", "CODEX_USAGE_DB", "CODEX_USAGE_TRACKER_HOME", "CODEX_USAGE_TRACKER_PRIVACY_MODE", "SSL_CERT_FILE")
"""What of the environment a sync goes by."""
SECONDS = 30.0
SERVICE = """\
[Unit]
Description=Send Codex usage to its hub

[Service]
Type=oneshot
{environment}ExecStart={command}
"""
TIMER = """\
[Unit]
Description=Send Codex usage to its hub about every {minutes} minutes

[Timer]
OnActiveSec=1min
OnUnitInactiveSec={minutes}min
RandomizedDelaySec={jitter}

[Install]
WantedBy=timers.target
"""


class SchedulerError(TrackerError):
    """A scheduler of the system that says no."""

    code = "scheduler"


class Scheduler(NamedTuple):
    """A scheduler of the system: its files with their content, and the commands that begin and end it."""

    name: str
    files: dict[str, bytes]
    begin: list[list[str]]
    end: list[list[str]]


def begin(minutes: int, options: Sequence[str] = ()) -> Schedule:
    """Have a sync run about every so many minutes, with options of every command; all of it or nothing."""
    end()
    one = _scheduler(minutes, options)
    try:
        for path, content in one.files.items():
            owned.make_folder(os.path.dirname(path))
            with owned.replacing(path) as file:
                file.write(content)
        for command in one.begin:
            _run(command)
    except TrackerError:
        _remove(one)
        raise
    return _told(one, minutes, list(one.files), one.begin)


def end() -> Schedule:
    """Have no sync run any more."""
    one = _scheduler(1, ())
    there = [path for path in one.files if os.path.lexists(path)]
    is_on = bool(there) if one.files else _answers(["schtasks", "/Query", "/TN", NAME])
    for command in one.end if is_on else []:
        _answers(command)
    _remove(one)
    return _told(one, None, there, one.end if is_on else [])


def _remove(one: Scheduler) -> None:
    for path in one.files:
        with suppress(FileNotFoundError):
            os.remove(path)


def _told(one: Scheduler, minutes: int | None, files: list[str], commands: list[list[str]]) -> Schedule:
    words = [shlex.join(command) for command in commands]
    return Schedule(scheduler=one.name, minutes=minutes, files=files, commands=words, undo=UNDO)


def _scheduler(minutes: int, options: Sequence[str]) -> Scheduler:
    """Return the scheduler of this system."""
    command = [sys.executable, "-m", "codex_usage_tracker", "sync", "--quiet", "--no-color", *options]
    kept = {name: os.environ[name] for name in KEPT if os.environ.get(name)}
    if sys.platform == "win32":
        return _windows(minutes, command)
    if sys.platform == "darwin":
        return _launchd(minutes, command, kept)
    return _systemd(minutes, command, kept)


def _systemd(minutes: int, command: list[str], kept: dict[str, str]) -> Scheduler:
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    folder, timer = os.path.join(base, "systemd", "user"), f"{NAME}.timer"
    environment = "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in kept.items())
    told = SERVICE.format(environment=environment, command=" ".join(_quoted(word, "$") for word in command))
    files = {
        os.path.join(folder, f"{NAME}.service"): told.encode(),
        os.path.join(folder, timer): TIMER.format(minutes=minutes, jitter=minutes * 60 // 5).encode(),
    }
    control = ["systemctl", "--user"]
    reload = [*control, "daemon-reload"]
    start, stop = ([*control, word, "--now", timer] for word in ("enable", "disable"))
    return Scheduler("systemd", files, [reload, start], [stop, reload])


def _quoted(word: str, doubled: str = "") -> str:
    """Return a word as systemd reads it."""
    for sign in ("\\", '"'):
        word = word.replace(sign, "\\" + sign)
    for sign in ("%", *doubled):
        word = word.replace(sign, sign * 2)
    return f'"{word}"'


def _launchd(minutes: int, command: list[str], kept: dict[str, str]) -> Scheduler:
    path = os.path.join(os.path.expanduser("~"), "Library", "LaunchAgents", f"{NAME}.plist")
    told = {
        "Label": NAME,
        "ProgramArguments": command,
        "StartInterval": minutes * 60,
        "ProcessType": "Background",
        "EnvironmentVariables": kept,
    }
    domain = f"gui/{os.getuid()}" if hasattr(os, "getuid") else "gui"
    end = ["launchctl", "bootout", f"{domain}/{NAME}"]
    return Scheduler("launchd", {path: plistlib.dumps(told)}, [["launchctl", "bootstrap", domain, path]], [end])


def _windows(minutes: int, command: list[str]) -> Scheduler:
    task = ["schtasks", "/Create", "/F", "/SC", "MINUTE", "/MO", str(minutes), "/TN", NAME]
    task += ["/TR", subprocess.list2cmdline(command)]
    return Scheduler("the Task Scheduler", {}, [task], [["schtasks", "/Delete", "/F", "/TN", NAME]])


def _run(command: list[str]) -> None:
    """Run a command of the scheduler, which must go well."""
    found = shutil.which(command[0])
    by_hand = "Run `codex-usage-tracker sync --quiet` by cron or another scheduler instead."
    if found is None:
        raise MissingPartError(f"there is no {command[0]} on this machine", by_hand)
    try:
        done = subprocess.run([found, *command[1:]], capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603  (ours)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SchedulerError(f"{command[0]} does not answer: {type(error).__name__}", by_hand) from None
    if done.returncode:
        said = " ".join(done.stderr.split())[:200]
        raise SchedulerError(f"{shlex.join(command)} fails: {said}", by_hand)


def _answers(command: list[str]) -> bool:
    """Run a command of the scheduler, and say whether it went well."""
    try:
        _run(command)
    except TrackerError:
        return False
    return True
