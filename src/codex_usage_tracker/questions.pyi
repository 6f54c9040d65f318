# Made from the registry by docs/generate.py.
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Required, TypeAlias, TypeVar, overload

from arro3.core import Table
from typing_extensions import TypedDict, Unpack

from codex_usage_tracker.contract import BudgetCheck, Calls, Coverage, Session, Status, Summary
from codex_usage_tracker.contract.diagnostics import (
    Commands,
    Concentration,
    FactCalls,
    Facts,
    FileModifications,
    FileReads,
    GitInteractions,
    Overview,
    ReadProductivity,
    ToolOutput,
)
from codex_usage_tracker.contract.insights import Insights, Recommendations
from codex_usage_tracker.contract.limits import Blocks, Limits
from codex_usage_tracker.contract.pictures import Compare, Heatmap, Pressure, Timeseries
from codex_usage_tracker.contract.threads import Call, Threads
from codex_usage_tracker.privacy import Hiding
from codex_usage_tracker.reports.asks import AskType

_T = TypeVar("_T")
_OneOrMore: TypeAlias = _T | Sequence[_T]
_Mode: TypeAlias = Literal["normal", "redacted", "strict"]

class _Ask(TypedDict, total=False):
    timezone: str
    privacy_mode: _Mode

class _RangeChoice(_Ask, total=False):
    range: Literal[
        "today", "yesterday", "thisweek", "last7days", "last14days", "last30days", "thismonth", "all", "alltime"
    ]
    since: str | date
    until: str | date
    last: str

class _CallsChoice(_RangeChoice, total=False):
    model: _OneOrMore[str]
    effort: _OneOrMore[str]
    tier: _OneOrMore[str]
    kind: _OneOrMore[str]
    origin: _OneOrMore[str]
    project: _OneOrMore[str]
    directory: _OneOrMore[str]
    branch: _OneOrMore[str]
    source: _OneOrMore[str]
    thread: _OneOrMore[str]
    search: str
    pricing_status: _OneOrMore[Literal["priced", "estimated", "unpriced"]]
    credit_confidence: _OneOrMore[Literal["exact", "inferred", "user_override", "missing", "estimated", "unpriced"]]
    finding: _OneOrMore[
        Literal[
            "retry-loop",
            "cold-resume",
            "model-switch",
            "cache-break",
            "tool-output-bloat",
            "context-carried",
            "low-cache",
            "context-bloat",
            "elevated-context",
            "reasoning-spike",
            "low-output",
            "runaway-thread",
            "sub-agent-swarm",
            "high-cost",
            "large-thread",
            "subagent-attribution",
        ]
    ]
    min_tokens: int
    min_cost: str | int | Decimal
    min_credits: str | int | Decimal
    include_archived: bool

class _SummaryAsk(_CallsChoice, total=False):
    group_by: _OneOrMore[str]
    sort: Literal[
        "tokens",
        "cost",
        "credits",
        "calls",
        "input_tokens",
        "cached_input_tokens",
        "cache_write_input_tokens",
        "uncached_input_tokens",
        "output_tokens",
        "reasoning_output_tokens",
        "total_tokens",
        "usd",
    ]
    limit: int

class _CallsAsk(_CallsChoice, total=False):
    sort: Literal[
        "time",
        "cost",
        "credits",
        "tokens",
        "input",
        "cached",
        "uncached",
        "output",
        "reasoning",
        "duration",
        "gap",
        "context",
        "cache",
        "model",
        "effort",
        "initiator",
        "thread",
    ]
    direction: Literal["asc", "desc"]
    limit: int
    offset: int

class _CallAsk(_Ask, total=False):
    record_id: Required[str]

class _ThreadsAsk(_CallsChoice, total=False):
    sort: Literal[
        "time",
        "name",
        "calls",
        "tokens",
        "input",
        "cached",
        "uncached",
        "output",
        "reasoning",
        "cost",
        "credits",
        "cache",
    ]
    direction: Literal["asc", "desc"]
    limit: int
    offset: int

class _ThreadAsk(_Ask, total=False):
    thread: str
    limit: int

class _LimitsAsk(_Ask, total=False):
    history: int
    course_at: int

class _BlocksAsk(_RangeChoice, total=False):
    active: bool
    limit: int

class _CoverageAsk(_CallsChoice, total=False):
    limit: int

