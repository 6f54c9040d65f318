"""What a call was made of, as its log tells it; read when it is asked for and kept nowhere."""

import msgspec

from codex_usage_tracker.contract import CallRow, Scope


class EvidenceTokens(msgspec.Struct, kw_only=True):
    """Token counters as a line of the log has them, null where it has none."""

    input_tokens: int | None
    cached_input_tokens: int | None
    uncached_input_tokens: int | None
    output_tokens: int | None
    reasoning_output_tokens: int | None
    total_tokens: int | None


class EvidenceUsage(msgspec.Struct, kw_only=True):
    """What a token count tells: of the call, and in total of the session up to it."""

    call: EvidenceTokens | None
    total: EvidenceTokens | None


class EvidenceTiming(msgspec.Struct, kw_only=True):
    """Milliseconds since the first entry, and since the entry before; null where a line tells no time."""

    elapsed_ms: int | None
    gap_ms: int | None


class EvidenceSpan(msgspec.Struct, kw_only=True):
    """Milliseconds from the first entry shown to the last, and the longest between two of them."""

    total_elapsed_ms: int | None
    slowest_gap_ms: int | None


class EvidenceEntry(msgspec.Struct, kw_only=True):
    """One line of the log; `text` is redacted, null where there is none, it was not asked for or is hidden.

    `character_count` is that of the whole text, `truncated` says that less of it is shown.
    """

    line_number: int
    timestamp: int | None
    type: str
    label: str
    name: str | None
    text: str | None
    character_count: int
    truncated: bool
    token_usage: EvidenceUsage | None
    action_timing: EvidenceTiming


class SerializedBucket(msgspec.Struct, kw_only=True):
    """A part of the lines as they stand in the file."""

    name: str
    characters: int
    tokens: int


class SerializedEvidence(msgspec.Struct, kw_only=True):
    """The lines as they stand in the file, with what is no text of the conversation.

    `deferred` says that the buckets were not asked for; where they were, their sums are the whole exactly.
    """

    raw_line_count: int
    raw_json_char_count: int
    raw_json_token_estimate: int
    token_estimator: str
    upper_bound: bool
    deferred: bool
    buckets: list[SerializedBucket]


class EvidenceSource(msgspec.Struct, kw_only=True):
    """The file that was read; `moved` says that it lies elsewhere than when it was read for the database."""

    file: str
    line_number: int
    first_line: int
    moved: bool
    compressed: bool


class EvidenceOmitted(msgspec.Struct, kw_only=True):
    """What the lines hold that is not shown: older entries, cut texts, parts not asked for, what stands there twice."""

    entries: int
    characters: int
    tool_outputs: int
    tool_output_characters: int
    compaction_histories: int
    repeated_lines: int
    unreadable_lines: int


class Evidence(msgspec.Struct, kw_only=True):
    """The lines between the call before and this one; `before` asks for what is older, null at the file's beginning.

    `visible_token_estimate` counts the texts of all selected entries before anything is cut, by the vocabulary that
    `visible_token_estimator` names, or as a token for three bytes (`characters`).
    """

    schema: str
    scope: Scope
    record: CallRow
    source: EvidenceSource
    loaded_on_demand: bool
    raw_context_persisted: bool
    context_mode: str
    include_tool_output: bool
    include_compaction_history: bool
    max_chars: int
    max_entries: int
    entries: list[EvidenceEntry]
    before: int | None
    visible_char_count: int
    visible_token_estimate: int
    visible_token_estimator: str
    serialized_evidence: SerializedEvidence
    action_timing: EvidenceSpan
    omitted: EvidenceOmitted


class ContextSettings(msgspec.Struct, kw_only=True):
    """Whether the server reads what calls were made of."""

    schema: str
    enabled: bool
    context_api: str


class ContextSwitch(msgspec.Struct, kw_only=True):
    """Switches that on or off until the server ends."""

    enabled: bool
