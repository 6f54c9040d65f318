"""The invented projects, and the commands and files that an agent touches in them."""

from dataclasses import dataclass
from functools import cached_property

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

    @cached_property
    def folders(self) -> tuple[str, ...]:
        """The folders of the files."""
        return tuple(sorted({path.rpartition("/")[0] or "." for path in self.files}))


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
    """A shell command, the client's reading of it, the kind of its output and how long it takes."""

    text: str
    parsed: dict[str, str]
    output: str
    seconds: float
    failure: int = 0


def pick_project(dice: Dice) -> Project:
    """Pick where somebody works."""
    return dice.choices(PROJECTS, _WEIGHTS)[0]


def _read(dice: Dice, project: Project) -> Command:
    path = dice.choice(project.files)
    start = dice.choice((1, 1, 1, 120, 240, 400))
    text = dice.choice((f"sed -n '{start},{start + 199}p' {path}", f"cat {path}", f"nl -ba {path} | head -200"))
    parsed = {"type": "read", "cmd": text, "name": path.rpartition("/")[2], "path": path}
    return Command(text, parsed, "source", 0.03)


def _find(dice: Dice, project: Project) -> Command:
    word = dice.choice(project.things).rpartition(" ")[2]
    folder = dice.choice(project.folders)
    text = f"rg -n {word} {folder}"
    return Command(text, {"type": "search", "cmd": text, "query": word, "path": folder}, "search", 0.06, 1)


def _list(dice: Dice, project: Project) -> Command:
    folder = dice.choice(project.folders)
    text = f"ls -la {folder}"
    return Command(text, {"type": "list_files", "cmd": text, "path": folder}, "listing", 0.02)


def _git(dice: Dice, project: Project) -> Command:
    file = dice.choice(project.files)
    texts = ("git status --short", "git diff --stat", f"git diff -- {file}", "git log --oneline -15", f"git show HEAD:{file}")
    text = dice.choice(texts)
    return Command(text, {"type": "unknown", "cmd": text}, "git", 0.04, 0 if project.remote else 128)


def _test(dice: Dice, project: Project) -> Command:
    del dice
    return Command(project.test, {"type": "unknown", "cmd": project.test}, "tests", 9.0, 1)


def _build(dice: Dice, project: Project) -> Command:
    del dice
    return Command(project.build, {"type": "unknown", "cmd": project.build}, "build", 6.0, 2)


_COMMANDS = (_read, _read, _read, _read, _find, _find, _find, _list, _git, _git, _test, _test, _build)


def pick_command(dice: Dice, project: Project) -> Command:
    """Pick the next shell command of an agent."""
    return dice.choice(_COMMANDS)(dice, project)
