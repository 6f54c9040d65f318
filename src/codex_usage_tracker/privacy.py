"""What a privacy mode hides: by the names of fields, applied to every answer right before it leaves the process."""

from __future__ import annotations

import re
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from codex_usage_tracker import paths
from codex_usage_tracker.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import msgspec

    Row = Sequence[object]
    Shows = Callable[[str], str | None]

Answer = TypeVar("Answer", bound="msgspec.Struct")

NORMAL, REDACTED, STRICT = MODES = ("normal", "redacted", "strict")
ENVIRONMENT = "CODEX_USAGE_TRACKER_PRIVACY_MODE"
AS_IS = "shown"
GUARDED = "shown unless a secret"
"""Instead of a label's word: shown, but for names in which a secret stands."""
GONE = "gone"
"""Instead of a label's word: the value becomes null."""
OPT_IN = "gone unless opted in"
"""Instead of a label's word: the value becomes null, unless the settings let it be seen."""
WITHOUT_PATHS = "without paths"
"""Instead of a label's word: a sentence of the program that may tell of paths."""
UNDECIDED = "[hidden]"


class Label(NamedTuple):
    """Something that has a name, what stands for it in two modes, and the fields that hold it.

    A field is told by its name, or by `Struct.name`, which goes first.
    """

    what: str
    redacted: str
    strict: str
    fields: tuple[str, ...]


def _labels(table: str) -> tuple[Label, ...]:
    """Return labels from lines of four columns."""
    cells = ([cell.strip() for cell in line.split("|")] for line in table.strip().splitlines())
    return tuple(Label(what, redacted, strict, tuple(fields.split())) for what, redacted, strict, fields in cells)


