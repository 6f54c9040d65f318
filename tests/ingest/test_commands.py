from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from codex_usage_tracker.ingest import command_families as table
from codex_usage_tracker.ingest.commands import READERS, SEARCHERS, Command, classify, classify_code

FAMILIES = {command.family for command in table.PROGRAMS.values()} | {"other", "script"}
VERBS = {command.verb for family in FAMILIES for command in table.verbs_of(family).values()}
EFFECTS = {"read", "write", "test", "build", "network", "other"}


def told(command: str | list[str]) -> str:
    """Each command by its verb, or else its family, and its effect."""
    return ", ".join(f"{found.verb or found.family} {found.effect}" for found in classify(command))


SHELL = [
    ("", ""),
    ("   \n\t ", ""),
    ("git status", "git status read"),
    ("rg -n foo src | head -20", "rg read, head read"),
    ("ls&&pwd", "ls read, pwd read"),
    ("ls || pwd; date & whoami\nuname", "ls read, pwd read, date read, whoami read, uname read"),
    ("ls |& cat", "ls read, cat read"),
    ("git status; ls; git status", "git status read, ls read"),
    # quotes, escapes, comments
    ("echo 'a; rm b' \"c && rm d\" e\\;rm", "echo read"),
    ('"git" status', "git status read"),
    ("g'i't \"sta\"tus", "git status read"),
    ("\\ls -la", "ls read"),
    ("git \\\n  status", "git status read"),
    ("ls # rm x; rm y\npwd", "ls read, pwd read"),
    ("git log --grep=a#b; ls", "git log read, ls read"),
    ("echo $'it\\'s' && ls", "echo read, ls read"),
    ("echo 'not closed; rm x", "echo read"),
    ('echo "not closed; rm x', "echo read"),
    ("ls \\", "ls read"),
    ("git\r\nls\r\n", "git other, ls read"),
    # the folder is left out where there are other commands
    ("cd x", "cd other"),
    ("cd x && git status | head", "git status read, head read"),
    ("cd a && cd b", "cd other"),
    ("(cd a && ls); cd b && pwd", "ls read, pwd read"),
    # assignments and keywords
    ("A=1 B='x y' git status", "git status read"),
    ("A=1", ""),
    ("a[${#a[@]}]=x b+=y git status", "git status read"),
    ("A=$(git rev-parse HEAD)", "git rev-parse read"),
    ("PATH=$PWD/bin:$PATH make test", "make test test"),
    ("files=(a b; rm c)\nls", "ls read"),
    ("files=(\n a\n $(git ls-files)\n)\nls", "git ls-files read, ls read"),
    (
        "if test -f x; then cat x; elif ls; then pwd; else touch x; fi",
        "test read, cat read, ls read, pwd read, touch write",
    ),
    ("if [[ -f x && ( $a > b || $c ) ]]; then cat x; fi", "test read, cat read"),
    ("[ -f x ] && ! grep -q y x", "test read, grep read"),
    ("grep '[[' x | head > y; if grep '[[' x; then ls; fi", "grep read, head write, ls read"),
    ("[[ -n $(git status -s) ]] && ls", "test read, git status read, ls read"),
    ("for f in *.py; do wc -l $f; done", "wc read"),
    ("for f in $(git ls-files); do wc -l $f; done", "git ls-files read, wc read"),
    ("for ((i=0; i<3; i++)); do ls; done", "ls read"),
    ("while ! curl -s x; do sleep 1; done", "curl network, sleep other"),
    ("case $x in a|b) ls;; (c) pwd ;;\n *) date; esac; id", "ls read, pwd read, date read, id read"),
    ("case $(uname) in\n Linux) ls ;;\nesac", "uname read, ls read"),
    ("f() { git status; }; function g { ls; }", "git status read, ls read"),
    ("{ ls; pwd; }", "ls read, pwd read"),
    ("time -p git status", "git status read"),
    # substitutions
    ("echo $(git status) `ls`", "echo read, git status read, ls read"),
    ('echo "a $(git log "$(pwd)") b `ls -l "x"` c" && date', "echo read, git log read, pwd read, ls read, date read"),
    ("echo '$(rm x) `rm y`' \\$(ls)", "echo read, ls read"),
    ('echo "\\$(rm x) \\`rm y\\`"', "echo read"),
    ("diff <(sort a) <(head b)", "diff read, sort read, head read"),
    ("echo $((1 + (2 * 3))) ${x:-y}; ((x = 1)); ls", "echo read, ls read"),
    ("$(brew --prefix)/bin/python3 -m pytest", "pytest test, brew other"),
    ('"$(brew --prefix)"/bin/git status', "git status read, brew other"),
    ("$TOOL x", "other other"),
    # heredocs
    ("cat <<EOF\nrm x; $(rm y)\nEOF\nls", "cat read, ls read"),
    ("cat <<-'END' > x\n\trm y\n\tEND\nls", "cat write, ls read"),
    ("cat <<A <<B\nrm a\nA\nrm b\nB\nls", "cat read, ls read"),
    ("cat <<EOF | head\nEOFX\n EOF\nrm x\nEOF\nls", "cat read, head read, ls read"),
    ("cat <<EOF\nrm x", "cat read"),
    (
        "git commit -m \"$(cat <<'EOF'\nfix (a); rm b\nEOF\n)\" && git push",
        "git commit write, cat read, git push network",
    ),
    ("bash <<'EOF'\ngit status\nls\nEOF", "git status read, ls read"),
    ("sudo -E bash <<EOF\ngit status\nEOF", "git status read"),
    ("bash x.sh <<EOF\nrm x\nEOF", "bash other"),
    ("python3 - <<'PY'\nimport os\nPY", "python other"),
    ("apply_patch <<'EOF'\n*** Begin Patch\n*** End Patch\nEOF", "apply_patch write"),
    ("cat <<''\nx\n\nls", "cat read, ls read"),
    ("cat <<< 'rm x' ; ls", "cat read, ls read"),
]
REDIRECTIONS = [
    ("echo a > b", "echo write"),
    ("echo a >> b", "echo write"),
    ("echo a >| b", "echo write"),
    ("echo a>b", "echo write"),
    ("pytest &> log", "pytest write"),
    ("ls 2> log", "ls write"),
    ("> b echo a", "echo write"),
    ('echo a > "$(pwd)/b"', "echo write, pwd read"),
    (": > b", "true write"),
    ("(ls; pwd) > b", "ls read, pwd write"),
    ("for x in a; do ls; done > b", "ls write"),
    ("echo a | tee b", "echo read, tee write"),
    ("echo a | tee /dev/null", "echo read, tee read"),
    ("echo a > /dev/null", "echo read"),
    ("echo a >/dev/null 2>&1", "echo read"),
    ("echo a &>/dev/null", "echo read"),
    ("echo a >&2", "echo read"),
    ("echo a 1>&2 2>&-", "echo read"),
    ("ls 2>&1 | head", "ls read, head read"),
    ("ls 2>$null", "ls read"),
    ("dir > NUL", "dir read"),
    ("cat < a", "cat read"),
    ("cat 0<&3", "cat read"),
    ("bash -c 'ls; pwd' > b", "ls write, pwd write"),
    ("[ 1 -gt 2 ]", "test read"),
    ("awk '$1 > 2' x", "awk read"),
]
WRAPPERS = [
    ("sudo -u root git status", "git status read"),
    ("sudo -v", "sudo other"),
    ("sudo apt-get install -y x", "apt install write"),
    ("env", "env read"),
    ("env -i A=1 -u B git status", "git status read"),
    ("timeout -k 5 10 pytest", "pytest test"),
    ("timeout --signal=KILL 10s pytest", "pytest test"),
    ("nice -n 10 nohup stdbuf -oL make build", "make build build"),
    ("command git status", "git status read"),
    ("command -v git", "command read"),
    ("exec git status", "git status read"),
    ("watch -n 5 'git status | head'", "git status read, head read"),
    ("ls | xargs -0 -I {} -n 1 rm {}", "ls read, rm write"),
    ("ls | xargs", "ls read, xargs other"),
    ("ls | xargs secret-tool", "ls read, other other"),
    ("xargs -I{} sh -c 'cat {} | wc -l'", "cat read, wc read"),
    ('bash -lc "rg -n foo src | head -20"', "rg read, head read"),
    ("sh -c 'git status'; zsh -lc ls", "git status read, ls read"),
    ("bash -eu -o pipefail -c 'ls' x", "ls read"),
    ("bash -n x.sh", "bash test"),
    ("bash run.sh -c ls", "bash other"),
    ('bash -lc "cd $(git rev-parse --show-toplevel) && ls"', "ls read, git rev-parse read"),
    ("bash -c \"bash -c 'git status'\"", "git status read"),
    ("cmd /c dir x", "dir read"),
    ('cmd.exe /d /s /C "git status && dir"', "git status read, dir read"),
    ("eval 'git status && ls'", "git status read, ls read"),
    ('eval "$(ssh-agent -s)"', "eval other, ssh-agent other"),
    ("uv run pytest -q", "pytest test"),
    ("uv run --with x --extra dev python -m mypy src", "mypy test"),
    ("uv run -m pytest", "pytest test"),
    ("uv run tool.py", "uv run other"),
    ("uv run secret-tool", "uv run other"),
    ("uvx ruff@0.9 check", "ruff check test"),
    ("poetry run black --check .", "black test"),
    ("pipx run --spec x black .", "black write"),
    ("npx --yes -p typescript tsc --noEmit", "tsc test"),
    ("npx vitest@1 run", "vitest run test"),
    ("npx @biomejs/biome lint", "biome lint test"),
    ("npx secret-tool", "npx other"),
    ("pnpm --filter web exec eslint .", "eslint test"),
    ("pnpm dlx prettier --write x", "prettier write"),
    ("yarn tsc", "tsc build"),
    ("yarn secret", "yarn other"),
    ("bun x vitest", "vitest test"),
    ("bundle exec rspec", "rspec test"),
    ("conda run -n env python x.py", "python other"),
    ("rustup run nightly cargo build", "cargo build build"),
    ("xcrun --sdk iphoneos swift build", "swift build build"),
    ("cross-env A=1 webpack", "webpack build"),
    ("python -m pytest -q", "pytest test"),
    ("python3.11 -Im pip install x", "pip install write"),
    ("python -X dev -m pre_commit run", "pre-commit run test"),
    ("python -m secret_module", "python other"),
    ("python -m py_compile x.py", "python test"),
    ("python -m build", "build build"),
    ("python script.py -m pytest", "python other"),
    ("python script.py -V", "python other"),
    ("python -c 'import os; os.system(\"git status\")'", "python other"),
    ("python manage.py migrate", "django migrate write"),
    ("php artisan route:list", "artisan route:list read"),
    ("perl -e 'open F; system \"/bin/ls\"'", "perl other"),
    ("ruby bin/rails test", "rails test test"),
    ("node node_modules/.bin/vitest run", "vitest run test"),
    ("coverage run -m pytest", "coverage run test"),
    ("find . -name x -exec grep y {} \\;", "find read, grep read"),
    ("find . -exec rm {} + -exec ls {} ';'", "find write, rm write, ls read"),
    ("find . -exec sh -c 'cat \"$1\" | wc' _ {} \\;", "find read, cat read, wc read"),
    ("fd x -x sed -i s/a/b/", "fd write, sed write"),
    ("docker exec web git status", "docker exec other"),
    ("docker compose -f x.yml ps", "docker compose read"),
    ("docker compose up -d", "docker compose other"),
    ("ssh host 'rm x; ls'", "ssh network"),
    ("make -C dir -j 4 test", "make test test"),
]
PROGRAMS = [
    ("/usr/bin/git log", "git log read"),
    (".venv/bin/python x.py", "python other"),
    ("./gradlew :app:test", "gradle test test"),
    ("./mvnw -q clean verify", "mvn verify test"),
    ("./build.sh x", "script other"),
    ("scripts/deploy.py", "script other"),
    ("./test", "other other"),
    ("./manage.py test", "django test test"),
    ("python3.11 x", "python other"),
    ("node.exe x", "node other"),
    ("clang-17 x.c", "clang build"),
    ("g++-12 x.cc", "g++ build"),
    ("pip3 list", "pip list read"),
    ('"C:\\Program Files\\Git\\bin\\git.exe" diff', "git diff read"),
    ("C:\\tools\\rg.exe foo", "rg read"),
    ("& 'C:\\x y\\npm.cmd' run build", "npm run build"),
    ("secret-tool --x", "other other"),
    ("secret-tool --help; ./x.sh --version", "other other, script other"),
    ("go1.22 build; r2 x", "go build build, other other"),
    ("egrep x y; gsed -n 1p z", "grep read, sed read"),
    ("vi x", "vim other"),
    ("jq . x | yq -P", "jq read, yq read"),
    ("sleep 1; kill 2", "sleep other, kill other"),
    ("apply_patch x", "apply_patch write"),
    ("codex exec hello", "codex exec other"),
]
EFFECTS_BY_ARGUMENT = [
    ("git", "git other"),
    ("git st", "git other"),
    ("git --version", "git read"),
    ("pytest --version", "pytest read"),
    ("mypy --help", "mypy read"),
    ("git -C x -c a=b --no-pager diff", "git diff read"),
    ("git branch", "git branch read"),
    ("git branch -vv --sort=-committerdate", "git branch read"),
    ("git branch --list 'x*'", "git branch read"),
    ("git branch x", "git branch write"),
    ("git branch -d x", "git branch write"),
    ("git branch -D x", "git branch write"),
    ("git branch -r -d origin/x", "git branch write"),
    ("git branch -M main", "git branch write"),
    ("git tag", "git tag read"),
    ("git tag -n5", "git tag read"),
    ("git tag -l 'v*'", "git tag read"),
    ("git tag v1", "git tag write"),
    ("git tag -am x v1", "git tag write"),
    ("git stash", "git stash write"),
    ("git stash pop", "git stash write"),
    ("git stash list", "git stash read"),
    ("git stash show -p", "git stash read"),
    ("git remote -v", "git remote read"),
    ("git remote show origin", "git remote read"),
    ("git remote add x y", "git remote write"),
    ("git config --get user.name", "git config read"),
    ("git config -l", "git config read"),
    ("git config user.name", "git config read"),
    ("git config -f x user.name", "git config read"),
    ("git config --global user.name x", "git config write"),
    ("git config --unset x", "git config write"),
    ("git worktree list", "git worktree read"),
    ("git worktree add x", "git worktree write"),
    ("git submodule status", "git submodule read"),
    ("git submodule update --init", "git submodule write"),
    ("git apply --check x", "git apply read"),
    ("git apply x", "git apply write"),
    ("git clean -fdn", "git clean read"),
    ("git clean -fdx", "git clean write"),
    ("git commit -n -m x", "git commit write"),
    ("git reflog", "git reflog read"),
    ("git reflog expire --all", "git reflog write"),
    ("git symbolic-ref HEAD", "git symbolic-ref read"),
    ("git symbolic-ref HEAD x", "git symbolic-ref write"),
    (
        "git fetch; git pull; git push; git clone x",
        "git fetch network, git pull write, git push network, git clone write",
    ),
    ("gh pr view 1", "gh pr network"),
    ("gh pr checkout 1", "gh pr write"),
    ("sed -n 1,5p x", "sed read"),
    ("sed -ne 5p x", "sed read"),
    ("sed -i s/a/b/ x", "sed write"),
    ("sed -i.bak s/a/b/ x", "sed write"),
    ("sed -Ei '' s/a/b/ x", "sed write"),
    ("sed --in-place=.bak s/a/b/ x", "sed write"),
    ("perl -pi -e s/a/b/ x", "perl write"),
    ("perl -MList::Util -e 1", "perl other"),
    ("awk -i inplace 1 x", "awk write"),
    ("sort x", "sort read"),
    ("sort -u -o x x", "sort write"),
    ("find . -name x -print", "find read"),
    ("find . -delete", "find write"),
    ("tar tzf x", "tar read"),
    ("tar -tzf x", "tar read"),
    ("tar xpf x", "tar write"),
    ("tar --list -f x", "tar read"),
    ("unzip -l x", "unzip read"),
    ("unzip x", "unzip write"),
    ("curl -s x", "curl network"),
    ("curl -sSLo x y", "curl write"),
    ("curl --output=x y", "curl write"),
    ("curl -s -o /dev/null x", "curl network"),
    ("curl -O x", "curl write"),
    ("wget x", "wget write"),
    ("wget -qO- x | sh", "wget network, sh other"),
    ("wget -O - x", "wget network"),
    ("rsync -avzn a b", "rsync read"),
    ("rsync -avz a b", "rsync write"),
    ("date +%s", "date read"),
    ("date -s x", "date write"),
    ("patch --dry-run < x", "patch read"),
    ("black .", "black write"),
    ("black --check .", "black test"),
    ("ruff check . && ruff check --fix .", "ruff check test, ruff check write"),
    ("ruff format --check", "ruff format test"),
    ("ruff format", "ruff format write"),
    ("eslint . && eslint --fix .", "eslint test, eslint write"),
    ("prettier x", "prettier read"),
    ("prettier -c x", "prettier test"),
    ("prettier --write x", "prettier write"),
    ("tsc", "tsc build"),
    ("tsc -p x --noEmit", "tsc test"),
    ("gofmt -l .", "gofmt read"),
    ("gofmt -w .", "gofmt write"),
    ("cargo +nightly fmt", "cargo fmt write"),
    ("cargo fmt -- --check", "cargo fmt test"),
    ("cargo b; cargo t", "cargo build build, cargo test test"),
    ("cargo clippy --fix", "cargo clippy write"),
    ("go build ./...", "go build build"),
    ("go mod graph", "go mod read"),
    ("go mod tidy", "go mod write"),
    ("npm t", "npm test test"),
    ("npm i x", "npm install write"),
    ("npm --prefix x run build", "npm run build"),
    ("npm run test:unit -- --watch", "npm run test"),
    ("npm run lint", "npm run test"),
    ("npm run lint:fix", "npm run write"),
    ("npm run -w web dev", "npm run other"),
    ("npm run secret", "npm run other"),
    ("yarn test:unit", "yarn test test"),
    ("pnpm build", "pnpm build build"),
    ("uv pip list", "uv pip read"),
    ("uv pip install x", "uv pip write"),
    ("uv sync", "uv sync write"),
    ("make", "make build"),
    ("make secret", "make build"),
    ("make -n test", "make test test"),
    ("make clean test", "make test test"),
    ("make lint", "make lint test"),
    ("gradle clean build", "gradle build build"),
    ("mvn clean", "mvn clean write"),
    ("node --test", "node test"),
    ("node -v", "node read"),
    ("docker build .", "docker build build"),
    ("docker image ls", "docker image read"),
    ("docker image rm x", "docker image write"),
    ("docker run --rm x", "docker run other"),
    ("kubectl -n x get pods", "kubectl get network"),
    ("terraform -chdir=x fmt -check", "terraform fmt test"),
    ("dpkg -l", "dpkg read"),
    ("pacman -Ss x", "pacman read"),
    ("pacman -Syu", "pacman write"),
    ("rpm -qa", "rpm read"),
    ("systemctl status x", "systemctl status read"),
    ("brew list", "brew list read"),
    ("xcodebuild -scheme test build", "xcodebuild build"),
    ("xcodebuild -scheme x test", "xcodebuild test"),
    ("crontab -l", "crontab read"),
]
POWERSHELL = [
    ("Get-Content x | Select-Object -First 5", "Get-Content read, Select-Object read"),
    ("get-content x", "Get-Content read"),
    ("gc x | sls y", "Get-Content read, Select-String read"),
    ("Set-Location x; git status", "git status read"),
    ("Get-ChildItem -Recurse | Out-File x", "Get-ChildItem read, Out-File write"),
    ("$x = Get-Content y; $y = 5; $z = 'a'", "Get-Content read"),
    ("foreach ($f in Get-ChildItem) { Remove-Item $f }", "Get-ChildItem read, Remove-Item write"),
    ("if (Test-Path x) { Get-Content x }", "Test-Path read, Get-Content read"),
    ("(Get-Content x).Count -gt 5", "Get-Content read"),
    ("$env:A='x'; dir", "dir read"),
    ("Invoke-WebRequest x -OutFile y", "Invoke-WebRequest write"),
]


