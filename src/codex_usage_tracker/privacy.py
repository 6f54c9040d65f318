"""What a privacy mode hides: by the names of fields, applied to every answer right before it leaves the process."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import msgspec

    Row = Sequence[object]

Answer = TypeVar("Answer", bound="msgspec.Struct")

NORMAL, REDACTED, STRICT = MODES = ("normal", "redacted", "strict")
GONE = "gone"
"""Instead of a label's word: the value becomes null."""
WITHOUT_PATHS = "without paths"
"""Instead of a label's word: a sentence of the program that may tell of paths."""
UNDECIDED = "[hidden]"


def _words(table: str) -> dict[str, str]:
    """Return fields with their words, from lines such as `word: field field`."""
    lines = (line.partition(":") for line in table.strip().splitlines())
    return {field: word.strip() for word, _, fields in lines for field in fields.split()}


REDACTED_WORDS = _words(
    """
    Budget: BudgetState.name
    Commit: git_commit
    Directory: cwd directory
    File: db_path file_path files path source_file backup_path deleted_paths EvidenceSource.file
    Home: codex_home HomeRow.label home
    Project: project
    Remote: git_remote remote
    Search: filters.search
    Thread: filters.thread
    gone: EvidenceEntry.name EvidenceEntry.text
    gone: thread_name Agent.name RootThread.name FlaggedThread.name RangeRow.name Row.name ThreadInfo.name
    without paths: IngestIssue.message Check.repair DemoHistory.next Failure.hint Failure.message PricingUpdate.source
    without paths: damage DiagnosticsJob.message SettingsState.hint SettingsState.problem SettingsState.warnings
    """
)
"""Fields and dimensions that redacted mode replaces by a label; `Struct.field` goes before `field`."""
STRICT_WORDS = REDACTED_WORDS | _words(
    """
    Agent: nickname
    Branch: branch git_branch
    Response: request_id response_id
    Tags: project_tag
    Thread: session thread root_thread parent_thread thread_id root_thread_id parent_thread_id forked_from_id session_id
    Turn: turn_id
    """
)
WORDS: dict[str, dict[str, str]] = {NORMAL: {}, REDACTED: REDACTED_WORDS, STRICT: STRICT_WORDS}
SHOWN = frozenset(
    """
    avg_call_cache_ratio cache_ratio category change dimension effect effective_groups extension fact_category fact_name
    fact_type function modified_later_share mutability notes operation program reader section share_done status
    top_1_share top_3_share top_5_share verb GitSum.name
    action cache_state caption change_usd before_usd cause finding lost_credits lost_usd score severity share stake
    title unit view why CacheState.state Card.key ChangeSplit.dimension Finding.key FindingSum.key Insights.score
    ViewLink.direction ViewLink.sort Notice.key Preset.key Signal.key filters.min_score
    BucketValue.bucket_start BucketValue.value
    BudgetCheck.status BudgetState.amount BudgetState.left BudgetState.limit BudgetState.per BudgetState.status
    BudgetState.unit BudgetState.used Check.hint Check.message Check.name Check.status DatabaseState.hint
    DatabaseState.problem Doctor.status Exposure.what Exposure.why SettingsState.name Evidence.context_mode
    Evidence.visible_token_estimator Event.id Export.format FactRow.name Failure.code FileProblem.reason
    Forecast.sentence Forecast.verdict Health.status Link.proof Link.url LogNote.code LogNote.meaning Mix.value
    ParsedAllowance.notes SerializedBucket.name SerializedEvidence.token_estimator
    PastedText.text PriceChange.after PriceChange.before PriceChange.field PriceChange.from_day
    PriceRule.effective_from PriceRule.effective_to PriceRule.estimate PriceRule.origin PriceRule.id
    PriceRule.model_pattern Series.metric Series.total Series.values ServerSettings.version SettingsFile.settings
    Spread.least Spread.lower Spread.median Spread.most Spread.upper TypedAllowance.family TypedAllowance.window
    TypedLimit.family TypedLimit.limit Worth.unit account agent_role assumed basis bucket busiest_day
    cached_input_cost_usd changes client_version confidence context_api cost_usd credit_confidence credited_share
    credits credits_per_percent date day effort estimated_usd group_by history history_mode hour input_cost_usd kind
    label latest_event limit_id longest_streak_from_day max_event_timestamp min_credits min_usd model month origin
    originator outcome output_cost_usd parser_adapter payload_schema plan priced_as priced_share pricing_status
    privacy_mode provider reason reasoning_effort record_id role schema service_tier source subagent_type thread_source
    tier timezone total_cost_usd ts type usd version week whole_credits whole_usd
    """.split(),  # noqa: SIM905  (a list of words reads best as one text)
)
"""Texts that no mode hides by themselves; a text that stands in no table is hidden, so that no new one slips out."""
PATH = re.compile(r"(?:[A-Za-z]:)?[/\\][^\s:'\"`]+")