LABELS = _labels(
    """
    Thread names | gone unless opted in | gone unless opted in | thread_name Agent.name RootThread.name FlaggedThread.name RangeRow.name Row.name ThreadInfo.name
    Projects, unless `projects.json` names them | Project | Project | project
    Folders | Directory | Directory | cwd directory
    Paths and names of files | File | File | db_path file_path files path source_file backup_path deleted_paths EvidenceSource.file
    Codex homes | Home | Home | codex_home HomeRow.label home
    Git remotes | Remote | Remote | git_remote remote
    Git commits | Commit | Commit | git_commit
    Budgets | Budget | Budget | BudgetState.name
    Texts and names of evidence | gone | gone | EvidenceEntry.name EvidenceEntry.text
    What is searched for | Search | Search | filters.search
    Threads that are asked for | Thread | Thread | filters.thread
    Sentences of the program | without paths | without paths | IngestIssue.message Check.detail Check.message Check.hint Check.repair DatabaseState.problem DatabaseState.hint FileChange.text Installation.next Installation.undo Installation.notes Setup.next SetupStep.message SetupStep.next SetupStep.undo DemoHistory.next Failure.hint Failure.message PricingUpdate.source damage DiagnosticsJob.message SettingsState.hint SettingsState.problem SettingsState.warnings Schedule.commands Schedule.undo Sync.reasons
    Git branches | shown unless a secret | Branch | branch git_branch
    Tags of projects | shown unless a secret | Tags | project_tag
    Nicknames of agents | shown unless a secret | Agent | nickname
    Ids of threads | shown | Thread | session thread root_thread parent_thread thread_id root_thread_id parent_thread_id forked_from_id session_id
    Ids of turns | shown | Turn | turn_id
    Ids of responses | shown | Response | request_id response_id
    Models, efforts, tiers and plans | shown unless a secret | shown unless a secret | model effort reasoning_effort tier service_tier priced_as plan limit_id Mix.value
    Roles of agents, kinds and sources of threads | shown unless a secret | shown unless a secret | role agent_role source subagent_type thread_source kind
    Clients with their versions, and providers | shown unless a secret | shown unless a secret | originator client_version version provider
    Tools, MCP servers, commands and outcomes | shown unless a secret | shown unless a secret | fact_name function program operation FactRow.name GitSum.name outcome
    Accounts, as keyed hashes | shown | shown | account
    """  # noqa: E501  (a table)
)
"""All that has a name, in every mode; in normal mode it is shown."""
SHOWN = frozenset(
    """
    avg_call_cache_ratio cache_ratio category change dimension effect effective_groups extension fact_category
    fact_type modified_later_share mutability notes reader section share_done status
    top_1_share top_3_share top_5_share verb
    action cache_state caption change_usd before_usd cause finding lost_credits lost_usd score severity share stake
    title unit view why CacheState.state Card.key ChangeSplit.dimension Finding.key FindingSum.key Insights.score
    ViewLink.direction ViewLink.sort Notice.key Preset.key Signal.key filters.min_score
    BucketValue.bucket_start BucketValue.value FileChange.change SetupStep.name SetupStep.status
    BudgetCheck.status BudgetState.amount BudgetState.left BudgetState.limit BudgetState.per BudgetState.status
    BudgetState.unit BudgetState.used Check.name Check.status
    Doctor.status Exposure.what Exposure.why SettingsState.name Evidence.context_mode
    BundlePrivacy.local_paths BundlePrivacy.mode Library.name NoteCount.code NoteCount.meaning Place.found Place.mode
    Place.what PriceCards.list_prices_as_of PriceCards.rate_card_as_of Program.encoding Program.implementation
    Program.machine Program.python Program.sqlite Program.system Program.system_release Variable.name Variable.value
    never_included
    Evidence.visible_token_estimator Event.id Export.format Failure.code FileProblem.reason
    Forecast.sentence Forecast.verdict Health.status Link.proof Link.url LogNote.code LogNote.meaning
    ParsedAllowance.notes SerializedBucket.name SerializedEvidence.token_estimator
    PastedText.text PriceChange.after PriceChange.before PriceChange.field PriceChange.from_day
    PriceRule.effective_from PriceRule.effective_to PriceRule.estimate PriceRule.origin PriceRule.id
    PriceRule.model_pattern Series.metric Series.total Series.values ServerSettings.version SettingsFile.settings
    Spread.least Spread.lower Spread.median Spread.most Spread.upper TypedAllowance.family TypedAllowance.window
    TypedLimit.family TypedLimit.limit Worth.unit assumed basis bucket busiest_day
    cached_input_cost_usd changes confidence context_api cost_usd credit_confidence credited_share
    credits credits_per_percent date day estimated_usd group_by history history_mode hour input_cost_usd
    label latest_event longest_streak_from_day max_event_timestamp min_credits min_usd month origin
    output_cost_usd parser_adapter payload_schema priced_share pricing_status
    LinkMade.hub Schedule.scheduler Sync.hub Unlinked.hub
    privacy_mode reason record_id schema timezone total_cost_usd ts type usd week whole_credits whole_usd
    """.split(),  # noqa: SIM905  (a list of words reads best as one text)
)
"""Texts of the program that no mode hides; a text that stands in no table is hidden, so that no new one slips out."""
WORDS: dict[str, dict[str, str]] = {
    NORMAL: {},
    REDACTED: {field: label.redacted for label in LABELS for field in label.fields},
    STRICT: {field: label.strict for label in LABELS for field in label.fields},
}
BYTES = {"Thread": 6, "Turn": 8, "Response": 8}
"""How long labels are; there may be millions of these, of others few."""
GOES_ON = (
    "and|answers|are|belongs?|broke|can|cannot|does|exists|first|holds|is|lies?|lists|looks|names|stays|takes|was|were"
)
ZONE = "(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific)/[A-Z]"
AFTER = rf"[:;,] |['\"`]|\.?$| (?:{GOES_ON})\b"
"""What may come after a path."""
PATH = re.compile(rf"(?<![^\s:'\"`])(?!{ZONE}|/status\b)(?:[A-Za-z]:)?[^\s:'\"`]*[/\\].*?(?={AFTER})", re.MULTILINE)
"""From the word with its first separator to whatever goes on after a path: names of files may have blanks."""
OWN_FILE = re.compile(r"(?:general|projects|budgets|allowance|thresholds|pricing|rate-card)\.json\Z")
USER = re.compile(r"//[^/?#]*@")
"""A name and password at the beginning of an address."""
GIVEN = (
    (re.compile(r"`(aliases|tags)[.\[].*?`(?= |$)"), r"`\1[...]`"),
    (re.compile(r"`.*`(?= (?:is not known|stands) )"), "a key"),
    (re.compile(r"(?<=the text )(['\"]).*\1"), "[hidden]"),
)
"""Names and texts of the user's, where a sentence tells of a file of settings."""
SECRET = re.compile(
    r"\b(?:[spr]k[-_](?=[\w-]*\d)|(?:gh[oprsu]|github_pat|npm|hf|dop_v1|shpat)_|(?:glpat|xapp|xox[abeprs]|pypi)-)[\w-]{10}"
    r"|\b(?:AKIA|ASIA)\w{12}"
    r"|\bAIza\w{20}|\beyJ[\w-]{10}|-----BEGIN|://[^/\s:@]*:[^/\s@]+@|(?i:pass\w*|secret|token|api[-_]?key)\s*[=:]\s*\S"
    r"|\b(?=\w*\d)(?=\w*[A-Z])(?=\w*[a-z])\w{32}",
)
"""What a key, a token or a password looks like in a name."""
FEW_BYTES = 4
MOST_KEPT = 100_000
"""Texts whose labels are known; of more, labels are made anew."""
PLAIN = frozenset({int, float, bool, type(None)})


