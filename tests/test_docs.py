"""The documents say what is so: links lead somewhere, commands, settings and functions exist, nothing is left out."""

import importlib
import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from maplebridge.matters.domain.rules import KEEP, PROMISED_TALK_DAYS

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src/maplebridge"
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *SOURCES.glob("*/README.md"),
        *ROOT.glob("bench/*.md"),
    ]
)
AREAS = sorted(path.parent.name for path in SOURCES.glob("*/__init__.py"))
OPERATIONS = (ROOT / "docs/operations.md").read_text()
TOUR = (ROOT / "docs/tour.md").read_text()

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)(?:#[^)]*)?\)")
SCRIPT = re.compile(r"(?<![\w/.])bin/([a-z]+)\b")
COMMAND = re.compile(r"(?<![\w./])maplebridge ([a-z][a-z-]+)")
SETTING = re.compile(r"MAPLEBRIDGE_[A-Z]+(?:_[A-Z]+)*")


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_every_link_leads_somewhere(document: Path) -> None:
    dead = [link for link in LINK.findall(document.read_text()) if not (document.parent / link).exists()]
    assert dead == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_every_command_named_exists(document: Path) -> None:
    text = document.read_text()
    scripts = {one for one in SCRIPT.findall(text) if not (ROOT / "bin" / one).exists()}
    ours = set(get_commands())
    commands = {one for one in COMMAND.findall(text) if one.replace("-", "_") not in ours}
    assert (scripts, commands) == (set(), set())


def settings_read() -> set[str]:
    """Return the settings that code, scripts and benchmarks read from the environment."""
    found: set[str] = set()
    for path in [*SOURCES.rglob("*.py"), *(ROOT / "bin").iterdir()]:
        found |= set(SETTING.findall(path.read_text(errors="ignore")))
    kept = re.findall(r'_kept_secret\("(\w+)"\)', (SOURCES / "config/settings.py").read_text())
    return found | {f"MAPLEBRIDGE_{name.upper()}" for name in kept}


def test_every_setting_is_explained_and_every_explained_one_is_read() -> None:
    explained = set(re.findall(r"^\| `(MAPLEBRIDGE_\w+)`", OPERATIONS, re.MULTILINE))
    assert settings_read() - explained == set()
    assert explained - settings_read() == set()


def test_the_database_of_ones_own_is_explained() -> None:
    assert "| `DATABASE_URL` |" in OPERATIONS


@pytest.mark.parametrize(
    "name", sorted({one for path in DOCUMENTS for one in SETTING.findall(path.read_text())})
)
def test_every_setting_named_anywhere_is_explained(name: str) -> None:
    assert f"| `{name}` |" in OPERATIONS


NO_AREAS = {"config", "demo"}  # how it is started, and an invented town to look at


@pytest.mark.parametrize("area", [one for one in AREAS if one not in NO_AREAS])
def test_every_area_says_its_words_rules_and_events(area: str) -> None:
    readme = (SOURCES / area / "README.md").read_text()
    assert [word for word in ("Words", "Rules", "Events") if word not in readme] == []


def dotted(text: str) -> set[str]:
    """Return the names in code quotes that begin with an area: `matters.actions.raising.raise_matter`."""
    quoted = re.findall(r"`([a-z_]+(?:\.\w+)+)`", text)
    return {one for one in quoted if one.split(".")[0] in AREAS and not one.endswith(".py")}


def resolves(name: str) -> bool:
    """Say whether a dotted name is a module of the product, or something in one."""
    parts = f"maplebridge.{name}".split(".")
    for cut in range(len(parts), 1, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_every_function_named_exists(document: Path) -> None:
    # The glossary also settles names of areas to come; it marks them.
    text = "\n".join(line for line in document.read_text().splitlines() if " * |" not in line)
    assert [name for name in sorted(dotted(text)) if not resolves(name)] == []


def test_the_tour_goes_through_the_code() -> None:
    walked = dotted(TOUR)
    assert len(walked) > 30
    assert {"web.groups.say", "matters.actions.raising.raise_matter", "matters.domain.rates.count"} <= walked


def test_a_name_that_does_not_exist_would_be_found() -> None:
    assert resolves("matters.actions.raising.raise_matter")
    assert not resolves("matters.actions.raising.blow_whistle")
    assert not resolves("matters.whistles.blow")


@pytest.mark.parametrize(
    "decision", sorted((ROOT / "docs/decisions").glob("*.md")), ids=lambda path: path.stem
)
def test_every_decision_has_a_title_and_a_day(decision: Path) -> None:
    title, _, day = decision.read_text().splitlines()[:3]
    assert title.startswith("# ")
    assert re.match(r"\d{4}-\d\d-\d\d · (accepted|replaced by )", day)


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_no_document_names_a_machine_or_where_packages_come_from(document: Path) -> None:
    told = re.compile(
        r"(?<![\w.])/(?:root|work|home|tmp)\b|index-url|pypi\.|registry\.npm|files\.python", re.I
    )
    assert told.findall(document.read_text()) == []


def test_the_two_front_pages_show_the_same_commands() -> None:
    commands = [re.findall(r"`(bin/[^`]+)`|^(bin/\w+)", (ROOT / name).read_text(), re.M) for name in FRONT]
    assert commands[0] == commands[1]


FRONT = ("README.md", "README.zh.md")


@pytest.mark.parametrize("name", FRONT)
def test_a_screenshot_is_shown_only_if_there_is_one(name: str) -> None:
    shown = re.findall(r"!\[[^]]*\]\(([^)]+)\)", (ROOT / name).read_text())
    assert [one for one in shown if not (ROOT / one).exists()] == []


def test_how_long_things_are_kept_is_told_in_privacy() -> None:
    privacy = (ROOT / "docs/privacy.md").read_text()
    assert "keep_talk_days" in KEEP
    assert f"{PROMISED_TALK_DAYS} days" in privacy


def test_the_group_page_promises_what_the_rule_keeps() -> None:
    template = (SOURCES / "web/templates/web/group.html").read_text()
    assert f"deleted after {PROMISED_TALK_DAYS} days" in template
