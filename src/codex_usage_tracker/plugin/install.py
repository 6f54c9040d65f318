"""Installing the plugin: what has to be written where, and how all of it is taken back."""

from __future__ import annotations

import os
import shlex
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from codex_usage_tracker.errors import FileExistsAlreadyError, InvalidSettingsError, InvalidValueError, NotFoundError
from codex_usage_tracker.plugin import files, package, passages, record
from codex_usage_tracker.plugin.files import Change
from codex_usage_tracker.plugin.passages import Passage
from codex_usage_tracker.plugin.plan import Plan, begun, restored

if TYPE_CHECKING:
    from collections.abc import Iterable

BELOW_ROOT = os.path.join(".agents", "plugins", "marketplace.json")
"""Where Codex looks for a marketplace, from the root that paths in it begin at."""
LIST = ("plugins",)


class Places(NamedTuple):
    """The folder of the plugin and the file of the marketplace that lists it."""

    plugin: str
    marketplace: str

    @property
    def source(self) -> str:
        """How the marketplace speaks of the folder."""
        root = self.marketplace.removesuffix(BELOW_ROOT)
        return "./" + os.path.relpath(self.plugin, root).replace(os.sep, "/")


def places(plugin: str | None = None, marketplace: str | None = None) -> Places:
    """Return the places that were named, else those of an earlier installation, else the usual ones."""
    known = record.read()
    market = _whole(marketplace) or known.marketplace or os.path.join(os.path.expanduser("~"), BELOW_ROOT)
    if not market.endswith(os.sep + BELOW_ROOT):
        hint = f"Codex reads FOLDER/{BELOW_ROOT} alone; name such a path with --marketplace."
        raise InvalidValueError(f"Codex would not find a marketplace at {market}", hint)
    root = market.removesuffix(os.sep + BELOW_ROOT)
    earlier = known.plugin if market == known.marketplace else ""
    folder = _whole(plugin) or earlier or os.path.join(root, "plugins", package.NAME)
    if not folder.startswith(root + os.sep):
        hint = "Name a folder below it with --plugin-dir, or another marketplace with --marketplace."
        raise InvalidValueError(f"Codex takes plugins of that marketplace from below {root} alone", hint)
    return Places(folder, market)


def _whole(path: str | None) -> str:
    return os.path.abspath(os.path.expanduser(path)) if path else ""


def install(where: Places, command: list[str], *, upgrade: bool = False, force: bool = False) -> Plan:
    """Plan to write the plugin and its entry; with `force` over files of others, of which copies are kept."""
    plan = begun()
    known = plan.known
    if upgrade and files.content(os.path.join(where.plugin, package.MANIFEST)) is None:
        raise NotFoundError("there is no plugin to upgrade", "`codex-usage-tracker install-plugin` writes it.")
    if known.plugin and where != (known.plugin, known.marketplace):
        hint = "`codex-usage-tracker uninstall-plugin` takes it away there; then install it here."
        raise FileExistsAlreadyError(f"the plugin is installed in {known.plugin} already", hint)
    _write(plan, where.plugin, package.texts(command), force=force)
    _enter(plan, where)
    known.plugin, known.marketplace = where
    return plan


def _write(plan: Plan, folder: str, texts: dict[str, bytes], *, force: bool) -> None:
    known, wanted = plan.known, {os.path.join(folder, name): text for name, text in texts.items()}
    was_there = any(path in known.files for path in wanted)
    for path, after in wanted.items():
        before, link = files.content(path), os.path.islink(path)
        if link or not (before in {None, after} or known.is_ours(path, before or b"")):
            if link or not force:
                plan.kept.append(path)
                continue
            plan.changes.append(_copy(plan, path, before or b""))
        if before != after:
            plan.changes.append(Change(path, before, after))
        known.files[path] = record.digest(after)
    if plan.kept and not was_there:
        hint = "`install-plugin --force` replaces them (links excepted) and keeps copies."
        raise FileExistsAlreadyError(f"{folder} holds files of another plugin: {', '.join(plan.kept)}", hint)
    _take_away(plan, [path for path in known.files if path.startswith(folder + os.sep) and path not in wanted])