class Hiding(NamedTuple):
    """A privacy mode, the key of its labels, and what the user lets be seen in it: names of projects, of threads."""

    mode: str = NORMAL
    secret: bytes = b""
    aliases: frozenset[str] = frozenset()
    thread_names: bool = False

    @property
    def hides(self) -> bool:
        """Say whether anything is hidden."""
        return self.mode != NORMAL

    @property
    def veil(self) -> Veil:
        """Return what hides."""
        return Veil(self)


def mode_of(told: str | None) -> str:
    """Return the mode that is told."""
    mode = (told or NORMAL).lower()
    if mode not in MODES:
        raise InvalidValueError(f"there is no privacy mode {mode[:40]!a}", f"Choose one of {', '.join(MODES)}.")
    return mode


def hidden(answer: Answer, hiding: Hiding) -> Answer:
    """Return an answer as a mode shows it, with the mode in its scope."""
    return hiding.veil.struct(answer) if hiding.hides else answer


def row_veil(owner: str, names: Sequence[str], hiding: Hiding) -> Callable[[Row], Row]:
    """Return what hides a row of an `owner` struct's values, for exports that make no structs."""
    if not hiding.hides:
        return lambda row: row
    veil = hiding.veil
    shows = [(place, veil.shows(owner, name)) for place, name in enumerate(names)]
    hides = [(place, show) for place, show in shows if show is not None]

    def veiled(row: Row) -> Row:
        told = list(row)
        for place, show in hides:
            value = told[place]
            if type(value) is str:
                told[place] = show(value)
        return told

    return veiled


def without_user(url: str) -> str:
    """Return an address without a name and password that it may begin with."""
    return USER.sub("//", url)


def without_paths(text: str, mode: str) -> str:
    """Return a sentence of the program without paths and names that the user gave; those of files of settings stay."""
    if mode == NORMAL:
        return text
    for pattern, instead in GIVEN:
        text = pattern.sub(instead, text)
    for path in paths.named():
        if path in text:
            text = re.sub(rf"({re.escape(path)})(?=[/\\]|{AFTER})", _unplaced, text, flags=re.MULTILINE)
    return PATH.sub(_unplaced, text)


