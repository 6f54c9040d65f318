"""The options that every command knows, valid before and after the command's name."""

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from codex_usage_tracker.cli.invocation import Invocation
from codex_usage_tracker.privacy import MODES

Function = TypeVar("Function", bound=Callable[..., Any])

FILES = {
    "pricing": "Your prices of models; `init-pricing` writes an example.",
    "rate-card": "Your prices in credits; `init-rate-card` writes an example.",
    "allowance": "Your limits as typed in; `parse-allowance` writes it.",
    "thresholds": "From where on something is worth a look; `init-thresholds` writes it.",
    "projects": "Names, tags and ignored folders of projects; `init-projects` writes an example.",
    "budgets": "What may be used in a day, week or month; `init-budgets` writes an example.",
}
"""Files of settings; each lies in the folder of the tracker's own files unless another is named."""


def global_options(*, from_environment: bool) -> list[click.Option]:
    """Return the options of every command; the environment speaks once, so that flags go before it."""
    privacy = "CODEX_USAGE_TRACKER_PRIVACY_MODE" if from_environment else None
    language = "CODEX_USAGE_TRACKER_LANG" if from_environment else None
    return [
        _option("--db", metavar="PATH", help="The database; made by the first refresh."),
        _option("--codex-home", metavar="DIR", multiple=True, help="A Codex home to read; may be given several times."),
        _option("--rollouts", metavar="DIR", multiple=True, help="The `sessions` folder of a Codex home."),
        *(_option(f"--{name}", metavar="PATH", help=text) for name, text in FILES.items()),
        _option("--timezone", metavar="ZONE", help="IANA time zone of days and hours; this machine's own by default."),
        _option(
            "--privacy-mode", type=click.Choice(MODES, case_sensitive=False), envvar=privacy,
            help="Hide paths, projects and thread names, or in strict mode branches and ids too.",
        ),
        _option(
            "--lang", metavar="LANGUAGE", callback=_language, envvar=language,
            help="Language of the page, such as de or pt-BR; the terminal speaks English.",
        ),
        _option("--json", is_flag=True, help="Print the answer as JSON."),
        _option("-q", "--quiet", is_flag=True, help="Print the answer and errors alone."),
        _option("--no-color", is_flag=True, help="Print without colours; so does NO_COLOR=1."),
    ]  # fmt: skip


def _option(*names: str, callback: Callable[..., None] | None = None, **settings: Any) -> click.Option:
    return click.Option(names, expose_value=False, callback=callback or _keep, **settings)


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Note what was asked, in the one object of this run."""
    asked = ctx.find_root().ensure_object(Invocation)
    if not value:
        return
    if param.name == "rollouts":
        asked.homes += [os.path.dirname(os.path.abspath(os.path.expanduser(folder))) for folder in value]
    elif param.name == "codex_home":
        asked.homes += map(os.path.expanduser, value)
    elif str(param.name).replace("_", "-") in FILES:
        asked.named_files[str(param.name)] = os.path.expanduser(value)
    elif param.name == "privacy_mode":
        asked.named_mode = value
    else:
        setattr(asked, str(param.name), os.path.expanduser(value) if param.name == "db" else value)


def _language(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """Note the language that was asked for, and whether by a flag."""
    if not value:
        return
    from codex_usage_tracker.config.languages import LANGUAGES, nearest  # noqa: PLC0415  (few name one)

    found = nearest(value)
    if not found:
        raise click.BadParameter(f"there is no translation {value!r}; there is {', '.join(LANGUAGES)}")
    asked = ctx.find_root().ensure_object(Invocation)
    asked.language = found
    asked.language_flagged = ctx.get_parameter_source(param.name or "") is ParameterSource.COMMANDLINE


class Command(click.Command):
    """A command that knows the options of every command besides its own."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.own = len(self.params)
        self.params += global_options(from_environment=False)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the command's own options, and name those of every command."""
        params = self.get_params(ctx)
        write_options(ctx, formatter, [*params[: self.own], params[-1]])
        with formatter.section("Options of every command"):
            names = ", ".join(max(param.opts, key=len) for param in params[self.own : -1])
            formatter.write_text(f"{names}; {ctx.find_root().info_name} --help describes them.")


def write_options(ctx: click.Context, formatter: click.HelpFormatter, params: Sequence[click.Parameter]) -> None:
    """Write options with their help."""
    options = (param for param in params if isinstance(param, click.Option))
    records = [record for param in options if (record := param.get_help_record(ctx))]
    if records:
        with formatter.section("Options"):
            formatter.write_dl(records)


def limited(default: int, things: str) -> Callable[[Function], Function]:
    """Give a command the option that says how many things are listed."""
    return click.option(
        "--limit", metavar="N", type=click.IntRange(min=0), default=default, show_default=True,
        help=f"At most so many {things}; 0 is all.",
    )  # fmt: skip


def command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function the command of its module; it is given the `Invocation` first."""
    made = click.command(name, cls=Command)
    return lambda function: made(click.pass_obj(function))
