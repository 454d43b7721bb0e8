import hashlib
import hmac
import struct
from base64 import b32decode
from datetime import datetime, timedelta

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town

from maplebridge.people import actions, queries
from maplebridge.people.models import Account, SecondFactor
from maplebridge.platform import idle

PASSWORD = "green-bridge-7-maple"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def totp(secret: str, now: datetime) -> str:
    """Return what an authenticator app shows (RFC 6238), worked out without the product's own code."""
    digest = hmac.new(b32decode(secret), struct.pack(">Q", int(now.timestamp()) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


@pytest.fixture
def account(town: Town) -> Account:
    """Return the supervisor's account, with a password and without a second factor."""
    account = town.supervisor.account
    account.set_password(PASSWORD)
    account.save()
    return account


@pytest.fixture
def enrolled(account: Account, now: datetime) -> Account:
    early = now - timedelta(minutes=5)
    assert actions.enrol_second_factor(account=account, secret=SECRET, code=totp(SECRET, early), now=early)
    return account


def give_password(client: Client, account: Account, password: str = PASSWORD, **more: str) -> object:
    return client.post(reverse("sign_in_staff"), {"username": account.username, "password": password, **more})


def signed_in_as(client: Client) -> int | None:
    account = client.session.get("_auth_user_id")
    return int(account) if account else None


def test_password_and_code_of_the_app_let_in(client: Client, enrolled: Account) -> None:
    assert give_password(client, enrolled)["Location"] == reverse("second_factor")
    assert signed_in_as(client) is None
    response = client.post(reverse("second_factor"), {"code": totp(SECRET, timezone.now())})
    assert (response["Location"], signed_in_as(client)) == ("/", enrolled.pk)


def test_the_second_factor_cannot_be_left_out(client: Client, enrolled: Account) -> None:
    give_password(client, enrolled)
    for name in ("recovery_codes", "first_password", "second_factor_enrol"):
        assert client.get(reverse(name))["Location"] == reverse("second_factor")
    assert signed_in_as(client) is None


def test_whoever_has_no_second_factor_sets_one_up_first(
    client: Client, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(django_settings, "DEMO", False)
    monkeypatch.setattr("maplebridge.people.views.staff.generate_totp_secret", lambda: SECRET)
    assert give_password(client, account)["Location"] == reverse("second_factor_enrol")
    page = client.get(reverse("second_factor_enrol")).content.decode()
    assert "data:image/svg+xml" in page
    assert "JBSW Y3DP" in page
    assert client.post(reverse("second_factor_enrol"), {"code": "000000"}).status_code == 422
    response = client.post(reverse("second_factor_enrol"), {"code": totp(SECRET, timezone.now())})
    assert response["Location"] == reverse("recovery_codes")
    codes = queries.recovery_codes_of(account)
    assert all(code in client.get(reverse("recovery_codes")).content.decode() for code in codes)
    assert client.post(reverse("recovery_codes"))["Location"] == "/"
    assert signed_in_as(client) == account.pk


def test_the_secret_of_the_app_is_not_in_the_clear(enrolled: Account) -> None:
    row = SecondFactor.objects.get(user_id=enrolled.pk, type="totp")
    assert SECRET not in str(row.data)


def test_a_code_of_the_app_is_right_once(enrolled: Account, now: datetime) -> None:
    code = totp(SECRET, now)
    assert actions.check_second_factor(account=enrolled, code=code, now=now)
    assert not actions.check_second_factor(account=enrolled, code=code, now=now)


def test_a_code_from_before_the_last_one_used_is_over(enrolled: Account, now: datetime) -> None:
    older, newer = totp(SECRET, now - timedelta(seconds=30)), totp(SECRET, now)
    assert actions.check_second_factor(account=enrolled, code=newer, now=now)
    assert not actions.check_second_factor(account=enrolled, code=older, now=now)


def test_a_recovery_code_is_right_once(enrolled: Account, now: datetime) -> None:
    code = queries.recovery_codes_of(enrolled)[0]
    assert actions.check_second_factor(account=enrolled, code=code, now=now)
    assert not actions.check_second_factor(account=enrolled, code=code, now=now)


def test_the_key_of_the_session_changes_at_each_step(client: Client, enrolled: Account) -> None:
    client.get(reverse("sign_in"))
    give_password(client, enrolled)
    half_way = client.session.session_key
    client.post(reverse("second_factor"), {"code": totp(SECRET, timezone.now())})
    assert client.session.session_key != half_way


def test_five_wrong_passwords_lock_for_a_time_that_is_told(client: Client, enrolled: Account) -> None:
    answers = [give_password(client, enrolled, "wrong-password-1").status_code for _ in range(5)]
    assert answers == [422, 422, 422, 422, 429]
    locked = give_password(client, enrolled)
    assert locked.status_code == 429
    assert "wait" in locked.context
    assert "1" in str(locked.context["wait"])
    assert signed_in_as(client) is None


def test_wrong_codes_of_the_app_lock_too(client: Client, enrolled: Account) -> None:
    give_password(client, enrolled)
    wrong = "000000" if totp(SECRET, timezone.now()) != "000000" else "000001"
    for _ in range(5):
        client.post(reverse("second_factor"), {"code": wrong})
    assert client.post(reverse("second_factor"), {"code": totp(SECRET, timezone.now())}).status_code == 429
    assert signed_in_as(client) is None


def test_a_name_that_nobody_has_is_answered_like_a_wrong_password(client: Client, enrolled: Account) -> None:
    wrong = give_password(client, enrolled, "wrong-password-1")
    nobody = client.post(reverse("sign_in_staff"), {"username": "nobody", "password": "wrong-password-1"})
    assert (wrong.status_code, nobody.status_code) == (422, 422)
    assert wrong.context["staff_form"].errors == nobody.context["staff_form"].errors


def test_a_password_seen_by_an_administrator_is_replaced_first(client: Client, enrolled: Account) -> None:
    given = actions.renew_password(account=enrolled)
    give_password(client, enrolled, given)
    to_password = client.post(reverse("second_factor"), {"code": totp(SECRET, timezone.now())})
    assert to_password["Location"] == reverse("first_password")
    answer = client.post(reverse("first_password"), {"password": "short", "again": "short"})
    assert (answer.status_code, "至少要" in answer.content.decode()) == (422, True)
    common = {"password": "passwordpassword", "again": "passwordpassword"}
    assert client.post(reverse("first_password"), common).status_code in (302, 422)
    own = {"password": "drei-fische-im-teich", "again": "drei-fische-im-teich"}
    client.post(reverse("first_password"), own)
    enrolled.refresh_from_db()
    assert not enrolled.password_is_temporary


def test_changing_the_password_keeps_this_session_and_ends_the_others(
    client: Client, account: Account
) -> None:
    other = Client()
    client.force_login(account)
    other.force_login(account)
    form = {"present": PASSWORD, "password": "drei-fische-im-teich", "again": "drei-fische-im-teich"}
    assert client.post(reverse("change_password"), form).status_code == 302
    assert client.get(reverse("change_password")).wsgi_request.user.is_authenticated
    assert not other.get(reverse("sign_in")).wsgi_request.user.is_authenticated


def test_a_closed_account_is_out_with_the_next_click(client: Client, account: Account) -> None:
    client.force_login(account)
    assert client.get(reverse("sign_in")).wsgi_request.user.is_authenticated
    actions.disable(account=account, today=timezone.localdate())
    assert not client.get(reverse("sign_in")).wsgi_request.user.is_authenticated
    assert give_password(client, account).status_code == 422


def test_a_session_that_nobody_uses_ends(client: Client, enrolled: Account) -> None:
    give_password(client, enrolled)
    client.post(reverse("second_factor"), {"code": totp(SECRET, timezone.now())})
    session = client.session
    session[idle.SEEN] = (timezone.now() - timedelta(hours=11, minutes=59)).isoformat()
    session.save()
    assert client.get(reverse("sign_in")).wsgi_request.user.is_authenticated
    assert datetime.fromisoformat(client.session[idle.SEEN]) > timezone.now() - timedelta(minutes=1)
    session = client.session
    session[idle.SEEN] = (timezone.now() - timedelta(hours=12, minutes=1)).isoformat()
    session.save()
    assert not client.get(reverse("sign_in")).wsgi_request.user.is_authenticated


@pytest.mark.parametrize(("path", "counts"), [("/live/?topic=thread:1", False), ("/groups/", True)])
def test_an_open_page_that_asks_for_news_is_no_use(path: str, counts: bool) -> None:
    request = RequestFactory().get(path)
    request.session = SessionStore()
    seen = timezone.now() - timedelta(hours=11)
    idle.begin(request, timedelta(hours=12), seen)
    idle.IdleMiddleware(lambda _: HttpResponse())(request)
    assert (request.session[idle.SEEN] != seen.isoformat()) is counts


def test_signing_out_ends_the_session_and_needs_a_post(client: Client, account: Account) -> None:
    client.force_login(account)
    assert client.get(reverse("sign_out")).status_code == 405
    client.post(reverse("sign_out"))
    assert signed_in_as(client) is None


def test_a_form_without_its_token_is_refused(enrolled: Account) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert give_password(strict, enrolled).status_code == 403
    assert strict.post(reverse("sign_in_phone"), {"phone": "13800000000"}).status_code == 403


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/x"])
def test_nobody_is_led_away(client: Client, enrolled: Account, wanted: str) -> None:
    give_password(client, enrolled, next=wanted)
    response = client.post(reverse("second_factor"), {"code": totp(SECRET, timezone.now())})
    assert response["Location"] == "/"


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(client: Client, enrolled: Account) -> None:
    give_password(client, enrolled)
    cookie = client.cookies["sessionid"]
    assert (bool(cookie["httponly"]), cookie["samesite"]) == (True, "Lax")
    assert client.get(reverse("sign_in")).cookies["csrftoken"]["samesite"] == "Lax"
    assert (
        django_settings.SESSION_COOKIE_SECURE == django_settings.CSRF_COOKIE_SECURE == django_settings.HTTPS
    )


def test_every_page_of_the_way_in_has_the_security_policy(client: Client, town: Town) -> None:
    policy = client.get(reverse("sign_in"))["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", ["sign_in_staff", "sign_in_phone"])
def test_the_address_of_a_form_that_came_back_leads_to_signing_in(
    client: Client, name: str, db: None
) -> None:
    answer = client.get(reverse(name))
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("sign_in"))
