from maplebridge.mediation.domain.conflicts import Conflict, ConflictKind, Known, conflicts

MEDIATOR = Known(id=1, person_id=100, household="7:302", employers=("海棠物业",))


def kinds(*parties: Known, **more: object) -> list[ConflictKind]:
    return [one.kind for one in conflicts(MEDIATOR, parties, **more)]  # type: ignore[arg-type]


def test_a_stranger_is_no_conflict() -> None:
    assert kinds(Known(2, 200, "8:302", ("供水公司",))) == []


def test_nothing_known_is_no_conflict() -> None:
    assert conflicts(Known(1), [Known(2)]) == []


def test_one_household_is_one_that_is_known() -> None:
    assert kinds(Known(2, 200, "7:302")) == [ConflictKind.SAME_HOUSEHOLD]
    assert kinds(Known(2, 200, "7:303")) == []
    assert conflicts(Known(1, 100), [Known(2, 200)]) == []


def test_the_same_employer_is_shown_and_excludes_nobody() -> None:
    (found,) = conflicts(MEDIATOR, [Known(2, 200, employers=("海棠物业 ",))])

    assert found == Conflict(ConflictKind.SAME_EMPLOYER, 2)
    assert not found.excludes


def test_an_earlier_case_is_shown() -> None:
    assert kinds(Known(2, 200), earlier=[2]) == [ConflictKind.EARLIER_CASE]


def test_a_party_is_no_mediator_of_their_own_dispute() -> None:
    assert kinds(Known(2, 100, "7:302")) == [ConflictKind.SAME_PERSON]


def test_what_was_declared_comes_first_and_excludes() -> None:
    found = conflicts(MEDIATOR, [Known(2, employers=("海棠物业",))], declared=[(None, "亲戚")])

    assert [one.kind for one in found] == [ConflictKind.DECLARED, ConflictKind.SAME_EMPLOYER]
    assert found[0].excludes
