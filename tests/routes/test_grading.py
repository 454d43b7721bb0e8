from tests.routes.visits import visited_town, wrong_of

ABOVE = {"grading", "advisories"}


def test_everybody_gets_what_the_rule_says_of_grading_and_advisories_and_nothing_breaks(db: None) -> None:
    wrong = wrong_of(visited_town(), ABOVE)
    assert not wrong, "\n".join(wrong)
