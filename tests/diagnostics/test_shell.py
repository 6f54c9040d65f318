"""What shell commands do: git and GitHub, files that are read and written, in every wrapping."""

import pytest

from codex_usage_tracker.diagnostics import patches
from codex_usage_tracker.diagnostics.shell import acts


def told(command: str | tuple[str, ...]) -> str:
    """Each command with what it does with git, `<` what it reads, `>` what it writes, `?` where that is not known."""
    found = []
    for act in acts(command):
        words = [act.command.verb or act.command.family or "-"]
        if act.git:
            words.append("/".join(dict.fromkeys((act.git.category, act.git.mutability))))
        words += [f"<{path}" for path in act.reads]
        words += [f">{kind} {path}{f' from {source}' if source else ''}" for kind, path, source in act.writes]
        found.append(" ".join([*words, *("?" if act.unseen else "")]))
    return "; ".join(found)


WITH_GIT = r"""
git status  =>  git status read_only
git branch  =>  git branch read_only
git branch --list  =>  git branch read_only
git branch -a  =>  git branch read_only
git branch -vv  =>  git branch read_only
git branch -d topic  =>  git branch local_mutation
git branch -D topic  =>  git branch local_mutation
git branch -m old new  =>  git branch local_mutation
git branch topic  =>  git branch local_mutation
git stash  =>  git stash local_mutation ?
git stash list  =>  git stash read_only
git stash show -p  =>  git stash read_only
git stash push -m x  =>  git stash local_mutation ?
git stash pop  =>  git stash local_mutation ?
git stash drop  =>  git stash local_mutation ?
git tag  =>  git tag read_only
git tag -l 'v*'  =>  git tag read_only
git tag v1.0  =>  git tag local_mutation
git tag -d v1.0  =>  git tag local_mutation
git tag -a v1 -m x  =>  git tag local_mutation
git remote  =>  git remote read_only
git remote -v  =>  git remote read_only
git remote show origin  =>  git remote read_only
git remote add origin url  =>  git remote local_mutation
git remote remove origin  =>  git remote local_mutation
git remote set-url origin url  =>  git remote local_mutation
git config --get user.name  =>  git config read_only
git config --list  =>  git config read_only
git config user.name  =>  git config read_only
git config user.name Ada  =>  git config local_mutation
git config --unset user.name  =>  git config local_mutation
git worktree list  =>  git worktree read_only
git worktree add ../x  =>  git worktree local_mutation
git worktree remove ../x  =>  git worktree local_mutation
git checkout main  =>  git checkout local_mutation ?
git checkout -b topic  =>  git checkout local_mutation ?
git switch -c topic  =>  git switch local_mutation ?
git restore a.py  =>  git restore local_mutation ?
git -C dir status  =>  git status read_only
git -C dir commit -m x  =>  git commit local_mutation
git --no-pager log  =>  git log read_only
git --no-pager diff --stat  =>  git diff read_only
git -c core.pager=cat show HEAD  =>  git show read_only
git log --oneline -5  =>  git log read_only
git blame a.py  =>  git blame read_only
git show HEAD:a.py  =>  git show read_only
git grep word  =>  git grep read_only
git ls-files  =>  git ls-files read_only
git rev-parse HEAD  =>  git rev-parse read_only
git describe --tags  =>  git describe read_only
git reflog  =>  git reflog read_only
git add -A  =>  git add local_mutation
git add -n .  =>  git add read_only
git commit -m x  =>  git commit local_mutation
git commit --amend  =>  git commit local_mutation
git merge topic  =>  git merge local_mutation ?
git rebase main  =>  git rebase local_mutation ?
git rebase --abort  =>  git rebase local_mutation ?
git reset --hard  =>  git reset local_mutation ?
git cherry-pick abc  =>  git cherry-pick local_mutation ?
git revert abc  =>  git revert local_mutation ?
git clean -fd  =>  git clean local_mutation ?
git clean -n  =>  git clean read_only
git rm a.py  =>  git rm local_mutation ?
git mv a b  =>  git mv local_mutation ?
git apply x.patch  =>  git apply local_mutation ?
git apply --check x.patch  =>  git apply read_only
git fetch  =>  git fetch remote_ref/local_mutation
git fetch --dry-run  =>  git fetch remote_ref/read_only
git pull --rebase  =>  git pull remote_ref/local_mutation ?
git push  =>  git push remote_ref/remote_mutation
git push --dry-run  =>  git push remote_ref/read_only
git push origin :topic  =>  git push remote_ref/remote_mutation
git clone url  =>  git clone remote_ref/local_mutation
git ls-remote  =>  git ls-remote remote_ref/read_only
git submodule status  =>  git submodule remote_ref/read_only
git submodule update --init  =>  git submodule remote_ref/local_mutation ?
git bisect start  =>  git bisect local_mutation
git notes list  =>  git notes read_only
git diff > x.patch  =>  git diff read_only >write x.patch
git frobnicate  =>  git other/unknown
git  =>  git other/unknown
GIT_PAGER=cat git diff  =>  git diff read_only
sudo git pull  =>  git pull remote_ref/local_mutation ?
time git status  =>  git status read_only
timeout 5 git fetch  =>  git fetch remote_ref/local_mutation
nohup git gc &  =>  git gc local_mutation
env A=1 git log  =>  git log read_only
command git status  =>  git status read_only
xargs git add < list  =>  git add local_mutation
watch -n 2 git status  =>  git status read_only
bash -lc 'git status'  =>  git status read_only
sh -c "git add . && git commit -m x"  =>  git add local_mutation; git commit local_mutation
zsh -lc 'cd sub; git push'  =>  git push remote_ref/remote_mutation
fish -c 'git log'  =>  git log read_only
pwsh -Command 'git status'  =>  git status read_only
cmd /c git status  =>  git status read_only
docker exec -it web git status  =>  git status read_only
docker exec -w /app web sh -c 'git pull && cat a.txt'  =>  git pull remote_ref/local_mutation; cat
docker compose exec web git log  =>  git log read_only
ssh host git pull  =>  git pull remote_ref/local_mutation
ssh -p 22 user@host 'git status; cat a'  =>  git status read_only; cat
(cd sub && git status)  =>  git status read_only
$(git rev-parse --show-toplevel)/run.sh  =>  script; git rev-parse read_only
echo $(git rev-parse HEAD)  =>  echo; git rev-parse read_only
gh pr list  =>  gh pr pull_request/read_only
gh pr view 3 --json title  =>  gh pr pull_request/read_only
gh pr create --fill  =>  gh pr pull_request/remote_mutation
gh pr checkout 3  =>  gh pr pull_request/local_mutation
gh pr merge 3  =>  gh pr pull_request/remote_mutation
gh pr diff 3  =>  gh pr pull_request/read_only
gh pr comment 3 -b hi  =>  gh pr pull_request/remote_mutation
gh issue list  =>  gh issue issue/read_only
gh issue close 3  =>  gh issue issue/remote_mutation
gh issue create -t x  =>  gh issue issue/remote_mutation
gh release view v1  =>  gh release release/read_only
gh release create v1  =>  gh release release/remote_mutation
gh release download v1  =>  gh release release/local_mutation
gh repo view  =>  gh repo repository/read_only
gh repo clone a/b  =>  gh repo repository/local_mutation
gh repo create a/b  =>  gh repo repository/remote_mutation
gh repo fork a/b  =>  gh repo repository/remote_mutation
gh workflow list  =>  gh workflow workflow/read_only
gh workflow run x.yml  =>  gh workflow workflow/remote_mutation
gh run watch 5  =>  gh run workflow/read_only
gh run rerun 5  =>  gh run workflow/remote_mutation
gh api repos/a/b  =>  gh api api/read_only
gh api -X POST repos/a/b  =>  gh api api/remote_mutation
gh api --method=DELETE repos/a/b  =>  gh api api/remote_mutation
gh api -XPATCH repos/a/b  =>  gh api api/remote_mutation
gh api repos/a/b -f title=x  =>  gh api api/remote_mutation
gh api -X GET search/issues -f q=x  =>  gh api api/read_only
gh auth status  =>  gh auth auth_config/read_only
gh auth login  =>  gh auth auth_config/local_mutation
gh config get editor  =>  gh config auth_config/read_only
gh config set editor vim  =>  gh config auth_config/local_mutation
gh secret set KEY  =>  gh secret auth_config/remote_mutation
gh search code word  =>  gh search other/read_only
gh -R a/b pr list  =>  gh pr pull_request/read_only
gh  =>  gh other/unknown
"""

