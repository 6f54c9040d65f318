"""Shell commands by safe labels: a command's text is taken apart in memory, and only labels of a table leave it."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from codex_usage_tracker.ingest import command_families as table
from codex_usage_tracker.ingest.command_families import PROGRAMS, READERS, SEARCHERS, Command

__all__ = ["READERS", "SEARCHERS", "Command", "Run", "classify", "classify_code", "runs"]

MAX_CHARS = 4000
"""Characters of a command that are looked at."""
MAX_DEPTH = 8
"""How deep commands are looked for in commands: a text counts for two, a program that runs another for one."""
MAX_CODE_CHARS = 65_536
"""Characters of code that are looked at: more, because a patch stands before the call that applies it."""
MAX_TOOLS = 16
TOOL = re.compile(r"tools(?<!\wtools)\s*+\.\s*+([A-Za-z_][A-Za-z0-9_]{0,63})(?![A-Za-z0-9_])")

# A word without quotes; it is no word if a quote or the like follows, and a number is none if `<` or `>` does.
_PLAIN = r"""(?!in\s)[^\s\\'"`$&|;<>()\#][^\s\\'"`$&|;<>()]*+"""
_ARITHMETIC = r"\(\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+\)\)"
_WORD = rf"""(?:[^\s\\'"`$&|;<>()]++|'[^']*+'?|\$'(?:[^'\\]++|\\[\s\S])*+'?|"(?:[^"\\$`]++|\\[\s\S]|\$(?!\())*+"
 |\\[\s\S]?|\$\{{[^{{}}`()]*+\}}|\${_ARITHMETIC}|\$(?!\()|(?<=[?*+@!])\([^()\n]*+\))++"""
_NOWHERE = r"""(?:&[^\S\n]*+(?:\d+|-)(?!\w)
 |&?[^\S\n]*+["']?(?:/dev/(?:null|stdout|stderr|tty)|\$null|(?i:nul))(?![\w/.-])["']?)"""
_TOKEN = rf"""(?:[^\S\n]++|\\\r?\n)*+(?:
  (?P<plain>(?:{_PLAIN}[^\S\n]++)++(?:{_PLAIN}(?![\\'"`$(<>]))?+|{_PLAIN}(?![\\'"`$(<>]))
 |(?P<nothing>\#[^\n]*+|{_ARITHMETIC}|(?:\d*+|&)>>?{_NOWHERE}|\d*+(?:<<<|<>|<&|<(?![<(]))[^\S\n]*+(?:{_WORD})?+)
 |(?P<pattern>(?:in(?=\s)|;;&?)\s*+(?!esac\b)\(?[^()\n;&]{{0,100}}?\))
 |(?P<operator>\n|&&|\|[|&]?|;;?&?|&(?!>))
 |(?P<heredoc>\d*+<<-?[^\S\n]*+(?:'[^'\n]++'|"[^"\n]++"|\\?[^\s\\'"`$&|;<>()]++)?+)
 |(?P<write>(?:\d*+(?:>>|>\||>&|>)|&>>?)(?!\()[^\S\n]*+(?:{_WORD})?+)
 |(?P<array>\w++\+?=\()
 |(?P<word>{_WORD})
 |(?P<function>\(\s*+\))
 |(?P<open>\$\(|[<>]\(|\(|`)
 |(?P<close>\)(?:\.\w++)*+)
 |(?P<quote>")
 )"""
_GLUED = re.compile(_WORD, re.VERBOSE)
_QUOTED = re.compile(r'((?:[^"\\$`]++|\\[\s\S]|\$(?!\())*+)("|\$\(|`)?')
_PIECE = re.compile(r"""'([^']*+)'?|\$'((?:[^'\\]++|\\[\s\S])*+)'?|"((?:[^"\\]++|\\[\s\S])*+)"?|\\([^\w.-]|$)""")
_ESCAPE = re.compile(r'\\(["\\$`\n])')
_SUBSTITUTE = "$_"
_BREAKS = " \t\r\n;&|(<>"

_ASSIGNMENT = re.compile(r"\$?[A-Za-z_][\w:.]*+(?:\[[^=\s]*\])?\+?=")
_SCRIPT_NAME = re.compile(r"\.(?:sh|bash|zsh|fish|ksh|py|js|mjs|cjs|ts|rb|pl|php|lua|ps1|bat|cmd)\Z")
_ENDINGS = (
    re.compile(r"(?<=.)@.*"),
    re.compile(r"\.(?:exe|cmd|bat|com|ps1|phar)\Z"),
    re.compile(r"(?<=..)-?\d+(?:\.\d+)*\Z"),
)
_CLUSTER = re.compile(r"-([A-HJ-LN-Za-z][A-Za-z]{0,5})(?![A-Za-z])")
_VAGUE = ((), (table.OTHER,), (table.SCRIPT,))
_NONE: frozenset[str] = frozenset()


def classify(command: str | Sequence[str]) -> tuple[Command, ...]:
    """Return the commands in a shell text or a list of arguments, in order, each once; looks at 4,000 characters."""
    if isinstance(command, str):
        return _of_text(command[:MAX_CHARS], 0)
    words = _within_limit(command)
    if len(words) == 1:
        return _of_text(words[0], 0)
    return _essential(_of_words(words, 0)) if words else ()


def classify_code(source: str) -> tuple[str, ...]:
    """Return the names of the tools that code calls as `tools.name`, in order, each once, sixteen at most."""
    return tuple(dict.fromkeys(TOOL.findall(source[:MAX_CODE_CHARS])))[:MAX_TOOLS]


def _within_limit(command: Sequence[str]) -> list[str]:
    words: list[str] = []
    left = MAX_CHARS
    for word in command[:MAX_CHARS] if isinstance(command, (list, tuple)) else ():
        if left > 0 and isinstance(word, str):
            words.append(word[:left])
            left -= len(word) + 1
    return words


@lru_cache(maxsize=4096)
def _of_text(text: str, depth: int) -> tuple[Command, ...]:
    found: list[Command] = []
    for simple in _Reader(text).read():
        words = _bare(simple)
        commands = _of_words(words, depth, simple.body) if words else ()
        if simple.writes and not words:
            commands = tuple(found[-1:])
            del found[-1:]
        if simple.writes:
            commands = tuple(Command(family, verb, "write") for family, verb, _ in commands)
        found += commands
    return _essential(found)


def _essential(found: Sequence[Command]) -> tuple[Command, ...]:
    if len(found) < 2:
        return tuple(found)
    return tuple(dict.fromkeys([command for command in found if command.family not in table.ASIDE] or found))


# From text to words -------------------------------------------------------------------------------------------------


@cache
def _token() -> re.Pattern[str]:
    return re.compile(_TOKEN, re.VERBOSE)  # made when the first command is read: it takes 3 ms


class _Simple(list[str]):
    """The words of a simple command; files it writes to, the heredoc it reads, and whether a pipe feeds it."""

    files: tuple[str, ...] = ()
    body = ""
    piped = False

    @property
    def writes(self) -> bool:
        return bool(self.files)


class _Reader:
    """Takes a shell text apart: each kind of token has a method. What is open at the end counts as closed there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: list[_Simple] = []
        self.frames: list[tuple[_Simple, str]] = []
        self.heredocs: list[tuple[str, _Simple]] = []
        self.start()

    def read(self) -> list[_Simple]:
        """Return the simple commands in the order in which they start."""
        match, text = _token().match, self.text
        while token := match(text, self.at):
            self.at = token.end()
            kind = token.lastgroup or ""
            if kind == "plain":
                self.simple += token["plain"].split()
            else:
                getattr(self, kind)(token)
        return self.found

    def start(self) -> None:
        self.simple = _Simple()
        self.found.append(self.simple)

    def in_test(self) -> bool:
        """Tell whether `[[` is open, where operators are none."""
        return _bare(self.simple)[:1] == ["[["] and self.simple[-1] != "]]"

    def nothing(self, token: re.Match[str]) -> None:
        """Step over a comment, arithmetic or a redirection that writes no file."""

    def word(self, token: re.Match[str]) -> None:
        self.simple.append(_unquoted(token["word"]))

    def operator(self, token: re.Match[str]) -> None:
        if token["operator"] == "\n":
            self.skip_heredocs()
        elif self.in_test():
            return
        in_array = self.frames and self.frames[-1][1] == "="
        if (self.simple or self.simple.writes) and not in_array:
            self.start()
            self.simple.piped = token["operator"][0] == "|" and token["operator"] != "||"

    def heredoc(self, token: re.Match[str]) -> None:
        delimiter = token["heredoc"].lstrip("0123456789").lstrip("<- \t\\").strip("'\"")
        self.heredocs.append((delimiter, self.simple))

    def skip_heredocs(self) -> None:
        for delimiter, simple in self.heredocs:
            start, end = self.at, self.end_of_heredoc(delimiter)
            simple.body = self.text[start:end]
            self.at = min(end + len(delimiter), len(self.text))
        self.heredocs.clear()

    def end_of_heredoc(self, delimiter: str) -> int:
        """Return where the last line of a heredoc starts."""
        text, at = self.text, self.at
        while (at := text.find(delimiter, at)) >= 0:
            after = at + len(delimiter)
            if text[at - 1] in "\n\t" and text[after : after + 1] in ("", "\n", "\r"):
                return at
            at += 1
        return len(text)

    def write(self, token: re.Match[str]) -> None:
        if not self.in_test():
            self.simple.files = (
                *self.simple.files,
                _unquoted(token["write"].lstrip("0123456789>|& \t") or " ").strip(),
            )

    def array(self, _: re.Match[str]) -> None:
        self.simple.append("_=")
        self.frames.append((self.simple, "="))
        self.simple = _Simple()

    def pattern(self, token: re.Match[str]) -> None:
        """Step over the pattern of a `case`."""
        if token["pattern"][0] == ";":
            self.start()
        elif self.simple[:1] == ["case"]:
            self.simple.clear()
            self.start()
        else:
            self.simple.append("in")
            self.at = token.start("pattern") + 2

    def function(self, _: re.Match[str]) -> None:
        """Drop the name of a function that is defined."""
        if len(self.simple) == 1:
            self.simple.clear()

    def open(self, token: re.Match[str]) -> None:
        opener = token["open"]
        if opener == "`" and self.frames and self.frames[-1][1] in ("`", '"`'):
            self.leave()
        elif opener != "(":
            self.extend(token.start("open"), _SUBSTITUTE)
            self.enter(opener)
        elif not self.in_test():
            self.enter(opener)

    def close(self, _: re.Match[str]) -> None:
        """Leave a bracket; what closes nothing is the end of a pattern of a `case`."""
        if self.frames and self.frames[-1][1] not in ("`", '"`'):
            self.leave()
        elif not self.in_test():
            self.simple.clear()

    def quote(self, token: re.Match[str]) -> None:
        """Enter double quotes with a substitution in them."""
        self.extend(token.start("quote"), "")
        self.read_quoted()

    def read_quoted(self) -> None:
        """Take the text of double quotes up to the next substitution or the end."""
        found = _QUOTED.match(self.text, self.at)
        text, end = found.groups() if found else ("", None)
        self.at += len(text) + len(end or "")
        self.simple[-1] += _ESCAPE.sub(r"\1", text)
        if end == '"':
            self.glue()
        elif end:
            self.simple[-1] += _SUBSTITUTE
            self.enter('"' + end)

    def extend(self, start: int, part: str) -> None:
        """Add a part to the word that it touches, or a new word."""
        if self.simple and self.text[start - 1] not in _BREAKS:
            self.simple[-1] += part
        else:
            self.simple.append(part)

    def enter(self, opener: str) -> None:
        self.frames.append((self.simple, opener))
        self.start()

    def leave(self) -> None:
        self.simple, opener = self.frames.pop()
        if opener[0] == '"':
            self.read_quoted()
        elif opener != "(":
            self.glue()
        elif not _bare(self.simple):
            self.start()

    def glue(self) -> None:
        """Take the rest of a word."""
        if rest := _GLUED.match(self.text, self.at):
            self.at = rest.end()
            self.simple[-1] += _unquoted(rest[0])


def _unquoted(word: str) -> str:
    if word[0] in "'\"" and word.find(word[0], 1) == len(word) - 1 and "\\" not in word:
        return word[1:-1]
    return _PIECE.sub(_piece, word)


def _piece(piece: re.Match[str]) -> str:
    single, special, double, escaped = piece.groups("")
    return single or special or _ESCAPE.sub(r"\1", double) or escaped.strip("\n")


def _bare(words: list[str]) -> list[str]:
    """Drop what stands before a command: keywords, assignments, a loop's head."""
    if not words or words[0] in PROGRAMS:
        return words
    for at, word in enumerate(words):
        if word in table.LOOPS or word[:1] == "-":
            break
        if not (word in table.KEYWORDS or _ASSIGNMENT.match(word) or words[at - 1 : at] == ["function"]):
            return _assigned(words[at:])
    return []


def _assigned(words: list[str]) -> list[str]:
    """Drop PowerShell's `$name =` and `$name in`, and a value after it that is no command."""
    if words[0][:1] != "$" or words[1:2] not in (["="], ["+="], ["in"]):
        return words
    return words[2:] if words[2:] and _program(words[2]) != table.OTHER else []


# From words to labels -----------------------------------------------------------------------------------------------


def _of_words(words: list[str], depth: int, body: str = "") -> tuple[Command, ...]:
    program = PROGRAMS.get(words[0]) or _program(words[0])
    if program.family not in table.INVOLVED and (words[-1] not in table.HELP or (program,) in _VAGUE):
        return (program,)
    command, args = _with_verb(program, words[1:])
    inner = _inner(command, args, depth, body) if depth < MAX_DEPTH else ()
    return inner or _with_effect(command, args, depth)


@lru_cache(maxsize=1024)
def _program(word: str) -> Command:
    path = word.replace("\\", "/")
    name = spelling = path.rpartition("/")[2].lower()
    for ending in (None, *_ENDINGS):
        spelling = ending.sub("", spelling) if ending else spelling
        if spelling in PROGRAMS and not (path[:1] == "." and spelling in table.AMBIGUOUS):
            return PROGRAMS[spelling]
    return table.SCRIPT if _SCRIPT_NAME.search(name) else table.OTHER


def _with_verb(command: Command, args: list[str]) -> tuple[Command, list[str]]:
    verbs = table.verbs_of(command.family)
    rest = args
    for at in _positionals(args, table.OPTIONS.get(command.family, _NONE)) if verbs else ():
        found = _verb(verbs, args[at])
        if found:
            command, rest = found, args[at + 1 :]
        if args[at] != "clean":
            break
    return command, rest


def _verb(verbs: dict[str, Command], word: str) -> Command | None:
    """Return the verb for a word; `test:unit` is a kind of `test`, and so is `:app:test`."""
    return verbs.get(word) or verbs.get(word.partition(":")[0]) or verbs.get(word.rpartition(":")[2])


def _positionals(args: list[str], valued: frozenset[str]) -> Iterator[int]:
    """Yield where the arguments are that are neither options nor their values."""
    is_value = False
    for at, word in enumerate(args):
        if is_value:
            is_value = False
        elif word in valued:
            is_value = True
        elif word[:1] not in ("-", "+"):
            yield at


def _with_effect(command: Command, args: list[str], depth: int) -> tuple[Command, ...]:
    inner = _executed(args, table.EXECUTORS.get(command.family, _NONE), depth)
    effect = "write" if any(each.effect == "write" for each in inner) else _effect(command, args)
    return (command if effect == command.effect else command._replace(effect=effect), *inner)


def _effect(command: Command, args: list[str]) -> str:
    label = command.verb or command.family
    rules = table.rules_of(label)
    if args and args[-1] in table.HELP:
        return "read"
    seen = _seen(label, args) if rules else _NONE
    return next((effect for words, effect in rules if not words.isdisjoint(seen)), command.effect)


def _seen(label: str, args: list[str]) -> set[str]:
    """Return what rules look for: options, those of a cluster like `-avz` too, and the first other argument."""
    if label in table.BUNDLED and args:
        args = ["-" + args[0].lstrip("-"), *args[1:]]
    others = list(_positionals(args, table.OPTIONS.get(label, _NONE)))
    first = [args[at] for at in others[:1]]
    seen = {*first, *(word.partition(":")[0] for word in first), *("*", "**")[: len(others)]}
    for word in args[: others[0]] if others and label in table.HOSTS else args:
        if word[:1] == "-" or word in table.SINKS:
            cluster = _CLUSTER.match(word)
            seen.update((word, word.partition("=")[0]), (f"-{letter}" for letter in cluster[1]) if cluster else ())
    return seen


def _executed(args: list[str], flags: frozenset[str], depth: int) -> list[Command]:
    """Return the commands after `-exec` and the like."""
    found: list[Command] = []
    words: list[str] | None = None
    for word in (*args, ";") if flags and depth < MAX_DEPTH else ():
        if word in flags:
            words = []
        elif words is not None and word not in (";", "+"):
            words.append(word)
        elif words:
            found += _of_words(words, depth + 1)
            words = None
    return found


def _inner(command: Command, args: list[str], depth: int, body: str) -> tuple[Command, ...]:
    """Return the commands that a command runs in its place, none if it speaks for itself."""
    words = _inner_words(command, args, body)
    if isinstance(words, str):
        return _of_text(words[:MAX_CHARS], depth + 2)
    inner = _of_words(words, depth + 1, body) if words else ()
    return () if _may_be_scripts(command) and inner[:1] in _VAGUE else inner


def _inner_words(command: Command, args: list[str], body: str) -> str | list[str]:
    """Return what a command runs in its place, as a text or as words; nothing if it speaks for itself."""
    label = command.verb or command.family
    if label in table.SHELLS:
        return _script_of(label, args, body)
    words = _wrapped(label, args) if label in table.WRAPPERS else _hosted(label, args)
    if not words or (label in table.RUNNERS and words[0] in table.AMBIGUOUS):
        return []
    return words[0] if " " in words[0] else words


def _may_be_scripts(command: Command) -> bool:
    label = command.verb or command.family
    return label in table.RUNNERS or label in table.INTERPRETERS


class Run(NamedTuple):
    """A simple command as it runs: its labels, its arguments, files it writes to, and whether a pipe feeds it."""

    command: Command
    args: list[str]
    files: tuple[str, ...] = ()
    piped: bool = False


def runs(command: str | Sequence[str]) -> Iterator[Run]:
    """Give all simple commands that `classify` tells of, each as often as it stands there, with what it was given.

    What is written by brackets as a whole has no family.
    """
    if isinstance(command, str):
        yield from _runs_of_text(command[:MAX_CHARS], 0)
        return
    words = _within_limit(command)
    if words:
        yield from _runs_of_text(words[0], 0) if len(words) == 1 else _runs_of_words(_Simple(words), words, 0)


def _runs_of_text(text: str, depth: int) -> Iterator[Run]:
    for simple in _Reader(text).read():
        words = _bare(simple)
        if words:
            yield from _runs_of_words(simple, words, depth)
        elif simple.files:
            yield Run(Command("", "", "write"), [], simple.files, simple.piped)


def _runs_of_words(simple: _Simple, words: list[str], depth: int) -> Iterator[Run]:
    command, args = _with_verb(PROGRAMS.get(words[0]) or _program(words[0]), words[1:])
    inner = _inner_words(command, args, simple.body) if depth < MAX_DEPTH else []
    found = list(
        _runs_of_text(inner[:MAX_CHARS], depth + 2) if isinstance(inner, str)
        else _runs_of_words(simple, inner, depth + 1) if inner else (),
    )  # fmt: skip
    if not found or (_may_be_scripts(command) and (found[0].command,) in _VAGUE):
        own, *executed = _with_effect(command, args, depth)
        found = [Run(own, args, simple.files, simple.piped), *(Run(one, [], (), piped=True) for one in executed)]
    elif isinstance(inner, str):
        found[0] = found[0]._replace(piped=simple.piped)
        found[-1] = found[-1]._replace(files=(*found[-1].files, *simple.files))
    yield from found


def _script_of(shell: str, args: list[str], body: str) -> str:
    """Return the text that a shell runs: after `-c`, from a heredoc, or all that follows the options."""
    lowered = [word.lower() for word in args]
    at = next(_positionals(lowered, table.OPTIONS.get(shell, _NONE)), len(args))
    if shell == "powershell":
        return " ".join(args[at:]).replace("\\", "/").replace("`", "\\")
    if shell == "cmd":
        return " ".join(args[next((i + 1 for i, word in enumerate(lowered) if word in ("/c", "/k")), len(args)) :])
    if any(word[:1] == "-" != word[1:2] and "c" in word for word in args[:at]):
        return " ".join(args[at : at + 1])
    return "" if at < len(args) else body


def _wrapped(label: str, args: list[str]) -> list[str]:
    """Return the words of the command that another one runs."""
    before, valued = table.WRAPPERS[label]
    asks = label == "command" and args[:1] in (["-v"], ["-V"])
    for at in () if asks else _positionals(args, valued):
        if before:
            before -= 1
        elif not _ASSIGNMENT.match(args[at]):
            return args[at:]
    return []


def _hosted(label: str, args: list[str]) -> list[str]:
    """Return the words of the module or program that an interpreter runs."""
    at = next(_positionals(args, table.OPTIONS.get(label, _NONE)), None)
    if at is None or label not in table.INTERPRETERS:
        return []
    if label == "python" and at and re.fullmatch("-[A-Za-z]*m", args[at - 1]):
        return [args[at].replace("_", "-"), *args[at + 1 :]]
    is_program = "bin/" in args[at] or args[at].rpartition("/")[2] in table.HOSTED
    return args[at:] if is_program and " " not in args[at] else []
