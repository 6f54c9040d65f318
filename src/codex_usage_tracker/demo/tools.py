"""The tools an agent calls: what the log says when it asks, and when the answer comes."""

from msgspec import Raw

from codex_usage_tracker.demo.forms import json
from codex_usage_tracker.demo.moments import SECOND
from codex_usage_tracker.demo.rollout import Rollout
from codex_usage_tracker.demo.stage import STAGE

_COMMANDS = tuple(command for command in STAGE.commands for _ in range(command.weight))


class Errand:
    """One tool call; in a turn that is not written in full, it only takes time and fills the context."""

    def ask(self, rollout: Rollout) -> None:
        """Write the request, before the usage of the call is known."""

    def act(self, rollout: Rollout) -> None:
        """Let time pass and the context grow."""
        rollout.wait(rollout.dice.around(1_500, 1.3))
        rollout.context.grow(rollout.dice.around(1_300, 1.0))

    def tell(self, rollout: Rollout) -> None:
        """Write the answer."""


class _Tool(Errand):
    """A tool that is called directly, or in a script by a model in code mode."""

    custom = False

    def __init__(self, rollout: Rollout, name: str, arguments: str, seconds: float) -> None:
        self.name, self.arguments = name, arguments
        self.seconds = min(900.0, rollout.dice.around(seconds, 1.0))
        self.code = rollout.setting.model.code_mode
        self.kind = "custom" if self.code or self.custom else "function"
        self.call = f"call_{rollout.dice.hexes(24)}"
        self.key = f"exec-{rollout.dice.uuid(rollout.now)}" if self.code else self.call
        self.since = 0

    def ask(self, rollout: Rollout) -> None:
        name, text = self.name, self.arguments
        if self.code:
            given = json(text) if self.custom else text
            name, text = "exec", f"const r = await tools.{name}({given});\ntext(JSON.stringify(r));\n"
        rollout.write(f"{self.kind}_call", name=name, namespace=None, arguments=text, call=self.call)

    def act(self, rollout: Rollout) -> None:
        self.since = rollout.now
        rollout.wait(self.seconds * SECOND + 9)
        rollout.context.grow(rollout.dice.around(1_250, 1.0))

    def done(self, rollout: Rollout, form: str, **values: object) -> None:
        """Write what was done."""
        lasted = {"secs": int(self.seconds), "nanos": int(self.seconds % 1 * 1_000_000_000)}
        rollout.write(form, key=self.key, since=self.since, lasted=lasted, **values)
        rollout.wait(6)

    def answer(self, rollout: Rollout, direct: str, script: str) -> None:
        """Write what goes back to the model, from the tool itself or through the script."""
        output: object = direct
        if self.code:
            head = f"Script completed\nWall time {self.seconds:.1f} seconds\nOutput:\n"
            output = [{"type": "input_text", "text": text} for text in (head, script)]
        rollout.write(f"{self.kind}_output", call=self.call, output=output)


