"""What people and agents say: prompts, thread names, messages, and the clients they use."""

from dataclasses import dataclass

from codex_usage_tracker.demo.dice import Dice
from codex_usage_tracker.demo.projects import Project

CREATOR = {"creator_user_id": "user-demo", "creator_account_id": "acct-demo"}


@dataclass(frozen=True)
class Client:
    """A way to run Codex: what the log says about it, and whether its threads get names."""

    originator: str
    source: str
    trigger: str | None
    named: float
    turns: int


TUI = Client("codex-tui", "cli", "user", 0.93, 40)
CLI = Client("codex_cli_rs", "cli", "user", 0.9, 40)
EXEC = Client("codex_exec", "exec", "exec", 0.0, 2)
EDITOR = Client("codex_vscode", "vscode", None, 0.9, 25)
DESKTOP = Client("Codex Desktop", "vscode", None, 0.95, 30)
_NEW_TERMINAL = 0.3
_NEW_DESKTOP = 0.55
_VERSIONS = tuple(f"0.{minor}.0" for minor in range(154, 170))

_TASKS = (
    ("Fix flaky {thing} test", "The {thing} test fails about once in ten runs. Find out why and fix it."),
    ("Add {thing} tests", "Please add tests for the {thing}, also for the edge cases we talked about."),
    ("Refactor {thing}", "The {thing} code has grown too big. Split it up without changing what it does."),
    ("Speed up {thing}", "The {thing} is slow with large inputs. Measure first, then make it faster."),
    ("Investigate {thing} bug", "A user says the {thing} breaks after an hour. Have a look at the logs and the code."),
    ("Document {thing}", "Write a short guide about the {thing} for new people in the team."),
    ("Upgrade {thing} dependencies", "Bring the dependencies of the {thing} up to date and fix what breaks."),
    ("Review {thing} changes", "Look over my changes to the {thing} before I open the pull request."),
    ("Add {thing} settings", "We need settings for the {thing}: a switch, a limit and a timeout. Keep the defaults."),
    ("Explain {thing}", "How does the {thing} work, and where would I start to change it?"),
    ("Clean up {thing} errors", "Errors of the {thing} are hard to read. Make them say what to do."),
    ("Port {thing} to new API", "Move the {thing} over to the new API and keep the old one working for now."),
)
_FOLLOW_UPS = (
    "Looks good, go on.",
    "Run the tests again please.",
    "That is not quite it, the order still matters.",
    "Can you keep the public names as they were?",
    "Also handle the empty case.",
    "Commit this with a short message.",
    "Why did you change that file?",
    "Try the simpler way first.",
    "Now the same for the other module.",
    "The build fails on CI, have a look.",
    "Please write down what you found.",
    "Undo the last step, then add a test that shows the bug.",
)
_THOUGHTS = (
    "Reading the code around it",
    "Weighing two ways to do it",
    "Checking the failing test",
    "Planning the change",
    "Looking for other callers",
    "Comparing with the last release",
    "Making sure nothing else breaks",
)
_STEPS = (
    "I'll look at the code first.",
    "The cause is in the retry loop; I'm changing it now.",
    "Tests are green so far, checking the edge cases.",
    "Found two more callers, adapting them.",
    "Running the whole suite once more.",
)
_ENDINGS = (
    "Done. The {thing} works as asked and all tests pass.",
    "I changed the {thing} and added two tests. One old test was wrong and is fixed too.",
    "The cause was a missing check in the {thing}. It is fixed, with a test that failed before.",
    "Here is what I found about the {thing}: the slow part is the second loop, and it can go.",
    "The {thing} is split into three small modules now; nothing else changed.",
)
NICKNAMES = ("Gibbs", "Hegel", "Noether", "Euler", "Curie", "Turing", "Lovelace", "Hopper", "Galois", "Sagan")
ROLES = ("explorer", "worker", "awaiter", None)
ERRANDS = ("Inspect the tests", "Map the callers", "Check the migrations", "Compare versions", "Collect the errors")
QUERIES = ("retry with jitter best practice", "sqlite wal checkpoint", "http 429 retry-after", "unicode normal forms")
MCP_TOOLS = (
    ("linear", "get_issue", '{"id": "AUR-%d"}'),
    ("linear", "list_issues", '{"team": "AUR", "limit": %d}'),
    ("postgres", "query", '{"sql": "select count(*) from jobs where id > %d"}'),
    ("figma", "get_node", '{"node": "12:%d"}'),
)


def version_at(part: float) -> str:
    """Return the client's version when that part of the history has passed."""
    return _VERSIONS[min(len(_VERSIONS) - 1, max(0, int(part * len(_VERSIONS))))]


def pick_client(dice: Dice, part: float) -> Client:
    """Pick how somebody runs Codex; the terminal client changes its name midway, the desktop app comes late."""
    terminal = CLI if part < _NEW_TERMINAL else TUI
    weights = (10.0, 3.0, 3.0, 3.0 if part > _NEW_DESKTOP else 0.0)
    return dice.choices((terminal, EXEC, EDITOR, DESKTOP), weights)[0]


@dataclass(frozen=True)
class Topic:
    """What a thread is about."""

    name: str
    prompt: str
    thing: str


def pick_topic(dice: Dice, project: Project) -> Topic:
    """Pick what somebody wants."""
    thing = dice.choice(project.things)
    name, prompt = dice.choice(_TASKS)
    return Topic(name.format(thing=thing), prompt.format(thing=thing), thing)


def follow_up(dice: Dice) -> str:
    """Return a later prompt of a thread."""
    return " ".join(dice.sample(_FOLLOW_UPS, dice.span(1, 3)))


def thought(dice: Dice) -> str:
    """Return the summary of a reasoning item."""
    return f"**{dice.choice(_THOUGHTS)}**"


def step(dice: Dice) -> str:
    """Return a message on the way."""
    return dice.choice(_STEPS)


def ending(dice: Dice, topic: Topic) -> str:
    """Return the last message of a turn."""
    return dice.choice(_ENDINGS).format(thing=topic.thing)