class _TimeseriesAsk(_CallsChoice, total=False):
    bucket: Literal["hour", "day", "week", "month"]
    metric: _OneOrMore[
        Literal[
            "tokens",
            "cost",
            "credits",
            "calls",
            "input_tokens",
            "cached_input_tokens",
            "cache_write_input_tokens",
            "uncached_input_tokens",
            "output_tokens",
            "reasoning_output_tokens",
            "total_tokens",
            "usd",
        ]
    ]
    by: str
    top: int

class _RecommendationsAsk(_CallsChoice, total=False):
    min_score: str | int | Decimal
    limit: int

class _FactsAsk(_CallsChoice, total=False):
    fact_type: _OneOrMore[str]
    fact_name: _OneOrMore[str]
    fact_category: _OneOrMore[Literal["tools", "commands", "files", "results", "context"]]
    sort: Literal[
        "uncached", "tokens", "share", "cached", "output", "cache", "largest", "calls", "occurrences", "time", "fact"
    ]
    direction: Literal["asc", "desc"]
    limit: int

class _FactSummaryAsk(_FactsAsk, total=False): ...

class _FactCallsAsk(_CallsChoice, total=False):
    fact_type: Required[str]
    fact_name: Required[str]
    sort: Literal[
        "time", "tokens", "uncached", "input", "cached", "output", "reasoning", "cache", "model", "effort", "thread"
    ]
    direction: Literal["asc", "desc"]
    limit: int
    offset: int

class _SectionAsk(_Ask, total=False):
    include_archived: bool