class _Shell(_Tool):
    """A shell command."""

    commands = _COMMANDS
    odds = 0.16
    least_tokens = 0

    def __init__(self, rollout: Rollout) -> None:
        dice, project = rollout.dice, rollout.cast.project
        path, thing = dice.pick(project.files), dice.pick(project.things)
        folder, _, name = path.rpartition("/")
        names = {"path": path, "folder": folder or ".", "name": name}
        names |= {"word": thing.rpartition(" ")[2], "test": project.test, "build": project.build}
        self.command = dice.pick(self.commands)
        self.text = self.command.text.format(**names)
        self.reading = {key: value.format(**names) for key, value in self.command.reading.items()} | {"cmd": self.text}
        super().__init__(rollout, "exec_command", f'{{"cmd": {json(self.text)}}}', self.command.seconds)

    def tell(self, rollout: Rollout) -> None:
        body, chunk = rollout.scene.filler.output(self.command.output), rollout.dice.hexes(6)
        code = self.command.failure if rollout.dice.chance(self.odds) else 0
        ran = {"command": self.text, "reading": self.reading, "process": str(rollout.dice.span(1_000, 99_999))}
        self.done(rollout, "command_item", body=body, exit_code=code, status="failed" if code else "completed", **ran)
        tokens = max(len(body) // 4, self.least_tokens)
        took = f"Wall time: {self.seconds:.4f} seconds\nProcess exited with code {code}"
        direct = f"Chunk ID: {chunk}\n{took}\nOriginal token count: {tokens}\nOutput:\n{body}"
        result = {"chunk_id": chunk, "wall_time_seconds": round(self.seconds, 9), "exit_code": code}
        self.answer(rollout, direct, json(result | {"original_token_count": tokens, "output": body}))


class FailingShell(_Shell):
    """A build or test that fails."""

    commands = tuple(command for command in STAGE.commands if command.text in {"{test}", "{build}"})
    odds = 1.0


class Flood(_Shell):
    """A command that prints more than the client lets through."""

    commands = tuple(command for command in STAGE.commands if command.text.startswith("cat "))
    odds = 0.0
    least_tokens = 32_000

    def act(self, rollout: Rollout) -> None:
        """Let time pass and the context grow by as much as it may."""
        super().act(rollout)
        rollout.context.grow(self.least_tokens)


class _Patch(_Tool):
    """A change of a file."""

    custom = True

    def __init__(self, rollout: Rollout) -> None:
        self.path = rollout.dice.pick(rollout.cast.project.files)
        self.lines = rollout.scene.filler.output("diff", 0.6).rstrip("\n")
        patch = f"*** Begin Patch\n*** Update File: {self.path}\n@@\n{self.lines}\n*** End Patch\n"
        super().__init__(rollout, "apply_patch", patch, 0.04)

    def tell(self, rollout: Rollout) -> None:
        said = f"Success. Updated the following files:\nM {self.path}\n"
        change = {"type": "update", "unified_diff": f"@@ -1,9 +1,9 @@\n{self.lines}\n", "move_path": None}
        self.done(rollout, "change_item", said=said, changes={f"{rollout.cast.project.cwd}/{self.path}": change})
        self.answer(rollout, f"Exit code: 0\nWall time: 0 seconds\nOutput:\n{said}", "{}")


class _Mcp(_Tool):
    """A call of a tool on an MCP server."""

    def __init__(self, rollout: Rollout) -> None:
        self.server, self.tool, arguments = rollout.dice.pick(STAGE.mcp_tools)
        given = arguments % rollout.dice.span(1, 900)
        super().__init__(rollout, f"mcp__{self.server}__{self.tool}", given, 0.7)

    def tell(self, rollout: Rollout) -> None:
        content = [{"type": "text", "text": rollout.scene.filler.output("search", 0.8)}]
        given = Raw(self.arguments)
        self.done(rollout, "mcp_item", server=self.server, tool=self.tool, arguments=given, content=content)
        text = json(content)
        self.answer(rollout, f"Wall time: {self.seconds:.4f} seconds\nOutput:\n{text}", text)


class _Search(Errand):
    """A search on the web, which the API does within the call, and whose results stay there."""

    def __init__(self, rollout: Rollout) -> None:
        self.found = {"key": f"ws_{rollout.dice.hexes(48)}", "query": rollout.dice.pick(STAGE.queries)}

    def ask(self, rollout: Rollout) -> None:
        rollout.write("search_item", **self.found)
        rollout.write("search", **self.found)


_DIRECT = (_Shell,) * 38 + (_Patch,) * 8 + (_Mcp, _Mcp, _Search, _Search)
_CODE = (_Shell,) * 39 + (_Patch,) * 8 + (_Mcp, _Mcp, _Mcp)


def pick_errands(rollout: Rollout) -> list[Errand]:
    """Pick what the agent does next: mostly one tool, sometimes a few at once."""
    dice = rollout.dice
    if not rollout.turn.full:
        return [Errand()]
    if rollout.kin.kind in {"review", "guardian"}:
        return [_Shell(rollout)]
    more = dice.span(1, 2) if dice.chance(0.14) else 0
    first = dice.pick(_CODE if rollout.setting.model.code_mode else _DIRECT)
    return [first(rollout), *(_Shell(rollout) for _ in range(more))]
