"""Who may be looked through: one person for each role, with the name under which they sign in."""

from dataclasses import dataclass
from datetime import date

from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role


@dataclass(frozen=True, slots=True)
class Login:
    role: str
    username: str
    nickname: str


def logins(today: date) -> list[Login]:
    """Return the first holder of each role who has an account; residents sign in by phone and have none to tell."""
    found = []
    for role in Role:
        posting = people.first_posting(role, today)
        account = people.account_of(posting.person_id) if posting else None
        if posting is not None and account is not None:
            found.append(Login(role.value, account.username, posting.person.nickname))
    return found
