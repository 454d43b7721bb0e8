"""What import-linter cannot see: foreign keys name their target by string, and tables are written by actions only."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src/maplebridge"
AREAS = (
    "platform",
    "places",
    "people",
    "conversations",
    "rosters",
    "matters",
    "mediation",
    "advisories",
    "grading",
)


def ranks() -> dict[str, int]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c["name"].startswith("Areas are ranked"))
    return {area.strip(): rank for rank, layer in enumerate(reversed(layers)) for area in layer.split("|")}


def test_foreign_keys_point_down() -> None:
    rank = ranks()
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in rank
        for field in model._meta.get_fields()
        if field.concrete and field.related_model is not None and field.related_model != "self"
        if field.related_model._meta.app_label in rank  # type: ignore[union-attr]  # a model, not a name
        if rank[field.related_model._meta.app_label] > rank[model._meta.app_label]  # type: ignore[union-attr]  # a model, not a name
    ]

    assert upward == []


def test_every_table_of_an_area_is_audited() -> None:
    plumbing = {"platform.EventRecord", "platform.Delivery", "platform.AuditRow", "platform.AuditSeal"}
    kept_short = {
        "platform.IdempotencyKey",
        "platform.Photo",
        "platform.WaitingFile",
        "people.OneTimeCode",
        "people.PendingCode",
        "conversations.Receipt",  # a record itself; who has read what is to be forgotten
    }
    computed = {"matters.Tally"}  # from audited rows, and computed anew from them at any time
    unaudited = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in AREAS
        if not any(trigger.name == "audit" for trigger in getattr(model._meta, "triggers", ()))
    }

    assert unaudited <= plumbing | kept_short | computed, unaudited - plumbing - kept_short - computed


WRITES = {"save", "create", "bulk_create", "update_or_create", "get_or_create", "bulk_update"}


def test_only_actions_write() -> None:
    """Views, forms, handlers, queries and templates never save: every change is a named deed."""
    writers = []
    for path in SOURCES.rglob("*.py"):
        parts = path.relative_to(SOURCES).parts
        if parts[0] not in AREAS[1:] or "migrations" in parts or "actions" in path.stem or "actions" in parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in WRITES
            ):
                target = ast.unparse(node.func.value)
                if ".objects" in target:
                    writers.append(f"{path.relative_to(ROOT)}:{node.lineno} {target}.{node.func.attr}")

    assert writers == []


def test_what_starts_loads_nothing_that_only_training_figures_papers_and_charts_need() -> None:
    """A town's machine is small and a restart must be quick: these cost a second or tens of megabytes each."""
    heavy = "'matplotlib', 'scipy.optimize', 'scipy.sparse', 'scipy.special', 'sklearn', 'weasyprint'"
    started = (
        "import sys, django; django.setup(); import maplebridge.config.urls, maplebridge.web.worker;"
        f"print(*{{{heavy}}} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", started], check=True, capture_output=True, text=True)
    assert found.stdout.split() == []
