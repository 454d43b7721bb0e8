"""A town that was begun before the migrations of an area became one."""

from django.db.migrations.loader import MigrationLoader

from maplebridge.web.management.commands.start import begun_with_an_older_version


def loader_where(*left_out: tuple[str, str]) -> MigrationLoader:
    """Return what knows the migrations, in a town that has run all those of before but these."""
    loader = MigrationLoader(None)
    replaced = {name: one for one in loader.replacements.values() for name in one.replaces}
    assert len(replaced) >= 40
    loader.applied_migrations = {name: one for name, one in replaced.items() if name not in left_out}
    return loader


def test_a_town_that_has_run_all_of_them_goes_on() -> None:
    assert not begun_with_an_older_version(loader_where())


def test_a_town_that_is_older_is_told_so() -> None:
    assert begun_with_an_older_version(loader_where(("matters", "0010_what_is_open_by_its_begin")))


def test_a_new_town_is_not_older() -> None:
    assert not begun_with_an_older_version(MigrationLoader(None))
