"""Whose rollout it is: what a `session_meta` says of its thread."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from codex_usage_tracker.ingest import labels
from codex_usage_tracker.ingest.decode import instant
from codex_usage_tracker.model import Thread

if TYPE_CHECKING:
    from codex_usage_tracker.ingest.decode import SessionMeta

KINDS = {
    "review": "review",
    "compact": "compaction",
    "memory_consolidation": "memory",
    "guardian": "guardian",
    "guardian_review": "guardian",
    "thread_title": "title",
}
"""Words of `source` and `thread_source` that say for what a thread was begun."""
WHO = re.compile(r"(?<=://)(?!git@)[^/]*@")
"""Who asks for a repository, which may be a token or have a password."""


def spawn_of(meta: SessionMeta) -> dict[str, Any]:
    """Return how a sub-agent was spawned; empty for any other thread."""
    inner = meta.source.get("subagent") if isinstance(meta.source, dict) else None
    spawn = inner.get("thread_spawn") if isinstance(inner, dict) else None
    return spawn if isinstance(spawn, dict) else {}


def parent_of(meta: SessionMeta) -> str | None:
    """Return the thread that spawned this one."""
    return _text(meta.parent_thread_id) or _text(spawn_of(meta).get("parent_thread_id"))


def kind_of(meta: SessionMeta) -> str:
    """Return what the calls of a thread are for: turn, subagent, review, guardian, memory."""
    words = [] if spawn_of(meta) else _words(meta.source)
    for word in (*words, meta.thread_source):
        if word in KINDS:
            return KINDS[word]
    spawned = spawn_of(meta) or "subagent" in words or meta.thread_source == "subagent"
    return "subagent" if spawned else "turn"


def thread_of(meta: SessionMeta, at: int) -> Thread:
    """Return the thread that a `session_meta` describes; `at` stands in for a missing time."""
    git, spawn = meta.git, spawn_of(meta)
    words = ["subagent", "thread_spawn"] if spawn else _words(meta.source)[:2]
    return Thread(
        thread=meta.id or "",
        session=meta.session_id,
        parent=parent_of(meta),
        forked_from=meta.forked_from_id,
        created_at=instant((meta.timestamp or "").encode("utf-8", "replace")) or at,
        cwd=meta.cwd,
        git_branch=git.branch if git else None,
        git_commit=git.commit_hash if git else None,
        git_remote=_public(git.repository_url) if git and git.repository_url else None,
        originator=labels.name_of(meta.originator),
        client_version=labels.name_of(meta.cli_version),
        provider=labels.name_of(meta.model_provider),
        source=labels.name_of(":".join(words)),
        role=_text(meta.agent_role or spawn.get("agent_role")),
        nickname=_text(meta.agent_nickname or spawn.get("agent_nickname")),
        account=meta.creator_account_id,
        history_mode=labels.known(meta.history_mode, labels.HISTORY_MODES),
    )


def _public(url: str) -> str:
    """Return the address of a repository without who asks for it."""
    return WHO.sub("", url, count=1)


def _words(source: object) -> list[str]:
    """Return the words of a `source`, outer before inner."""
    if isinstance(source, str):
        return [source]
    if isinstance(source, dict):
        return [word for key, value in source.items() for word in (str(key), *_words(value)) if word]
    return []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
