"""Diagnostics: facts with what their calls used, and what only the logs tell of tools, git and files."""

from __future__ import annotations

import msgspec

from codex_usage_tracker.contract import CallRow, Numbers, Row, Scope


class FactType(msgspec.Struct, kw_only=True):
    """A type of facts: its names, occurrences, and the calls with any of it, whose tokens the shares add up to."""

    fact_type: str
    fact_category: str
    names: int
    occurrences: int
    calls: int
    total_tokens: int


class Fact(msgspec.Struct, kw_only=True):
    """A fact with the tokens of all calls that have it.

    These are associated: a call with several facts counts for each, so they do not add up. `share_tokens` do: each
    call's tokens are divided among its facts of the type; `share` is their part of the type's tokens. The tokens of
    tools' outputs are those that outputs tell; `largest_tokens` are those of the largest call.
    """

    fact_type: str
    fact_name: str
    fact_category: str
    occurrences: int
    calls: int
    share_tokens: int
    share: str | None
    total_tokens: int
    input_tokens: int
    cached_input_tokens: int
    uncached_input_tokens: int
    output_tokens: int
    reasoning_output_tokens: int
    cache_ratio: str | None
    tool_output_tokens: int
    largest_tokens: int
    latest_at: int


class Facts(msgspec.Struct, kw_only=True):
    """Facts of the calls in scope, and the types they are of."""

    schema: str
    view: str
    scope: Scope
    types: list[FactType]
    rows: list[Fact]
    row_count: int
    total_matched_rows: int
    truncated: bool
    notes: list[str]


class FactCalls(msgspec.Struct, kw_only=True):
    """A page of the calls that have a fact; `fact` is null where none has."""

    schema: str
    view: str
    scope: Scope
    fact: Fact | None
    rows: list[CallRow]
    row_count: int
    total_matched_rows: int
    limit: int
    offset: int
    has_more: bool
    notes: list[str]


class Snapshot(msgspec.Struct, kw_only=True):
    """A section of diagnostics.

    `status` is live (asked of the database now), fresh, stale (`new_calls` were read since `computed_at`) or missing
    (never computed). It tells of `logs` that could be read, and not of `missing_logs`.
    """

    schema: str
    section: str
    scope: Scope
    status: str
    refreshed: bool = False
    computed_at: int | None = None
    logs: int = 0
    missing_logs: int = 0
    calls: int = 0
    new_calls: int = 0
    notes: list[str] = []


class Overview(Snapshot, kw_only=True):
    """What the database holds; `cache_ratio` is that of all input, `avg_call_cache_ratio` the mean of the calls'."""

    totals: Numbers
    sessions: int
    threads: int
    models: int
    first_at: int | None
    latest_at: int | None
    cache_ratio: str | None
    avg_call_cache_ratio: str | None
    fact_rows: int


class FunctionRow(msgspec.Struct, kw_only=True):
    """A tool: how often it was called and answered, and the tokens of the outputs that tell their count."""

    function: str
    calls: int
    outputs: int
    counted_outputs: int
    output_tokens: int


class RootRow(msgspec.Struct, kw_only=True):
    """A program: how often it began a pipeline, and its share of the tokens of outputs."""

    program: str
    pipelines: int
    counted_outputs: int
    output_tokens: int


class MissingRow(msgspec.Struct, kw_only=True):
    """Outputs without a count of tokens, by why: no_wrapper, no_count or still_running."""

    reason: str
    outputs: int


class ToolOutputSummary(msgspec.Struct, kw_only=True):
    """Calls of tools, their outputs, and the tokens of those that tell their count."""

    function_calls: int
    function_outputs: int
    outputs_with_token_count: int
    outputs_without_token_count: int
    output_tokens: int
    command_output_tokens: int


class ToolOutput(Snapshot, kw_only=True):
    """How much tools put out."""

    summary: ToolOutputSummary | None = None
    functions: list[FunctionRow] = []
    command_roots: list[RootRow] = []
    missing_reasons: list[MissingRow] = []


class CommandRow(msgspec.Struct, kw_only=True):
    """A command: how often it ran, shell calls that began with it and failed, or repeated a failed one."""

    program: str
    verb: str
    effect: str
    commands: int
    counted_outputs: int
    output_tokens: int
    failed: int
    retries: int
    retry_output_tokens: int


class CommandsSummary(msgspec.Struct, kw_only=True):
    """Shell calls and the commands in them."""

    shell_calls: int
    failed_calls: int
    retries: int
    commands: int
    unique_commands: int
    output_tokens: int
    retry_output_tokens: int


class Commands(Snapshot, kw_only=True):
    """What was run in the shell."""

    summary: CommandsSummary | None = None
    commands: list[CommandRow] = []


class GitRow(msgspec.Struct, kw_only=True):
    """An operation of git or gh; of a category or a mutability, all of its operations."""

    program: str
    operation: str
    category: str
    mutability: str
    interactions: int
    failed: int
    output_tokens: int


