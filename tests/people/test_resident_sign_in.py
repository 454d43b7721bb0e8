import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings
from tests.factories.town import Town

from maplebridge.adapters import console
from maplebridge.conversations import queries as conversations
from maplebridge.people import queries
from maplebridge.people.models import Account, OneTimeCode
from maplebridge.platform import events

KNOWN = "13700000007"
NEW = "13800000008"


@pytest.fixture
def known(town: Town) -> Account:
    """Return the account of a resident whose phone number can receive a code."""
    person = town.resident
    person.phone, person.phone_digest = KNOWN, queries.phone_digest(KNOWN)
    person.save()
    return person.account


def ask(client: Client, phone: str, **more: str) -> str:
    """Ask for a code as a phone does, and return what was sent."""
    response = client.post(reverse("sign_in_phone"), {"phone": phone, **more})
    assert response.status_code == 302, response.content.decode()
    events.deliver_all(now=timezone.now())
    return console.sent[-1][1]


def signed_in_as(client: Client) -> int | None:
    account = client.session.get("_auth_user_id")
    return int(account) if account else None


def test_a_resident_signs_in_with_phone_and_code(client: Client, known: Account) -> None:
    code = ask(client, "137 0000 0007")
    response = client.post(reverse("sign_in_code"), {"code": f"{code[:3]} {code[3:]}"})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert signed_in_as(client) == known.pk


def test_the_key_of_the_session_changes_with_signing_in(client: Client, known: Account) -> None:
    code = ask(client, KNOWN)
    before = client.session.session_key
    client.post(reverse("sign_in_code"), {"code": code})
    assert client.session.session_key != before


def test_the_answer_is_the_same_for_a_phone_that_nobody_has(town: Town, known: Account) -> None:
    answers = []
    for phone in (KNOWN, "13700000001"):
        client = Client()
        client.post(reverse("sign_in_phone"), {"phone": phone})
        page = client.get(reverse("sign_in_code"))
        wrong = client.post(reverse("sign_in_code"), {"code": "x"})
        answers.append([page.status_code, wrong.status_code, page.content.decode().replace(phone[-4:], "")])
    hide = [answer[2].split("csrfmiddlewaretoken")[0].split('name="csrf-token"')[0] for answer in answers]
    assert answers[0][:2] == answers[1][:2]
    assert hide[0] == hide[1]


def test_a_wrong_code_lets_nobody_in(client: Client, known: Account) -> None:
    code = ask(client, KNOWN)
    wrong = "111111" if code != "111111" else "222222"
    assert client.post(reverse("sign_in_code"), {"code": wrong}).status_code == 422
    assert signed_in_as(client) is None


def test_a_code_sent_to_one_browser_is_right_once(client: Client, known: Account) -> None:
    code = ask(client, KNOWN)
    other = Client()
    session = other.session
    session.update(client.session.items())
    session.save()
    assert client.post(reverse("sign_in_code"), {"code": code}).status_code == 302
    assert other.post(reverse("sign_in_code"), {"code": code}).status_code == 422


def test_too_many_codes_from_one_network_are_refused_in_words(
    client: Client, town: Town, settings: Settings
) -> None:
    settings.CODES_PER_ADDRESS = 2
    for number in (1, 2):
        assert client.post(reverse("sign_in_phone"), {"phone": f"1390000000{number}"}).status_code == 302
    response = client.post(reverse("sign_in_phone"), {"phone": "13900000003"})
    assert response.status_code == 429
    assert "您所在的网络请求验证码过于频繁" in response.content.decode()
    assert OneTimeCode.objects.count() == 2


def test_a_second_code_within_a_minute_is_refused_in_words(client: Client, known: Account) -> None:
    ask(client, KNOWN)
    response = client.post(reverse("sign_in_phone"), {"phone": KNOWN})
    assert response.status_code == 429
    assert "error-summary" in response.content.decode()


def test_somebody_new_chooses_a_home_and_is_let_into_its_group(client: Client, town: Town) -> None:
    code = ask(client, NEW)
    assert client.post(reverse("sign_in_code"), {"code": code})["Location"] == reverse("welcome")
    found = client.get(reverse("welcome_homes"), {"words": "海棠苑3"}).content.decode()
    assert f'value="{town.building.pk}"' in found
    client.post(reverse("welcome"), {"building": town.building.pk, "nickname": "新邻居", "consent": "on"})
    person = queries.person_by_phone(NEW)
    assert person is not None
    assert (person.nickname, person.building, bool(person.consented_at)) == ("新邻居", town.building, True)
    assert signed_in_as(client) == person.account.pk
    events.deliver_all(now=timezone.now())
    assert conversations.membership_of(person.pk, town.group.thread_id) is not None


def test_without_agreement_nothing_is_kept(client: Client, town: Town) -> None:
    code = ask(client, NEW)
    client.post(reverse("sign_in_code"), {"code": code})
    response = client.post(reverse("welcome"), {"building": town.building.pk, "nickname": "新邻居"})
    assert response.status_code == 422
    assert queries.person_by_phone(NEW) is None


def test_a_nickname_that_is_left_empty_is_suggested(client: Client, town: Town) -> None:
    client.post(reverse("sign_in_code"), {"code": ask(client, NEW)})
    client.post(reverse("welcome"), {"building": town.building.pk, "consent": "on"})
    person = queries.person_by_phone(NEW)
    assert person is not None
    assert town.building.number in person.nickname


def test_without_a_proved_phone_there_is_no_welcome(client: Client, town: Town) -> None:
    for name in ("welcome", "welcome_homes", "sign_in_code"):
        assert client.get(reverse(name))["Location"] == reverse("sign_in")
    client.post(reverse("welcome"), {"building": town.building.pk, "nickname": "我", "consent": "on"})
    assert signed_in_as(client) is None


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_away_by_the_address_to_go_on_to(client: Client, known: Account, wanted: str) -> None:
    code = ask(client, KNOWN, next=wanted)
    assert client.post(reverse("sign_in_code"), {"code": code})["Location"] == "/"


def test_an_address_of_this_site_is_gone_on_to(client: Client, known: Account) -> None:
    code = ask(client, KNOWN, next="/groups/")
    assert client.post(reverse("sign_in_code"), {"code": code})["Location"] == "/groups/"


def test_a_code_on_a_phone_gives_staff_no_rights_of_staff(client: Client, town: Town) -> None:
    captain = town.officer
    captain.phone_digest = queries.phone_digest(KNOWN)
    captain.save()
    client.post(reverse("sign_in_code"), {"code": ask(client, KNOWN)})
    assert signed_in_as(client) == captain.account.pk
    assert client.get("/", follow=False)["Location"] == reverse("groups")


def test_the_account_of_a_resident_that_is_closed_stays_closed(client: Client, known: Account) -> None:
    known.is_active = False
    known.save()
    assert client.post(reverse("sign_in_code"), {"code": ask(client, KNOWN)}).status_code == 403
    assert signed_in_as(client) is None


def test_the_code_is_not_on_the_page(client: Client, known: Account) -> None:
    code = ask(client, KNOWN)
    page = client.get(reverse("sign_in_code"))
    assert page.context["demo_code"] is None
    assert code not in page.content.decode().replace(str(page.context["csrf_token"]), "")


@pytest.mark.usefixtures("demo")
def test_in_the_demo_the_code_is_on_the_page(client: Client, known: Account) -> None:
    code = ask(client, KNOWN)
    assert client.get(reverse("sign_in_code")).context["demo_code"] == code
