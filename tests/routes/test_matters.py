from tests.routes.visits import visited_town, wrong_of


def test_everybody_gets_what_the_rule_says_of_matters_and_nothing_breaks(db: None) -> None:
    wrong = wrong_of(visited_town(), {"matters"})
    assert not wrong, "\n".join(wrong)