@pytest.mark.parametrize(
    ("command", "expected"),
    SHELL + REDIRECTIONS + WRAPPERS + PROGRAMS + EFFECTS_BY_ARGUMENT + POWERSHELL,
)
def test_a_shell_text_is_classified(command: str, expected: str) -> None:
    assert told(command) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ([], ""),
        (["git", "status"], "git status read"),
        (["git status && ls"], "git status read, ls read"),
        (["bash", "-lc", "rg -n foo src | head -20"], "rg read, head read"),
        (["/bin/zsh", "-lc", "cd x && ls"], "ls read"),
        (["/usr/bin/env", "FOO=1", "python", "-m", "pytest"], "pytest test"),
        (
            ["powershell.exe", "-NoProfile", "-Command", "Get-ChildItem | Select-String x"],
            "Get-ChildItem read, Select-String read",
        ),
        (["pwsh", "-c", "Get-Content C:\\a\\b.txt; ls"], "Get-Content read, ls read"),
        (["powershell", "-ExecutionPolicy", "Bypass", "-File", "x.ps1"], "powershell other"),
        (["powershell", "-EncodedCommand", "bHM="], "powershell other"),
        (["cmd.exe", "/c", "git", "status"], "git status read"),
        (["echo", "a > b; rm c"], "echo read"),
        (["echo", "$(rm x)"], "echo read"),
        (["apply_patch", "*** Begin Patch\n*** End Patch"], "apply_patch write"),
        (["bash", "-lc", "apply_patch <<'EOF'\n*** Begin Patch\n+`rm x`\n*** End Patch\nEOF"], "apply_patch write"),
    ],
)
def test_a_list_of_arguments_is_classified(command: list[str], expected: str) -> None:
    assert told(command) == expected


