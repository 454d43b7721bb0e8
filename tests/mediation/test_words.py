"""Whatever a deed writes or refuses is put into words: no code of the program is ever read by anybody."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from maplebridge.mediation.templatetags import mediation_words, paper_words
from maplebridge.mediation.views import rewards

ACTIONS = Path(mediation_words.__file__).parents[1] / "actions"
# Nothing that a page sends leads there: these guard against a mistake in the program.
GUARDS = {"say_what_for", "one_signs", "not_an_exhibit_of_it", "not_there", "say_who"}


def written(name: str, place: int) -> Iterator[tuple[str, str]]:
    """Yield the codes that calls of a function have in a place, with the file."""
    for path in sorted(ACTIONS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                for one in ast.walk(node.args[place]) if len(node.args) > place else ():
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        yield path.name, one.value


DEEDS = sorted({*written("note", 1), ("papers.py", "paper_sealed"), ("papers.py", "paper_changed")})
REFUSALS = sorted({one for one in written("NotAllowed", 0) if not one[1].endswith("_")})


def test_the_codes_are_found() -> None:
    assert len(DEEDS) > 40
    assert len(REFUSALS) > 80


@pytest.mark.parametrize(("file", "deed"), DEEDS)
def test_a_deed_of_the_time_line_has_words(file: str, deed: str) -> None:
    with translation.override("zh-hans"):
        words = mediation_words.deed_words(deed)
    assert words != deed
    assert not words.isascii()


@pytest.mark.parametrize(("file", "code"), REFUSALS)
def test_a_refusal_has_words(file: str, code: str) -> None:
    if code in GUARDS or (code.startswith(("unknown_", "somebody_")) and code != "somebody_else"):
        return
    known = {**mediation_words.REFUSALS, **paper_words.REFUSALS}
    if file == "rewarding.py":
        known |= rewards.REFUSALS
    with translation.override("zh-hans"):
        assert not str(known[code]).isascii()