class GitSum(msgspec.Struct, kw_only=True):
    """The interactions of one category or mutability."""

    name: str
    interactions: int
    failed: int
    output_tokens: int


class GitSummary(msgspec.Struct, kw_only=True):
    """Shell calls with git or gh in them, and the commands themselves."""

    git_shell_calls: int
    git_command_calls: int
    github_cli_calls: int
    unique_interactions: int
    read_only: int
    local_mutation: int
    remote_mutation: int
    unknown: int


class GitInteractions(Snapshot, kw_only=True):
    """What was done with git and GitHub."""

    summary: GitSummary | None = None
    interactions: list[GitRow] = []
    categories: list[GitSum] = []
    mutability: list[GitSum] = []


class ReaderRow(msgspec.Struct, kw_only=True):
    """A program that reads files: reads of paths that it surely was given, those repeated, those before a change."""

    reader: str
    commands: int
    read_events: int
    output_tokens: int
    re_reads: int
    re_read_tokens: int
    modified_later: int
    modified_later_share: str | None


class ReadPathRow(msgspec.Struct, kw_only=True):
    """A path that was read: its base name and a keyed hash."""

    path: str
    extension: str
    read_events: int
    logs: int
    output_tokens: int
    re_reads: int
    re_read_tokens: int
    modified_later: int


class LargeReadRow(msgspec.Struct, kw_only=True):
    """A command that read much, where it stands in the log."""

    reader: str
    paths: int
    output_tokens: int
    thread_id: str
    line: int
    at: int | None


class FileReadsSummary(msgspec.Struct, kw_only=True):
    """Reads of files; `re_reads` read the same part of a path again that nothing had changed, within one context."""

    read_commands: int
    read_events: int
    unique_paths_read: int
    uncounted_reads: int
    output_tokens: int
    re_reads: int
    re_read_tokens: int


class FileReads(Snapshot, kw_only=True):
    """What was read, by whom and how often."""

    summary: FileReadsSummary | None = None
    by_reader: list[ReaderRow] = []
    top_paths: list[ReadPathRow] = []
    largest_read_commands: list[LargeReadRow] = []


class ChangedPathRow(msgspec.Struct, kw_only=True):
    """A path that was changed; lines are those of patches."""

    path: str
    extension: str
    events: int
    logs: int
    added: int
    updated: int
    deleted: int
    moved: int
    written: int
    lines_added: int
    lines_removed: int


class ExtensionRow(msgspec.Struct, kw_only=True):
    """Changes by the ending of names."""

    extension: str
    events: int
    paths: int
    lines_added: int
    lines_removed: int


class LargeChangeRow(msgspec.Struct, kw_only=True):
    """A change of many lines, where it stands in the log."""

    path: str
    extension: str
    change: str
    lines_added: int
    lines_removed: int
    thread_id: str
    line: int
    at: int | None


class FileModificationsSummary(msgspec.Struct, kw_only=True):
    """Patches that were applied or not, shell commands that wrote, and the changes they made."""

    patches: int
    failed_patches: int
    shell_writes: int
    events: int
    unique_paths: int
    added: int
    updated: int
    deleted: int
    moved: int
    written: int
    lines_added: int
    lines_removed: int


class FileModifications(Snapshot, kw_only=True):
    """What was changed."""

    summary: FileModificationsSummary | None = None
    top_paths: list[ChangedPathRow] = []
    by_extension: list[ExtensionRow] = []
    largest_events: list[LargeChangeRow] = []


class ReadProductivitySummary(msgspec.Struct, kw_only=True):
    """Reads that were followed by a change of the same path in the same log: no cause is told by that."""

    read_events: int
    modified_later: int
    modified_later_share: str | None


class ReadProductivity(Snapshot, kw_only=True):
    """How many reads were followed by a change of what was read."""

    summary: ReadProductivitySummary | None = None
    by_reader: list[ReaderRow] = []
    top_modified_paths: list[ReadPathRow] = []


class ConcentrationRow(msgspec.Struct, kw_only=True):
    """How unevenly tokens are spread over the groups of a dimension.

    `effective_groups` is one over the sum of squared shares: so many equal groups would be as concentrated.
    """

    dimension: str
    group_count: int
    top_1_share: str | None
    top_3_share: str | None
    top_5_share: str | None
    effective_groups: str | None
    top_rows: list[Row]


class Concentration(Snapshot, kw_only=True):
    """On how few threads, folders, days and models the tokens went, and the largest calls."""

    totals: Numbers
    dimensions: list[ConcentrationRow]
    largest_calls: list[CallRow]


class DiagnosticsJob(msgspec.Struct, kw_only=True):
    """Whether logs are being read for diagnostics now: since when, and how much of them is done (0 to 1).

    `outcome` is what became of the last time: done (so many logs read, so many missing), cancelled or failed.
    """

    schema: str
    running: bool
    started_at: int | None = None
    share_done: str | None = None
    outcome: str | None = None
    message: str | None = None
    logs: int = 0
    missing_logs: int = 0
