"""No text of a log reaches the database but the labels that are documented: canaries in every field of every line."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import apsw
import pytest

from codex_usage_tracker.ingest.sync import refresh
from tests.canaries import FORM, VERSIONS, Canaries, after, kind_of, samples
from tests.ingest import lines
from tests.ingest.home import Home
from tests.ingest.lines import event, function_call, function_output, item, record, session_meta, thread, turn, used
from tests.prices import BUNDLED


def before(text: str, word: str) -> str:
    return f"{word} {text}"


def instead(_text: str, word: str) -> str:
    return word


def amid(text: str, word: str) -> str:
    """Put a word behind the first one of a text, as an argument of a command."""
    first, _, rest = text.partition(" ")
    return f"{first} {word} {rest}"


# -- the search --------------------------------------------------------------------------------------------------------


def everything(home: Home) -> bytes:
    """Return all bytes of the database and its side files, and every value of every table."""
    files = [path.read_bytes() for path in sorted(Path(home.database).parent.iterdir())]
    connection = apsw.Connection(home.database, flags=apsw.SQLITE_OPEN_READONLY)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    values = [value for table in tables for row in connection.execute(f'SELECT * FROM "{table}"') for value in row]
    connection.close()
    texts = [value if isinstance(value, bytes) else str(value).encode() for value in values]
    return b"\n".join(files + texts)


def ingested(home: Home) -> bytes:
    """Refresh while another connection keeps the write-ahead log from going away, and return everything."""
    reader = apsw.Connection(home.database)
    reader.execute("BEGIN; SELECT count(*) FROM sqlite_schema")
    refresh(home.database, [str(home.path)], BUNDLED)
    assert Path(f"{home.database}-wal").stat().st_size > 0
    found = everything(home)
    reader.close()
    return found + everything(home)


def leaks(found: bytes, canaries: Canaries) -> list[str]:
    """Return where the words stood that were found."""
    return sorted({canaries.words[word.decode()] for word in re.findall(rb"canary\d{5}bird", found)})


@pytest.mark.parametrize("place", [after, before, amid, instead])
@pytest.mark.parametrize("version", VERSIONS)
def test_no_text_of_any_line_is_kept(corpus: Path, home: Home, version: str, place: Callable[[str, str], str]) -> None:
    canaries = Canaries(place)
    planted = [canaries.line(line) for line in samples(corpus, version)]
    assert len(canaries.words) > 50
    home.write(lines.file_name(thread(0)), b"".join(map(lines.text, planted)))
    found = ingested(home)
    assert leaks(found, canaries) == []
    assert home.calls("input")


@pytest.mark.parametrize("version", VERSIONS)
def test_no_text_of_a_line_of_another_layout_is_kept(corpus: Path, home: Home, version: str) -> None:
    canaries = Canaries(after)
    planted = [canaries.line(line) for line in samples(corpus, version)]
    home.write(lines.file_name(thread(0)), b"".join(json.dumps(line).encode() + b"\n" for line in planted))
    assert leaks(ingested(home), canaries) == []
    assert home.calls("input")


@pytest.mark.parametrize("version", VERSIONS)
def test_no_text_is_kept_where_forms_are_unknown(corpus: Path, home: Home, version: str) -> None:
    """Types and roles are not those that are known either."""
    canaries = Canaries(instead)
    planted = []
    for line in samples(corpus, version):
        odd = canaries.line(line)
        payload = {
            name: canaries.new(f"{kind_of(line)}.{name}") if name in FORM else odd["payload"][name]
            for name in odd["payload"]
        }
        planted += [{**odd, "payload": payload}, {**odd, "type": canaries.new("type")}]
    home.write(lines.file_name(thread(0)), b"".join(map(lines.text, planted)))
    assert leaks(ingested(home), canaries) == []


def test_the_search_finds_what_is_kept(home: Home) -> None:
    """The documented labels are there, in the file itself and in the write-ahead log."""
    git = {"branch": "canary-branch", "commit_hash": "canary-commit", "repository_url": "canary-remote"}
    meta = session_meta(
        thread(0), cwd="/canary-cwd", agent_nickname="canary-nickname", originator="canary-originator", git=git
    )
    named = event("thread_name_updated", thread_id=thread(0), thread_name="canary-name")
    home.log(thread(0), meta, named, record(thread(0), turn(1), used(1000)))
    found = ingested(home)
    for label in ["branch", "commit", "remote", "cwd", "nickname", "originator", "name"]:
        assert f"canary-{label}".encode() in found


def test_a_person_is_known_by_a_keyed_hash_only(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    connection = apsw.Connection(other.database)
    connection.execute("UPDATE meta SET value = ? WHERE name = 'secret'", (b"another" * 4,))
    connection.close()
    hashes = []
    for one in (home, other):
        meta = session_meta(thread(0), creator_user_id="user-canary", creator_account_id="acct-canary")
        one.log(thread(0), meta, record(thread(0), turn(1), used(1000)))
        assert b"canary" not in ingested(one)
        hashes += one.ask("SELECT account FROM thread")
    assert all(len(found) == 16 for found in hashes)
    assert hashes[0] != hashes[1]


# -- secrets -----------------------------------------------------------------------------------------------------------

SECRETS = {
    "key": "sk-proj-Zx81kQvR7mTnB4sLw0YdEo",
    "cloud": "AKIAQ7RZV3X5LMNO2PST",
    "token": "ghp_w8Kd03LmQx71VbTzPq5sYnRf2HjA",
    "password": "hunter2-Tr0ub4dor",
    "web": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "host": "db.internal.zebrafish.example",
    "file": "zebrafish_acquisition_plan.txt",
    "folder": "/home/dev/zebrafish-folder/secret",
    "word": "zebrafish",
}
COMMANDS = [
    "curl -H 'Authorization: Bearer {key}' https://{host}/v1",
    "export AWS_ACCESS_KEY_ID={cloud} && terraform apply",
    "{key} --run",
    "git clone https://dev:{token}@{host}/repo.git",
    "git {key}",
    "npm {token} run",
    "PGPASSWORD={password} psql -h {host} -c 'select 1'",
    "cat {folder}/{file}",
    "python {file} --token={web}",
    "./{file}",
    "{folder}/bin/tool",
    "echo {password} | sudo -S docker {word}",
    "cat <<'EOF' > {file}\n{key}\nEOF",
    "bash -lc '{word} {key}; make {word}'",
    "ssh dev@{host} {word}",
    "{word}() {{ {key}; }}; {word}",
    "alias {word}={key}",
    "$({word} {key})",
    "cargo {word}; kubectl {word}; uv {word}; docker {word}; gh {word}; aws {word}",
]


PATCH = """*** Begin Patch
*** Add File: {folder}/{file}
+{key}
*** Update File: {word}.py
-{password}
*** End Patch"""


def command_lines() -> Iterator[lines.Line]:
    """Every command in every form in which a client writes commands."""
    numbers = count()
    for command in COMMANDS:
        text = command.format(**SECRETS)
        for name, arguments in [
            ("exec_command", {"cmd": text, "workdir": SECRETS["folder"]}),
            ("shell", {"command": ["bash", "-lc", text]}),
            ("shell", {"command": text.split()}),
            ("shell_command", {"command": text}),
            (SECRETS["folder"], {"command": text}),
        ]:
            call = f"call_{next(numbers)}"
            yield function_call(call, name, json.dumps(arguments))
            yield function_output(call, f"Process exited with code 1\nOriginal token count: 5\nOutput:\n{text}")
        yield item(
            "local_shell_call", call_id=f"call_{next(numbers)}", action={"type": "exec", "command": ["sh", "-c", text]}
        )
        code = f"const r = await tools.exec_command({{cmd: {json.dumps(text)}}});\ntext(r);"
        yield item("custom_tool_call", name="exec", call_id=f"call_{next(numbers)}", input=code)
        run = {
            "type": "CommandExecution",
            "id": f"item_{next(numbers)}",
            "command": ["bash", "-lc", text],
            "exit_code": 0,
        }
        yield event("item_completed", thread_id=thread(0), turn_id=turn(1), item=run)


def other_lines() -> Iterator[lines.Line]:
    secret = " ".join(SECRETS.values())
    patch = PATCH.format(**SECRETS)
    yield item("custom_tool_call", name="apply_patch", call_id="call_p", input=patch)
    yield function_call("call_q", "apply_patch", json.dumps({"input": patch}))
    yield item(
        "custom_tool_call", name="exec", call_id="call_r", input=f"// {secret}\nthrow new Error({json.dumps(secret)})"
    )
    yield item("custom_tool_call_output", call_id="call_r", output=[{"type": "input_text", "text": secret}])
    yield item("web_search_call", action={"type": "search", "query": secret}, status=secret)
    yield event(
        "patch_apply_end",
        call_id="call_p",
        success=False,
        stdout=secret,
        stderr=secret,
        changes={SECRETS["file"]: {"add": secret}},
    )
    yield event(
        "mcp_tool_call_end", invocation={"server": "s", "tool": "t", "arguments": {"q": secret}}, result={"Err": secret}
    )
    yield event("error", message=secret)
    yield event("user_message", message=secret, images=[secret])
    yield event("thread_goal_updated", goal={"objective": secret})
    yield event("turn_aborted", turn_id=turn(2), reason=SECRETS["word"])
    yield event("task_complete", turn_id=turn(3), error={"message": secret, "codex_error_info": SECRETS["word"]})
    yield event(
        "task_complete",
        turn_id=turn(4),
        error={"message": secret, "codex_error_info": {SECRETS["word"]: {"m": secret}}},
    )
    yield event(
        "token_count",
        info=None,
        rate_limits=lines.limits(
            lines.window(5.0, 300), plan_type=SECRETS["word"], limit_name=secret, credits={"balance": SECRETS["key"]}
        ),
    )
    yield lines.settings(SECRETS["word"])
    yield lines.turn_context(turn(5), effort=SECRETS["word"], developer_instructions=secret)


def test_secrets_in_commands_patches_outputs_and_errors_are_not_kept(home: Home) -> None:
    log = [session_meta(thread(0), history_mode=SECRETS["word"]), *command_lines(), *other_lines()]
    home.log(
        thread(0),
        *log,
        record(thread(0), turn(1), used(1000)),
        *other_lines(),
        record(thread(0), turn(1), used(2000), response="r2"),
    )
    found = ingested(home)
    assert [name for name, secret in SECRETS.items() if secret.encode() in found] == []
    labels = home.ask("SELECT label FROM fact_label")
    assert {"command:curl", "command:git", "patch:add", "patch:update"} <= set(labels)