WITH_FILES = r"""
kubectl exec pod -c web -- cat /etc/hosts  =>  cat
cat a.txt  =>  cat <a.txt
cat a.txt b.txt  =>  cat <a.txt <b.txt
cat -n src/a.py  =>  cat <src/a.py
cat a.txt | head -5  =>  cat <a.txt; head
cat < a.txt  =>  cat
cat <<'E' > new.py  =>  cat >write new.py
bat -l python a.py  =>  bat <a.py
bat --line-range 1:20 a.py  =>  bat <a.py
head -20 a.py  =>  head <a.py
head -n 20 a.py  =>  head <a.py
head -c 100 /dev/urandom  =>  head
tail -f log.txt  =>  tail <log.txt
tail -n +5 a.py  =>  tail <a.py
less README  =>  less <README
sed -n 1,20p a.py  =>  sed <a.py
sed -n '1,20p' a.py b.py  =>  sed <a.py <b.py
sed -ne 5p a.py  =>  sed <a.py
sed -e s/a/b/ -e s/c/d/ a.py  =>  sed <a.py
sed s/a/b/ a.py  =>  sed <a.py
sed -i s/a/b/ a.py  =>  sed >update a.py
sed -i '' s/a/b/ a.py  =>  sed >update a.py
sed -i.bak -e s/a/b/ a.py b.py  =>  sed >update a.py >update b.py
sed -E -i "s/a/b/g" src/a.py  =>  sed >update src/a.py
awk '{print $1}' a.txt  =>  awk <a.txt
awk -F: -v x=1 '{print}' a.txt  =>  awk <a.txt
awk -f prog.awk a.txt  =>  awk <a.txt
nl -ba a.py  =>  nl <a.py
nl -ba a.py | sed -n 1,20p  =>  nl <a.py; sed
rg word  =>  rg
rg word src  =>  rg
rg word src/a.py  =>  rg <src/a.py
rg -n -g '*.py' word src/a.py  =>  rg <src/a.py
rg -e word -e other a.py  =>  rg <a.py
rg --files src  =>  rg
rg -A 3 word a.py b.py  =>  rg <a.py <b.py
grep word a.py  =>  grep <a.py
grep -rn word src  =>  grep
grep -rn --include=*.py word .  =>  grep
grep -A 3 -e word a.py  =>  grep <a.py
grep -c word a.txt | sort  =>  grep <a.txt; sort
find . -name '*.py'  =>  find
find . -name '*.py' -exec cat {} +  =>  find; cat
find . -name '*.py' -exec sed -i s/a/b/ {} +  =>  find ?; sed ?
find . -delete  =>  find ?
fd word src  =>  fd
ls -la src  =>  ls
ls a.py  =>  ls
tree -L 2  =>  tree
wc -l a.py  =>  wc <a.py
strings -n 8 a.bin  =>  strings <a.bin
xxd -l 64 a.bin  =>  xxd <a.bin
hexdump -C a.bin  =>  hexdump <a.bin
jq .name package.json  =>  jq <package.json
jq -r --arg x y '.a' data.json  =>  jq <data.json
jq . < data.json  =>  jq
yq .a config.yaml  =>  yq <config.yaml
sort -k 2 a.txt | uniq -c  =>  sort <a.txt; uniq
cut -d , -f 1 a.csv  =>  cut <a.csv
diff a.py b.py  =>  diff <a.py <b.py
stat a.py  =>  stat
file a.bin  =>  file
du -sh .  =>  du
cat $FILE  =>  cat
cat "$(ls)"  =>  cat; ls
cat *.py  =>  cat
cat src/{a,b}.py  =>  cat
cat -  =>  cat
cat /dev/null  =>  cat
cat ../up.txt  =>  cat <../up.txt
cat ~/.bashrc  =>  cat <~/.bashrc
cat /etc/hosts  =>  cat </etc/hosts
cat './with space.txt'  =>  cat <with space.txt
cd sub && cat a.py  =>  cat <sub/a.py
cd sub && cd deeper && cat a.py && cd .. && cat b.py  =>  cat <sub/deeper/a.py; cat <sub/b.py
cd /abs; cat a.py  =>  cat </abs/a.py
python -c 'print(open("a").read())'  =>  python
python a.py  =>  python
node a.js  =>  node
pwsh -Command 'Get-Content a.txt'  =>  Get-Content <a.txt
Get-Content -Path a.txt -TotalCount 5  =>  Get-Content <a.txt
cmd /c type a.txt  =>  type <a.txt
Select-String -Pattern word a.txt  =>  Select-String <a.txt
curl -s https://x.y/z  =>  curl
curl -o out.html https://x.y/z  =>  curl ?
echo hi > a.txt  =>  echo >write a.txt
echo hi >> a.txt  =>  echo >write a.txt
echo hi > /dev/null  =>  echo
echo hi 2>&1  =>  echo
echo hi | tee a.txt  =>  echo; tee >write a.txt
echo hi | tee -a a.txt b.txt  =>  echo; tee >write a.txt >write b.txt
printf x > "my file.txt"  =>  printf >write my file.txt
(ls; pwd) > out.txt  =>  ls; pwd; - >write out.txt
for f in a b; do cat $f; done > all.txt  =>  cat; - >write all.txt
mv a.py b.py  =>  mv >move b.py from a.py
mv a.py b.py dir  =>  mv >move dir/a.py from a.py >move dir/b.py from b.py
cp a.py b.py  =>  cp >write b.py
cp -r src dst  =>  cp >write dst
rm a.py  =>  rm >delete a.py
rm -rf build dist  =>  rm >delete build >delete dist
touch a.py  =>  touch >write a.py
mkdir -p a/b  =>  mkdir >write a/b
mkdir -m 700 a  =>  mkdir >write a
truncate -s 0 log.txt  =>  truncate >write log.txt
perl -pi -e s/a/b/ a.py  =>  perl >update a.py
perl -ne 'print' a.txt  =>  perl
ruff format src  =>  ruff format ?
npm install  =>  npm install ?
make  =>  make ?
pytest -q  =>  pytest
npm run build  =>  npm run ?
tar xf a.tar  =>  tar ?
apply_patch <<'E'  =>  apply_patch
C:\Windows\System32\cmd.exe /c type C:\x\a.txt  =>  type <C:/x/a.txt
A=1 B=2 cat a.txt  =>  cat <a.txt
if test -f a; then cat a.txt; else touch a.txt; fi  =>  test; cat <a.txt; touch >write a.txt
while read x; do grep $x a.txt; done < list.txt  =>  read; grep <a.txt
cat a.txt && cat b.txt || cat c.txt; cat d.txt  =>  cat <a.txt; cat <b.txt; cat <c.txt; cat <d.txt
"""


