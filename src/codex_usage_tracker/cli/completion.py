"""`completion`: a script that completes commands in a shell."""

import click

from codex_usage_tracker.cli import options
from codex_usage_tracker.cli.invocation import Invocation

SHELLS = ("bash", "zsh", "fish")


@options.command("completion")
@click.argument("shell", type=click.Choice(SHELLS), help="Which shell.")
def command(_asked: Invocation, shell: str) -> None:
    r"""Print a script that completes commands and options in a shell.

    \b
    bash: eval "$(codex-usage-tracker completion bash)"
    zsh:  eval "$(codex-usage-tracker completion zsh)"
    fish: codex-usage-tracker completion fish | source
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415  (only here)

    root = click.get_current_context().find_root()
    name = root.info_name or ""
    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(shell)
    variable = "_{}_COMPLETE".format(name.replace("-", "_").upper())
    click.echo(made(root.command, {}, name, variable).source())