def _copy(plan: Plan, path: str, data: bytes) -> Change:
    """Plan a copy of a file beside it; the one that was there before the plugin comes back in the end."""
    names = (f"{path}.before{number or ''}" for number in count())
    copy = next(name for name in names if not os.path.lexists(name))
    if path not in plan.known.files:
        plan.known.originals[path] = copy
    return Change(copy, None, data)


def _take_away(plan: Plan, paths: Iterable[str], ours: Iterable[bytes] = ()) -> None:
    """Plan to remove files that hold what was written, or to bring back those that were there before."""
    for path in paths:
        before, original = files.content(path), plan.known.originals.pop(path, "")
        if before is not None and (os.path.islink(path) or not (plan.known.is_ours(path, before) or before in ours)):
            plan.kept.append(path)
        elif before is not None:
            after = files.content(original) if original else None
            plan.changes.append(Change(path, before, after))
            plan.changes.extend([Change(original, after, None)] if after is not None else [])
        plan.known.files.pop(path, None)


def _enter(plan: Plan, where: Places) -> None:
    """Plan the entry of the marketplace; one for the same folder stays as it is."""
    path, item = where.marketplace, package.entry(where.source)
    text = files.document(path)
    if text is None:
        after, _ = passages.added(package.marketplace().decode(), LIST, item)
        plan.known.passages[path] = [Passage(after, 0)]
        plan.edit(path, None, after)
        return
    if not isinstance(passages.at(text, ("name",)), str):
        raise InvalidSettingsError(f"{path} has no `name`, so Codex passes over it", "Give it one first.")
    there = [one for one in _entries(text) if one.get("name") == package.NAME]
    if any(source_of(one) != where.source for one in there):
        hint = "Remove that entry, or name its folder with --plugin-dir."
        raise FileExistsAlreadyError(f"{path} lists another plugin of this name, in {source_of(there[0])}", hint)
    if not there:
        after, passage = files.with_item(path, text, LIST, item)
        plan.known.passages[path] = [passage]
        plan.edit(path, text, after)


def _entries(text: str) -> list[dict[str, Any]]:
    listed = passages.at(text, LIST)
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def source_of(listed: dict[str, Any]) -> str | None:
    """Return the folder that an entry names, if it is one on this machine."""
    source = listed.get("source")
    path = source.get("path") if isinstance(source, dict) else source
    return path if isinstance(path, str) else None


def listed(path: str) -> dict[str, Any] | None:
    """Return the plugin's entry of a marketplace, if it has one."""
    text = files.document(path)
    return next((one for one in _entries(text or "{}") if one.get("name") == package.NAME), None)


def marketplace_name(path: str) -> str:
    """Return how a marketplace calls itself."""
    return str(passages.at(files.document(path) or package.marketplace().decode(), ("name",)))


def called(where: Places) -> str:
    """Return the plugin's name in a command of Codex."""
    return shlex.quote(f"{package.NAME}@{marketplace_name(where.marketplace)}")


def uninstall(where: Places, command: list[str]) -> Plan:
    """Plan to take everything away that was written and not changed since."""
    plan = begun(takes_away=True)
    known, texts = plan.known, package.texts(command)
    inside = [path for path in known.files if path.startswith(where.plugin + os.sep)]
    _take_away(plan, sorted({*inside, *(os.path.join(where.plugin, name) for name in texts)}), texts.values())
    _strike(plan, where)
    if (known.plugin, known.marketplace) == where:
        known.plugin = known.marketplace = ""
    return plan


def _strike(plan: Plan, where: Places) -> None:
    """Plan to take the entry out of the marketplace: as it was written, or as it was changed since."""
    path, item = where.marketplace, package.entry(where.source)
    text = files.document(path)
    if text is None:
        plan.known.passages.pop(path, None)
        return
    written = path in plan.known.passages
    after = restored(text, path, plan.known)

    def is_ours(one: Any) -> bool:
        named = isinstance(one, dict) and one.get("name") == package.NAME and source_of(one) == where.source
        return named if written else bool(one == item)

    plan.edit(path, text, passages.without(after, LIST, is_ours) if after else after)