class Questions:
    privacy_mode: str | None
    def status(self, **given: Unpack[_Ask]) -> Status: ...
    def summary(self, **given: Unpack[_SummaryAsk]) -> Summary: ...
    def calls(self, **given: Unpack[_CallsAsk]) -> Calls: ...
    def call(self, **given: Unpack[_CallAsk]) -> Call: ...
    def threads(self, **given: Unpack[_ThreadsAsk]) -> Threads: ...
    def thread(self, **given: Unpack[_ThreadAsk]) -> Session: ...
    def limits(self, **given: Unpack[_LimitsAsk]) -> Limits: ...
    def blocks(self, **given: Unpack[_BlocksAsk]) -> Blocks: ...
    def pricing_coverage(self, **given: Unpack[_CoverageAsk]) -> Coverage: ...
    def budgets(self, **given: Unpack[_Ask]) -> BudgetCheck: ...
    def series(self, **given: Unpack[_TimeseriesAsk]) -> Timeseries: ...
    def heatmap(self, **given: Unpack[_CallsChoice]) -> Heatmap: ...
    def compare(self, **given: Unpack[_CallsChoice]) -> Compare: ...
    def pressure(self, **given: Unpack[_CallsChoice]) -> Pressure: ...
    def recommendations(self, **given: Unpack[_RecommendationsAsk]) -> Recommendations: ...
    def insights(self, **given: Unpack[_CallsChoice]) -> Insights: ...
    def diagnostics_summary(self, **given: Unpack[_FactSummaryAsk]) -> Facts: ...
    def diagnostics_facts(self, **given: Unpack[_FactsAsk]) -> Facts: ...
    def diagnostics_compactions(self, **given: Unpack[_FactsAsk]) -> Facts: ...
    def diagnostics_tools(self, **given: Unpack[_FactsAsk]) -> Facts: ...
    def diagnostics_fact_calls(self, **given: Unpack[_FactCallsAsk]) -> FactCalls: ...
    def diagnostics_overview(self, **given: Unpack[_CallsChoice]) -> Overview: ...
    def diagnostics_concentration(self, **given: Unpack[_CallsChoice]) -> Concentration: ...
    def diagnostics_tool_output(self, **given: Unpack[_SectionAsk]) -> ToolOutput: ...
    def diagnostics_commands(self, **given: Unpack[_SectionAsk]) -> Commands: ...
    def diagnostics_git_interactions(self, **given: Unpack[_SectionAsk]) -> GitInteractions: ...
    def diagnostics_file_reads(self, **given: Unpack[_SectionAsk]) -> FileReads: ...
    def diagnostics_file_modifications(self, **given: Unpack[_SectionAsk]) -> FileModifications: ...
    def diagnostics_read_productivity(self, **given: Unpack[_SectionAsk]) -> ReadProductivity: ...
    @overload
    def ask(self, name: Literal["status"], **given: Unpack[_Ask]) -> Status: ...
    @overload
    def ask(self, name: Literal["summary"], **given: Unpack[_SummaryAsk]) -> Summary: ...
    @overload
    def ask(self, name: Literal["calls"], **given: Unpack[_CallsAsk]) -> Calls: ...
    @overload
    def ask(self, name: Literal["call"], **given: Unpack[_CallAsk]) -> Call: ...
    @overload
    def ask(self, name: Literal["threads"], **given: Unpack[_ThreadsAsk]) -> Threads: ...
    @overload
    def ask(self, name: Literal["thread"], **given: Unpack[_ThreadAsk]) -> Session: ...
    @overload
    def ask(self, name: Literal["limits"], **given: Unpack[_LimitsAsk]) -> Limits: ...
    @overload
    def ask(self, name: Literal["blocks"], **given: Unpack[_BlocksAsk]) -> Blocks: ...
    @overload
    def ask(self, name: Literal["pricing-coverage"], **given: Unpack[_CoverageAsk]) -> Coverage: ...
    @overload
    def ask(self, name: Literal["budgets"], **given: Unpack[_Ask]) -> BudgetCheck: ...
    @overload
    def ask(self, name: Literal["series"], **given: Unpack[_TimeseriesAsk]) -> Timeseries: ...
    @overload
    def ask(self, name: Literal["heatmap"], **given: Unpack[_CallsChoice]) -> Heatmap: ...
    @overload
    def ask(self, name: Literal["compare"], **given: Unpack[_CallsChoice]) -> Compare: ...
    @overload
    def ask(self, name: Literal["pressure"], **given: Unpack[_CallsChoice]) -> Pressure: ...
    @overload
    def ask(self, name: Literal["recommendations"], **given: Unpack[_RecommendationsAsk]) -> Recommendations: ...
    @overload
    def ask(self, name: Literal["insights"], **given: Unpack[_CallsChoice]) -> Insights: ...
    @overload
    def ask(self, name: Literal["diagnostics/summary"], **given: Unpack[_FactSummaryAsk]) -> Facts: ...
    @overload
    def ask(self, name: Literal["diagnostics/facts"], **given: Unpack[_FactsAsk]) -> Facts: ...
    @overload
    def ask(self, name: Literal["diagnostics/compactions"], **given: Unpack[_FactsAsk]) -> Facts: ...
    @overload
    def ask(self, name: Literal["diagnostics/tools"], **given: Unpack[_FactsAsk]) -> Facts: ...
    @overload
    def ask(self, name: Literal["diagnostics/fact-calls"], **given: Unpack[_FactCallsAsk]) -> FactCalls: ...
    @overload
    def ask(self, name: Literal["diagnostics/overview"], **given: Unpack[_CallsChoice]) -> Overview: ...
    @overload
    def ask(self, name: Literal["diagnostics/concentration"], **given: Unpack[_CallsChoice]) -> Concentration: ...
    @overload
    def ask(self, name: Literal["diagnostics/tool-output"], **given: Unpack[_SectionAsk]) -> ToolOutput: ...
    @overload
    def ask(self, name: Literal["diagnostics/commands"], **given: Unpack[_SectionAsk]) -> Commands: ...
    @overload
    def ask(self, name: Literal["diagnostics/git-interactions"], **given: Unpack[_SectionAsk]) -> GitInteractions: ...
    @overload
    def ask(self, name: Literal["diagnostics/file-reads"], **given: Unpack[_SectionAsk]) -> FileReads: ...
    @overload
    def ask(
        self, name: Literal["diagnostics/file-modifications"], **given: Unpack[_SectionAsk]
    ) -> FileModifications: ...
    @overload
    def ask(self, name: Literal["diagnostics/read-productivity"], **given: Unpack[_SectionAsk]) -> ReadProductivity: ...
    @overload
    def ask(self, name: str, *, privacy_mode: str | None = None, **given: Any) -> Any: ...
    def to_arrow(
        self, name: str = "calls", *, rows: str = "rows", privacy_mode: str | None = None, **given: Any
    ) -> Table: ...
    def hiding(self, mode: str | None = None) -> Hiding: ...

def method_of(name: str) -> str: ...
def read(kind: type[AskType], given: Mapping[str, Any]) -> AskType: ...
