"""The invented projects, and the commands and files that an agent touches in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product

import msgspec

from codex_usage_tracker.demo.dice import Dice


@dataclass(frozen=True)
class Project:
    """One folder in which people run Codex; without a remote it is no git repository."""

    name: str
    remote: str | None
    branches: tuple[str, ...]
    files: tuple[str, ...]
    test: str
    build: str
    things: tuple[str, ...]
    weight: float

    @property
    def cwd(self) -> str:
        """The folder."""
        return f"/home/robin/code/{self.name}"


def _github(name: str) -> str:
    return f"https://github.com/robin-demo/{name}.git"


PROJECTS = (
    Project(
        "aurora-api",
        _github("aurora-api"),
        ("main", "feat/uploads", "fix/flaky-upload", "feat/rate-limits"),
        ("src/aurora/app.py", "src/aurora/uploads.py", "src/aurora/auth.py", "tests/test_uploads.py", "pyproject.toml"),
        "uv run pytest -q tests",
        "uv run ruff check src tests",
        ("upload", "login", "rate limit", "audit log", "webhook"),
        10,
    ),
    Project(
        "aurora-web",
        _github("aurora-web"),
        ("main", "feat/dark-mode", "chore/deps"),
        ("src/App.tsx", "src/pages/Billing.tsx", "src/lib/api.ts", "src/pages/Billing.test.tsx", "package.json"),
        "npm test -- --run",
        "npm run build",
        ("billing page", "dark mode", "date picker", "form validation", "bundle size"),
        8,
    ),
    Project(
        "kestrel",
        _github("kestrel"),
        ("main", "perf/arena", "fix/utf8"),
        ("src/main.rs", "src/parser.rs", "src/arena.rs", "tests/parse.rs", "Cargo.toml"),
        "cargo test --quiet",
        "cargo clippy --all-targets",
        ("parser", "arena allocator", "error message", "fuzz target", "streaming reader"),
        6,
    ),
    Project(
        "ledger-sync",
        "git@gitlab.example.com:finance/ledger-sync.git",
        ("main", "release/2.4", "feat/multi-currency"),
        ("cmd/sync/main.go", "internal/ledger/ledger.go", "internal/ledger/ledger_test.go", "internal/bank/csv.go"),
        "go test ./...",
        "go build ./...",
        ("bank import", "rounding", "multi-currency", "retry queue", "CSV export"),
        5,
    ),
    Project(
        "infra",
        _github("infra"),
        ("main", "prod-db-upgrade"),
        ("terraform/main.tf", "terraform/db.tf", "ansible/site.yml", "scripts/rotate.sh"),
        "terraform validate",
        "terraform plan -lock=false",
        ("database upgrade", "key rotation", "backup job", "alert rules"),
        3,
    ),
    Project(
        "mobile-app",
        _github("mobile-app"),
        ("develop", "feat/offline"),
        ("lib/main.dart", "lib/sync/queue.dart", "lib/ui/home.dart", "test/queue_test.dart", "pubspec.yaml"),
        "flutter test",
        "flutter analyze",
        ("offline queue", "push notification", "home screen", "login flow"),
        4,
    ),
    Project(
        "docs-site",
        _github("docs-site"),
        ("main", "translations"),
        ("docs/index.md", "docs/guide/start.md", "docs/guide/limits.md", "mkdocs.yml"),
        "npx markdownlint docs",
        "uv run mkdocs build --strict",
        ("quick start", "search index", "broken links", "café menu example"),
        2,
    ),
    Project(
        "data-notebooks",
        None,
        (),
        ("churn.ipynb", "load.py", "report.py", "queries/weekly.sql"),
        "python -m pytest -q",
        "python report.py --check",
        ("churn report", "weekly query", "outlier filter", "chart"),
        2,
    ),
    Project(
        "scratch",
        None,
        (),
        ("notes.md", "try.py", "bench.py"),
        "python try.py",
        "python bench.py",
        ("benchmark", "regex", "one-off script"),
        1.5,
    ),
    Project(
        "dotfiles",
        _github("dotfiles"),
        ("main",),
        ("zsh/.zshrc", "nvim/init.lua", "bin/backup", "install.sh"),
        "shellcheck install.sh",
        "bash -n install.sh",
        ("shell prompt", "editor setup", "backup script"),
        1,
    ),
)
_WEIGHTS = [project.weight for project in PROJECTS]


@dataclass(frozen=True)
class Command:
    """A shell command, the client's reading of it, the kind of its output, how long it takes and how it fails."""

    text: str
    parsed: dict[str, str]
    output: str
    seconds: float
    failure: int = 0

    @cached_property
    def argument(self) -> str:
        """The argument of the tool call, as JSON."""
        return f'{{"cmd": {msgspec.json.encode(self.text).decode()}}}'


def pick_project(dice: Dice) -> Project:
    """Pick where somebody works."""
    return dice.choices(PROJECTS, _WEIGHTS)[0]


def _reads(project: Project) -> Iterator[Command]:
    """Return the ways to read the project's files."""
    forms = ("sed -n '1,200p' {}", "sed -n '200,420p' {}", "cat {}", "nl -ba {} | head -200")
    for path, form in product(project.files, forms):
        parsed = {"type": "read", "cmd": form.format(path), "name": path.rpartition("/")[2], "path": path}
        yield Command(form.format(path), parsed, "source", 0.03)


def _finds(project: Project) -> Iterator[Command]:
    """Return searches and listings."""
    folders = sorted({path.rpartition("/")[0] or "." for path in project.files})
    for thing, folder in product(project.things, folders):
        word, text = thing.rpartition(" ")[2], f"rg -n {thing.rpartition(' ')[2]} {folder}"
        parsed = {"type": "search", "cmd": text, "query": word, "path": folder}
        yield Command(text, parsed, "search", 0.06, 1)
    for text, folder in ((f"ls -la {folder}", folder) for folder in folders):
        yield Command(text, {"type": "list_files", "cmd": text, "path": folder}, "listing", 0.02)


def _plain(text: str, output: str, seconds: float, failure: int) -> Command:
    """Return a command that the client does not read."""
    return Command(text, {"type": "unknown", "cmd": text}, output, seconds, failure)


def _gits(project: Project) -> Iterator[Command]:
    """Return the uses of git."""
    texts = ["git status --short", "git diff --stat", "git log --oneline -15"]
    for text in (*texts, *(f"git diff -- {path}" for path in project.files)):
        yield _plain(text, "git", 0.04, 0 if project.remote else 128)


@lru_cache
def _commands(project: Project) -> tuple[tuple[Command, ...], ...]:
    """Return the commands of a project by group."""
    test, build = _plain(project.test, "tests", 9.0, 1), _plain(project.build, "build", 6.0, 2)
    return (tuple(_reads(project)), tuple(_finds(project)), tuple(_gits(project)), (test, test, build))


def pick_command(dice: Dice, project: Project) -> Command:
    """Pick the next shell command of an agent."""
    groups = _commands(project)
    group = groups[_GROUPS[int(dice.random() * len(_GROUPS))]]
    return group[int(dice.random() * len(group))]


_GROUPS = (0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3)