def test_a_command_is_its_labels() -> None:
    assert classify("git status; ls") == (Command("git", "git status", "read"), Command("ls", "", "read"))


@pytest.mark.parametrize("depth", range(1, 12))
def test_texts_are_read_four_deep(depth: int) -> None:
    words = "git status"
    for _ in range(depth):
        words = "bash -c " + "'" + words.replace("'", "'\\''") + "'"
    assert told(words) == ("git status read" if depth <= 4 else "bash other")


def test_what_follows_the_first_4000_characters_is_not_looked_at() -> None:
    assert told("ls; " + "#" * 3996 + "\ngit status") == "ls read"
    assert told("x" * 4000 + "; ls") == "other other"
    assert told(["sudo", "-u", "x" * 4000, "ls"]) == "sudo other"
    assert told(["bash", "-c", "ls;" + " " * 4000 + "pwd"]) == "ls read"


@pytest.mark.parametrize(
    "command",
    [
        "hunter2 --password hunter2",
        "git hunter2",
        "npm run hunter2",
        "make hunter2",
        "./hunter2.sh",
        "hunter2=1 /hunter2/git status hunter2",
        "docker hunter2; cargo hunter2; kubectl hunter2",
        "Get-Hunter2 x",
        "echo $(hunter2) `hunter2` | xargs hunter2 > hunter2",
        "python -m hunter2; npx hunter2; uv run hunter2; find . -exec hunter2 {} +",
        "bash -c 'hunter2 x'; cat <<hunter2\nhunter2\nhunter2",
    ],
)
def test_no_text_leaves(command: str) -> None:
    assert "hunter2" not in repr(classify(command)).lower()