def hidden(answer: Answer, mode: str, secret: bytes) -> Answer:
    """Return an answer as a mode shows it, with the mode in its scope."""
    return answer if mode == NORMAL else Veil(mode, secret).struct(answer)


def row_veil(owner: str, names: Sequence[str], mode: str, secret: bytes) -> Callable[[Row], Row]:
    """Return what hides a row of an `owner` struct's values, for exports that make no structs."""
    if mode == NORMAL:
        return lambda row: row
    veil = Veil(mode, secret)
    return lambda row: [veil.value(owner, name, value) for name, value in zip(names, row, strict=True)]


def without_paths(text: str, mode: str) -> str:
    """Return a sentence of the program without the paths it tells of."""
    return text if mode == NORMAL else PATH.sub("[path]", text)


class Veil:
    """One mode with the key of its labels, so that the same text has the same label in every answer."""

    def __init__(self, mode: str, secret: bytes) -> None:
        self.mode = mode
        self.words = WORDS[mode]
        self.secret = secret
        self.labels: dict[tuple[str, str], str] = {}

    def struct(self, one: Answer) -> Answer:
        """Return a struct with its fields hidden, and those of the structs within."""
        owner = type(one).__name__
        fields = {name: self.value(owner, name, getattr(one, name)) for name in one.__struct_fields__}
        if "privacy_mode" in fields:
            fields["privacy_mode"] = self.mode
        if "keys" in fields and "key" in fields:
            fields["key"] = _key(one.key, one.keys, fields["keys"])  # type: ignore[attr-defined]
        if "group_key" in fields:
            fields["group_key"] = fields["key"]
        return type(one)(**fields)

    def value(self, owner: str, name: str, value: Any) -> Any:
        """Return the value of a field, hidden if its name says so."""
        if isinstance(value, str):
            return self.text(owner, name, value)
        if hasattr(value, "__struct_fields__"):
            return self.struct(value)
        if isinstance(value, (list, tuple)):
            return [self.value(owner, name, one) for one in value]
        if isinstance(value, dict):
            return {key: self.value(name, key, one) for key, one in value.items()}
        return value

    def text(self, owner: str, name: str, value: str) -> str | None:
        """Return a text, its label, or null."""
        word = self.words.get(f"{owner}.{name}", self.words.get(name))
        if word is None:
            known = name in SHOWN or f"{owner}.{name}" in SHOWN or name in STRICT_WORDS
            return value if known else UNDECIDED
        if word == WITHOUT_PATHS:
            return without_paths(value, self.mode)
        return None if word == GONE else self.label(word, value)

    def label(self, word: str, value: str) -> str:
        """Return a stable name for a text, made with the database's key."""
        from hashlib import blake2b  # noqa: PLC0415  (most runs hide nothing)

        found = self.labels.get((word, value))
        if found is None:
            digest = blake2b(f"{word}|{value}".encode("utf-8", "replace"), key=self.secret[:64], digest_size=4)
            found = self.labels[word, value] = f"{word} {digest.hexdigest()}"
        return found


def _key(key: str | None, before: dict[str, str | None], after: dict[str, str | None]) -> str | None:
    """Return a group's key made of its hidden keys: the one that it is, or all of them in a row; None without keys."""
    for name, value in before.items():
        if value == key:
            return after[name]
    return " / ".join(one or "unknown" for one in after.values()) or None