def _unplaced(path: re.Match[str]) -> str:
    own = OWN_FILE.search(path[0])
    return f"[path] {own[0]}" if own else "[path]"


class Veil:
    """One mode with the key of its labels, so that the same text has the same label in every answer."""

    def __init__(self, hiding: Hiding) -> None:
        self.mode, self.secret, self.aliases, self.thread_names = hiding
        self.words = WORDS[hiding.mode]
        self.labels: dict[tuple[str, str], str] = {}
        self._plans: dict[type, list[tuple[str, Shows | None]]] = {}

    def struct(self, one: Answer) -> Answer:
        """Return a struct with its fields hidden, and those of the structs within."""
        kind = type(one)
        plan = self._plans.get(kind) or self._plan(kind)
        fields: dict[str, Any] = {}
        for name, show in plan:
            value = getattr(one, name)
            told = type(value)
            if told is str:
                value = show(value) if show else value
            elif told not in PLAIN:
                value = self.value(kind.__name__, name, value)
            fields[name] = value
        if "privacy_mode" in fields:
            fields["privacy_mode"] = self.mode
        if "keys" in fields and "key" in fields:
            fields["key"] = _key(one.key, one.keys, fields["keys"])  # type: ignore[attr-defined]
        if "group_key" in fields:
            fields["group_key"] = fields["key"]
        return kind(**fields)

    def _plan(self, kind: type[msgspec.Struct]) -> list[tuple[str, Shows | None]]:
        found = self._plans[kind] = [(name, self.shows(kind.__name__, name)) for name in kind.__struct_fields__]
        return found

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
        show = self.shows(owner, name)
        return show(value) if show else value

    def shows(self, owner: str, name: str) -> Shows | None:
        """Return what makes the texts of a field what the mode shows, None where they stay as they are."""
        whole = f"{owner}.{name}"
        word = self.words.get(whole, self.words.get(name))
        if word is None:
            return None if name in SHOWN or whole in SHOWN else lambda _: UNDECIDED
        if word == OPT_IN and self.thread_names:
            word = GUARDED
        if word == AS_IS:
            return None
        if word == GUARDED:
            return self._unless_secret
        if word == WITHOUT_PATHS:
            return lambda text: without_paths(text, self.mode)
        if word in {GONE, OPT_IN}:
            return lambda _: None
        return self._project if word == "Project" else partial(self.label, word)

    def _project(self, name: str) -> str:
        return name if name in self.aliases else self.label("Project", name)

    def _unless_secret(self, text: str) -> str:
        """Return a name, or a label where a secret stands in it."""
        found = self.labels.get((GUARDED, text))
        if found is None:
            found = self._keep(GUARDED, text, self.label("Secret", text) if SECRET.search(text) else text)
        return found

    def label(self, word: str, value: str) -> str:
        """Return a stable name for a text, made with the database's key."""
        found = self.labels.get((word, value))
        if found is None:
            text, size = f"{word}|{value}".encode("utf-8", "replace"), BYTES.get(word, FEW_BYTES)
            digest = self._digest(text, key=self.secret[:64], digest_size=size)
            found = self._keep(word, value, f"{word} {digest.hexdigest()}")
        return found

    def _keep(self, word: str, value: str, told: str) -> str:
        if len(self.labels) < MOST_KEPT:
            self.labels[word, value] = told
        return told

    @cached_property
    def _digest(self) -> Any:
        from hashlib import blake2b  # noqa: PLC0415  (most runs hide nothing)

        return blake2b


def _key(key: str | None, before: dict[str, str | None], after: dict[str, str | None]) -> str | None:
    """Return a group's key made of its hidden keys: the one that it is, or all of them in a row; None without keys."""
    for name, value in before.items():
        if value == key:
            return after[name]
    return " / ".join(one or "unknown" for one in after.values()) or None
