"""The hook: Codex starts a command at the end of a turn, which lets the logs be read in the background."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from functools import partial
from operator import eq, itemgetter
from typing import TYPE_CHECKING, Any

from codex_usage_tracker.errors import NotFoundError
from codex_usage_tracker.plugin import files, passages
from codex_usage_tracker.plugin.passages import Passage
from codex_usage_tracker.plugin.plan import Plan, begun, restored

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MODULE = "codex_usage_tracker.plugin.nudge"
STOP, POST_MODEL_REQUEST = EVENTS = ("Stop", "PostModelRequest")
TIMEOUT_SECONDS = 5
FILE = "hooks.json"


def command_of(program: Sequence[str], options: Sequence[str]) -> str:
    """Return the line that Codex runs, by a shell; it goes well even when the program is there no more."""
    words = [program[0], "-P", "-m", MODULE, *options]
    return subprocess.list2cmdline(words) if os.name == "nt" else f"{shlex.join(words)} 2>/dev/null || true"


def install(homes: Sequence[str], events: Sequence[str], command: str) -> Plan:
    """Plan that Codex runs a command at these events, in each home; hooks of others keep their places."""
    plan = begun()
    for home in homes:
        if not os.path.isdir(home):
            raise NotFoundError(f"there is no Codex home {home}", "Name one with --codex-home.")
        _add(plan, home, events, {"hooks": [{"type": "command", "command": command, "timeout": TIMEOUT_SECONDS}]})
    return plan


def _add(plan: Plan, home: str, events: Sequence[str], group: dict[str, Any]) -> None:
    known, path = plan.known, os.path.abspath(os.path.join(home, FILE))
    text = files.document(path)
    there = [(event, one) for event, _, one in _ours(text or "{}")]
    if sorted(there, key=itemgetter(0)) == [(event, group) for event in sorted(events)]:
        return
    known.stale_trust |= trusted(home, list(_keys(path, text or "{}")))
    after, put = _removed(text, path, plan) if text is not None else "", []
    if after:
        for event in events:
            after, passage = files.with_item(path, after, ("hooks", event), group)
            put.append(passage)
    else:
        after = json.dumps({"hooks": {event: [group] for event in events}}, indent=2, ensure_ascii=False) + "\n"
        put.append(Passage(after, 0))
    known.passages[path], known.hooks = put, sorted({*known.hooks, path})
    plan.edit(path, text, after)


def uninstall(homes: Sequence[str]) -> Plan:
    """Plan to take the hook out of these homes, and of all others that it was put into."""
    plan = begun(takes_away=True)
    known = plan.known
    for path in sorted({*known.hooks, *(os.path.abspath(os.path.join(home, FILE)) for home in homes)}):
        text = files.document(path)
        if text is not None:
            plan.edit(path, text, _removed(text, path, plan))
        known.passages.pop(path, None)
        known.stale_trust = {key: one for key, one in known.stale_trust.items() if not key.startswith(path + ":")}
    known.hooks = []
    return plan


def _removed(text: str, path: str, plan: Plan) -> str:
    """Return a text without our hooks, which may stand among others in a group by now; empty if we wrote it all."""
    text = restored(text, path, plan.known)
    for event, number, group in reversed(list(_ours(text)) if text else []):
        inner = [one for one in group["hooks"] if not _is_ours(one)]
        keys: tuple[str | int, ...] = ("hooks", event, number, "hooks") if inner else ("hooks", event)
        text = passages.without(text, keys, _is_ours if inner else partial(eq, group))
    return text


def _is_ours(handler: Any) -> bool:
    return isinstance(handler, dict) and MODULE in str(handler.get("command"))


def _ours(text: str) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Give the event, the place and the text of each group that holds our hook."""
    hooks = passages.at(text, ("hooks",))
    for event, groups in hooks.items() if isinstance(hooks, dict) else ():
        for number, group in enumerate(groups if isinstance(groups, list) else ()):
            handlers = group.get("hooks") if isinstance(group, dict) else None
            if isinstance(handlers, list) and any(map(_is_ours, handlers)):
                yield event, number, group


def _keys(path: str, text: str) -> Iterator[str]:
    """Give the names by which Codex keeps its trust in our hooks."""
    for event, number, group in _ours(text):
        for place, handler in enumerate(group["hooks"]):
            if _is_ours(handler):
                yield f"{path}:{re.sub('(?<!^)(?=[A-Z])', '_', event).lower()}:{number}:{place}"


def keys(home: str) -> list[str]:
    """Return the names of our hooks of a home."""
    path = os.path.abspath(os.path.join(home, FILE))
    return list(_keys(path, files.document(path) or "{}"))


def trusted(home: str, names: Sequence[str]) -> dict[str, str]:
    """Return the hash that Codex trusts, of those hooks of which it trusts one and which are not switched off."""
    plain, real = os.path.abspath(home), os.path.realpath(home)  # Codex follows links of CODEX_HOME, not of ~/.codex
    known = setting(home, "hooks", "state")
    state = known if isinstance(known, dict) else {}
    found = {name: state.get(name) or state.get(real + name.removeprefix(plain)) for name in names}
    return {
        name: str(one["trusted_hash"])
        for name, one in found.items()
        if isinstance(one, dict) and "trusted_hash" in one and one.get("enabled") is not False
    }


def has_others(home: str) -> bool:
    """Say whether Codex's settings hold hooks too."""
    told = setting(home, "hooks")
    return isinstance(told, dict) and bool(told.keys() - {"state"})


def setting(home: str, *names: str) -> Any:
    """Return one of Codex's own settings, or None where there is none or the file cannot be understood."""
    import tomllib  # noqa: PLC0415  (seldom)

    try:
        value: Any = tomllib.loads((files.content(os.path.join(home, "config.toml")) or b"").decode())
    except ValueError:
        return None
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