FRAGMENTS = st.sampled_from(
    [
        *(
            "git status",
            "ls",
            "uv run ",
            "npx ",
            "git branch ",
            "npm run ",
            "tar ",
            "python -m ",
            "find . -exec ",
            "xargs ",
        ),
        *(
            "bash -lc ",
            "cmd /c ",
            "powershell -c ",
            "sudo ",
            "env A=1 ",
            "timeout 1 ",
            "watch '",
            "eval ",
            "-c",
            "--",
            "-",
        ),
        *(
            "$(",
            "`",
            ")",
            "(",
            "'",
            '"',
            "\\",
            "\n",
            ";",
            "&&",
            "&",
            "|",
            ">",
            ">>",
            "2>&1",
            "<",
            "<<EOF",
            "\nEOF\n",
            "<<''",
        ),
        *(
            "case x in ",
            "a)",
            ";;",
            "esac",
            "in ",
            "[[",
            "]]",
            "((",
            "))",
            "$((",
            "${",
            "{",
            "}",
            "*(",
            "arr=(",
            "function ",
        ),
        *("\t", "\r", " ", "#", "\ud800", "\0", "é", "$x = "),
    ],
)
SHELLISH = st.lists(FRAGMENTS, max_size=60).map("".join)
ANY_TEXT = st.text(st.characters(exclude_categories=()))
NESTED = st.recursive(SHELLISH, lambda inner: inner.map(lambda text: f"bash -lc {text!r}"))


