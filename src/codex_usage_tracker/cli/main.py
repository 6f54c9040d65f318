"""All commands by name; the module of a command is loaded when it runs."""

from importlib import import_module

import click
from click.exceptions import NoSuchCommand

from codex_usage_tracker import __version__
from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.cli.options import global_options, write_options

COMMANDS = {
    "Ask": {
        "report": "Tokens and cost by day, week or month, with a picture.",
        "status": "The latest call, context left, limits, today.",
        "limits": "What is left, and whether it will last.",
        "blocks": "Use by windows of five hours.",
        "summary": "Tokens and cost by model, thread, project or anything else.",
        "query": "The calls themselves, filtered and sorted.",
        "session": "One thread: turns, sub-agents, tools, calls.",
        "context": "What a call was made of, from its log.",
        "budget": "What was used of your budgets.",
        "expensive": "The calls that cost most.",
        "diagnostics": "What calls did: facts, tools, git, files.",
        "recommendations": "What is most worth a look, and what to do.",
        "pricing-coverage": "How much of it has a price, and by what.",
        "export": "All calls as CSV, JSON or Parquet.",
    },
    "Look": {
        "serve-dashboard": "The dashboard in the browser, kept up to date.",
        "web": "The same, opened at once.",
        "ui": "The same as web.",
        "mcp": "Tell agents, by the Model Context Protocol.",
        "dashboard": "The dashboard as one file, to keep or to send.",
        "open-dashboard": "The same of what is there now, opened at once.",
    },
    "Read": {
        "refresh": "Read what is new in the Codex logs.",
        "rebuild-index": "Read all logs again from their beginning.",
        "ingest": "Take in what Codex printed, from files or a pipe.",
        "ingest-cli": "The same, of what it wrote to a terminal alone.",
        "ingest-exec": "The same, of `codex exec --json` alone.",
        "ingest-app-server": "The same, of `codex app-server` alone.",
        "inspect-log": "Read one log and say what is in it; writes nothing.",
        "demo": "Write a made-up history to try everything on.",
    },
    "Share": {
        "link": "Let this machine send its usage to a hub.",
        "sync": "Send what is new to the hub: token counts, models, times.",
        "unlink": "Send nothing to the hub any more.",
        "hub": "Serve a hub for several machines and people.",
    },
    "Settings": {
        "parse-allowance": "Note the limits of a pasted `/status`.",
        "init-allowance": "Write an example of what is left of your limits.",
        "init-pricing": "Write an example of prices in USD.",
        "init-rate-card": "Write an example of prices in credits.",
        "update-pricing": "Take in newer list prices from a public list.",
        "pin-pricing": "Write all prices that hold now to one file.",
        "update-rate-card": "Write the rates in credits to a file of your own.",
        "init-thresholds": "Write from where on something is worth a look.",
        "init-projects": "Write an example of names and tags of projects.",
        "init-budgets": "Write an example of budgets.",
    },
    "Codex": {
        "install-plugin": "Give Codex the tools and a skill to answer questions about usage.",
        "upgrade-plugin": "Bring that plugin to this version.",
        "uninstall-plugin": "Take it away again.",
        "install-hook": "Let Codex tell when there is something new.",
        "uninstall-hook": "Take that away again.",
    },
    "Look after": {
        "setup": "Read the logs for the first time, and whatever else you ask for.",
        "doctor": "Check that everything is in order.",
        "support-bundle": "Show and write what helps to find a defect.",
        "clear-db": "Delete the database; the logs stay.",
        "reset-db": "The same as clear-db.",
        "completion": "Print a script that completes commands in a shell.",
    },
}
SHARED = (
    {"reset-db": "clear_db", "ui": "web"}
    | {name: "init_settings" for name in COMMANDS["Settings"] if name.startswith("init-")}
    | dict.fromkeys(["ingest-cli", "ingest-exec", "ingest-app-server"], "ingest")
)
MODULES = {name: SHARED.get(name, name.replace("-", "_")) for group in COMMANDS.values() for name in group}


class Commands(click.Group):
    """A group that knows its commands by name and loads the one that is asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(MODULES)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """Return a command from its module."""
        if name not in MODULES:
            return None
        module = import_module(f"codex_usage_tracker.cli.{MODULES[name]}")
        found: click.Command = module.command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str],
    ) -> tuple[str | None, click.Command | None, list[str]]:  # fmt: skip
        """Return the command that the arguments name, or suggest one that is spelled alike."""
        if args[0] not in MODULES and not args[0].startswith("-"):
            raise NoSuchCommand(args[0], possibilities=list(MODULES), ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options of every command, then the commands by what they are for."""
        write_options(ctx, formatter, self.get_params(ctx))
        for title, commands in COMMANDS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()))


def _tell_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"{ctx.find_root().info_name} {__version__}")
        ctx.exit()


cli = Commands(
    "codex-usage-tracker",
    help="Usage of the OpenAI Codex CLI, read from its own logs: exact, fast, and nothing leaves this machine.",
    epilog="COMMAND --help tells more of a command.",
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="COMMAND ...",
    params=[
        *global_options(from_environment=True),
        click.Option(
            ["-V", "--version"], is_flag=True, is_eager=True, expose_value=False, callback=_tell_version,
            help="Tell the version.",
        ),
    ],
)  # fmt: skip


def run(args: list[str], name: str = "codex-usage-tracker") -> int:
    """Run the command line and return the process's exit code."""
    asked = Invocation()
    asked.json = "--json" in args
    try:
        return int(cli.main(args, prog_name=name, standalone_mode=False, obj=asked) or 0)
    except SystemExit as stop:
        return int(stop.code or 0)
    except BaseException as error:  # noqa: BLE001  (the outermost place: every failure is told in words)
        from codex_usage_tracker.cli import failure  # noqa: PLC0415  (few commands fail)

        return failure.tell(error, asked, name)