def rows(table: str) -> list[list[str]]:
    return [line.split("  =>  ") for line in table.strip().splitlines()]


@pytest.mark.parametrize(("command", "wanted"), rows(WITH_GIT) + rows(WITH_FILES))
def test_what_a_command_does(command: str, wanted: str) -> None:
    assert told(command) == wanted


def test_a_list_of_arguments_is_a_command_too() -> None:
    assert told(("git", "branch", "-d", "a b")) == "git branch local_mutation"
    assert told(("bash", "-lc", "cat 'a b.txt' | head > c")) == "cat <a b.txt; head >write c"


def test_a_heredoc_is_no_command() -> None:
    assert told("cat > a.py <<'E'\nrm -rf x; cat b.txt\nE\ncat a.py") == "cat >write a.py; cat <a.py"


def test_pipelines_are_told_apart() -> None:
    assert [act.part for act in acts("cat a | head; ls && (pwd | sort)")] == [0, 0, 1, 2, 2]


PATCH = """*** Begin Patch
*** Add File: new.py
+one
+two
*** Update File: src/old.py
*** Move to: src/other.py
@@
 same
-gone
+come
+more
*** Delete File: dead.py
*** End Patch
+not of any file
"""


def test_a_patch_tells_its_files_and_lines() -> None:
    assert [tuple(one) for one in patches.changes(f"apply_patch <<'E'\n{PATCH}E\n")] == [
        ("add", "new.py", "", 2, 0),
        ("move", "src/other.py", "src/old.py", 2, 1),
        ("delete", "dead.py", "", 0, 0),
    ]


CODE = r"""
const a = await tools.exec_command({"cmd": "cat a.txt", "workdir": "x"});
const b = await tools.exec_command({ workdir: '/y', cmd: 'echo \'hi\'' });
await tools.shell_command({command: `git status
git diff`});
await tools.update_plan({cmd: "not a command"});
"""


def test_code_tells_the_commands_that_stand_in_it() -> None:
    assert list(patches.commands_in(CODE)) == ["cat a.txt", "echo 'hi'", "git status\ngit diff"]


@pytest.mark.parametrize("literal", ["`%s`", '"%s"', "String.raw`%s`"])
def test_code_tells_the_patches_that_stand_in_it(literal: str) -> None:
    text = PATCH.replace("\n", "\\n") if literal[0] == '"' else PATCH
    code = f"const patch = {literal % text};\nawait tools.apply_patch(patch);"
    assert patches.changes_in(code) == patches.changes(PATCH)


def test_odd_text_is_borne() -> None:
    for text in ("*** Begin Patch", "*** Add File: ", "tools.exec_command({" * 500, '"' * 5000, "cat " + "a/" * 3000):
        assert isinstance([*patches.commands_in(text), *patches.changes(text), *acts(text)], list)
