"""What the project's own files promise each other."""

import importlib.metadata
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import codex_usage_tracker

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ["requirements/dev.txt", "requirements/run.txt"]

# Put together here, so that this file is not its own first finding.
REGISTRY_HOSTS = [
    ".".join(labels)
    for labels in [
        ("pypi", "org"),
        ("python" + "hosted", "org"),
        ("registry", "npmjs"),
        ("registry", "yarnpkg"),
        ("deb", "debian"),
        ("security", "debian"),
    ]
]
WORKPLACE = re.compile(r"(?<![\w.-])/" + "work/")
# Logs of the real client tell where it ran when they were taken.
RECORDED = "tests/corpus/"


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def project() -> dict[str, Any]:
    return tomllib.loads(read("pyproject.toml"))


def locked(name: str) -> dict[str, tuple[Requirement, list[str]]]:
    """Each requirement of a lock with its hashes, by its normalised name."""
    lines = re.sub(r"#.*", "", read(name)).replace("\\\n", " ").splitlines()
    entries = [line.split(" --hash=") for line in lines if line.strip()]
    pinned = [(Requirement(words[0].strip()), [word.strip() for word in words[1:]]) for words in entries]
    return {canonicalize_name(requirement.name): (requirement, hashes) for requirement, hashes in pinned}


def group(name: str) -> list[Requirement]:
    """The requirements of a dependency group, with those of the groups it includes."""
    found = []
    for entry in project()["dependency-groups"][name]:
        found += [Requirement(entry)] if isinstance(entry, str) else group(entry["include-group"])
    return found


def declared() -> list[Requirement]:
    """What every lock must hold: the run-time dependencies and the build backend."""
    config = project()
    return [Requirement(text) for text in config["project"]["dependencies"] + config["build-system"]["requires"]]


def extras() -> list[Requirement]:
    groups = project()["project"].get("optional-dependencies", {}).values()
    return [Requirement(text) for texts in groups for text in texts]


def project_files() -> list[str]:
    """The files that are in git, or would be with the next `git add --all`."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    # A checkout may belong to another user than the one who runs the tests.
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def test_every_make_target_in_the_readme_exists() -> None:
    named = set(re.findall(r"(?:^ {4}|`)make ([a-z]+)", read("README.md"), re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    assert {"run", "test"} <= named
    assert named <= targets


def test_make_help_lists_every_target() -> None:
    makefile = read("Makefile")
    listed = re.findall(r"^\t@echo 'make ([a-z]+)", makefile, re.MULTILINE)
    phony = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split()
    assert ["help", *listed] == phony


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_names_no_address(lock: str) -> None:
    text = read(lock)
    assert "://" not in text
    assert set(re.findall(r"^\s*(-[\w-]*)", text, re.MULTILINE)) == {"--hash"}


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_pins_every_requirement_by_hash(lock: str) -> None:
    entries = locked(lock)
    assert len(entries) > len(declared())
    for requirement, hashes in entries.values():
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in hashes), requirement


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements/run.txt", declared()),
        ("requirements/dev.txt", declared() + extras() + group("dev")),
    ],
    ids=LOCKS[::-1],
)
def test_the_lock_satisfies_what_the_project_declares(lock: str, wanted: list[Requirement]) -> None:
    entries = locked(lock)
    for requirement in wanted:
        pin, _ = entries[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(str(pin.specifier).removeprefix("=="), prereleases=True), requirement


def test_the_lock_of_price_lists_pins_them_alone() -> None:
    entries = locked("requirements/prices.txt")
    assert set(entries) == {canonicalize_name(requirement.name) for requirement in group("prices")}
    for requirement in group("prices"):
        pin, hashes = entries[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(str(pin.specifier).removeprefix("=="))
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in hashes)


def test_both_locks_pin_the_same_versions() -> None:
    full = locked("requirements/dev.txt")
    for name, (pin, hashes) in locked("requirements/run.txt").items():
        # The marker may differ: it says who needs the package.
        assert (pin.specifier, hashes) == (full[name][0].specifier, full[name][1])


def test_no_file_names_a_registry_or_a_workplace() -> None:
    findings = []
    for name in project_files():
        text = (ROOT / name).read_bytes().decode("utf-8", "replace")
        findings += [f"{name}: {host}" for host in REGISTRY_HOSTS if host in text]
        if not name.startswith(RECORDED):
            findings += [f"{name}: {found[0]}" for found in WORKPLACE.finditer(text)]
    assert findings == []


def test_the_package_says_the_installed_version() -> None:
    assert codex_usage_tracker.__version__ == importlib.metadata.version("codex-usage-tracker")


def test_every_changelog_fragment_is_of_a_known_kind() -> None:
    config = project()["tool"]["towncrier"]
    kinds = "|".join(config["fragment"])
    fragments = [path.name for path in (ROOT / config["directory"]).iterdir() if path.name not in config["ignore"]]
    assert [name for name in fragments if not re.fullmatch(rf"[a-z0-9-]+\.({kinds})\.md", name)] == []


def test_the_fragments_readme_explains_every_kind() -> None:
    explained = re.findall(r"^\| `([a-z]+)` \|", read("changelog.d/README.md"), re.MULTILINE)
    assert explained == list(project()["tool"]["towncrier"]["fragment"])