@settings(deadline=2000, max_examples=400)
@given(
    SHELLISH | ANY_TEXT | NESTED | st.lists(SHELLISH | ANY_TEXT | st.sampled_from(sorted(table.PROGRAMS)), max_size=12)
)
@example("\ud800 \udfff | \ud800")
@example(["", ""])
@example("<<\"''\"\nx\n")
def test_anything_gives_labels_of_the_table(command: str | list[str]) -> None:
    found = classify(command)
    assert len(set(found)) == len(found)
    for family, verb, effect in found:
        assert family in FAMILIES
        assert verb == "" or (verb in VERBS and verb.startswith(f"{family} "))
        assert effect in EFFECTS


@pytest.mark.parametrize("command", [None, 5, [None, 5], [b"git", 1.5], {"cmd": "ls"}])
def test_what_is_no_command_gives_nothing(command: object) -> None:
    assert classify(command) == ()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "part",
    [
        "$(",
        "`",
        '"$(',
        '"',
        "'",
        "(",
        "((",
        "$((",
        "[[ a && ",
        "a\n",
        "<<E\n",
        "case x in ",
        "sudo ",
        "find -exec ",
        "x;",
        "function ",
        "\\",
    ],
)
def test_long_texts_take_no_longer_than_their_first_4000_characters(part: str) -> None:
    start = time.perf_counter()
    classify(part * (1_000_000 // len(part)))
    classify(part.split(" ") * 2000)
    assert time.perf_counter() - start < 1


def test_readers_and_searchers_are_families() -> None:
    assert READERS | SEARCHERS <= FAMILIES
    assert {"cat", "head", "tail", "sed", "rg", "grep", "ls", "find", "Get-Content"} <= READERS
    assert {"rg", "grep", "find"} <= SEARCHERS


def test_the_table_has_no_entry_that_nothing_leads_to() -> None:
    labels = FAMILIES | VERBS
    ruled = {label for label in labels if table.rules_of(label)}
    assert len(ruled) == len(table._RULE_LINES)
    assert labels >= table.OPTIONS.keys() | table.WRAPPERS.keys() | table.ASIDE | table.SHELLS | table.INTERPRETERS
    effects = {effect for label in labels for _, effect in table.rules_of(label)}
    effects |= {command.effect for family in FAMILIES for command in table.verbs_of(family).values()}
    assert effects | {command.effect for command in table.PROGRAMS.values()} == EFFECTS


def test_the_table_is_wide() -> None:
    assert len(FAMILIES) > 800
    assert len(VERBS) > 1500


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", ()),
        ('const r = await tools.exec_command({"cmd": "ls"});\ntext(r);', ("exec_command",)),
        ("tools.a(); tools.b(); tools.a()", ("a", "b")),
        ("tools.mcp__server__tool({})", ("mcp__server__tool",)),
        ("tools\n  .apply_patch(x)", ("apply_patch",)),
        ("mytools.a(); tools_.b(); tools.1x; tools['c']", ()),
        (f"tools.{'x' * 64}(); tools.{'y' * 65}()", ("x" * 64,)),
        (" ".join(f"tools.t{i}()" for i in range(20)), tuple(f"t{i}" for i in range(16))),
        ("const patch = `" + "x\n" * 10_000 + "`; tools.apply_patch(patch)", ("apply_patch",)),
        ("\ud800 tools.a", ("a",)),
    ],
)
def test_code_is_read_for_the_tools_it_calls(source: str, expected: tuple[str, ...]) -> None:
    assert classify_code(source) == expected


@given(ANY_TEXT | st.lists(st.sampled_from(["tools", ".", "a", " ", "(", "é", "\n"]), max_size=30).map("".join))
def test_any_code_gives_names(source: str) -> None:
    for name in classify_code(source):
        assert name.isascii()
        assert name.isidentifier()
