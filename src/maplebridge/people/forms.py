from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from maplebridge.kernel.text import id_in
from maplebridge.people.data import agency_kinds
from maplebridge.people.domain import one_time_codes
from maplebridge.people.domain.phones import DIGITS, BadPhone, PhoneFlaw, read_phone
from maplebridge.people.domain.roles import FIELD, Role, TeamRole
from maplebridge.people.models import Account
from maplebridge.people.templatetags.people import ROLE_NAMES, TEAM_ROLE_NAMES, kind_name


def phone_words(bad: BadPhone) -> str:
    """Say kindly what a phone number still needs."""
    return {
        PhoneFlaw.EMPTY: str(_("Please enter your mobile number.")),
        PhoneFlaw.NOT_DIGITS: str(_("A mobile number has only digits. Please check it once more.")),
        PhoneFlaw.TOO_SHORT: ngettext(
            "One digit is missing: a mobile number has 11.",
            "%(n)d digits are missing: a mobile number has 11.",
            DIGITS - bad.count,
        )
        % {"n": DIGITS - bad.count},
        PhoneFlaw.TOO_LONG: str(
            _("That is longer than the 11 digits of a mobile number. Please check it once more.")
        ),
        PhoneFlaw.LANDLINE: str(_("Codes can only be sent to a mobile number, not to a landline.")),
        PhoneFlaw.NOT_MOBILE: str(
            _("No mobile number begins like this. Please check the first three digits.")
        ),
    }[bad.flaw]


class PhoneField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=40, label=_("Mobile number"), **options)
        self.widget.attrs |= {"type": "tel", "inputmode": "tel", "autocomplete": "tel-national"}

    def clean(self, value: Any) -> str:
        text = str(super().clean(value) or "")
        if not text and not self.required:
            return ""
        try:
            return read_phone(text, invented=settings.DEMO)
        except BadPhone as bad:
            raise ValidationError(phone_words(bad)) from bad


class PhoneForm(forms.Form):
    phone = PhoneField(error_messages={"required": _("Please enter your mobile number.")})


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Six digits"),
        max_length=20,
        error_messages={"required": _("Please enter the six digits from the message.")},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )

    def clean_code(self) -> str:
        digits = "".join(one for one in str(self.cleaned_data["code"]) if one.isdigit())
        if len(digits) != one_time_codes.DIGITS:
            raise ValidationError(_("The code has six digits."))
        return digits


class StaffForm(forms.Form):
    username = forms.CharField(
        label=_("User name"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class SecondFactorForm(forms.Form):
    code = forms.CharField(
        label=_("Code from your app"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )


class NewPasswordForm(forms.Form):
    """A new password, twice. The present one is asked for where somebody is already signed in."""

    present = forms.CharField(
        label=_("Your present password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=_("New password"),
        help_text=_("At least 12 characters. A short sentence is easy to remember and hard to guess."),
        strip=False,
        min_length=12,
        max_length=200,
        error_messages={"min_length": _("This is too short: it needs at least 12 characters.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password again"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, account: Account, *arguments: Any, ask_present: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.account = account
        if not ask_present:
            del self.fields["present"]

    def clean_present(self) -> str:
        present = str(self.cleaned_data["present"])
        if not self.account.check_password(present):
            raise ValidationError(_("This is not your present password."))
        return present

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        password_validation.validate_password(password, self.account)
        if self.account.check_password(password):
            raise ValidationError(_("Please choose another password than before."))
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" in cleaned and cleaned.get("again") not in (None, cleaned["password"]):
            self.add_error("again", _("The two are not the same. Please type the new password again."))
        return cleaned


class WelcomeForm(forms.Form):
    building = forms.IntegerField(
        widget=forms.HiddenInput, error_messages={"required": _("Please choose your building from the list.")}
    )
    nickname = forms.CharField(
        label=_("How neighbors see you"),
        help_text=_("A nickname, not your name. Left empty, it is for example “Neighbor of building 3”."),
        max_length=20,
        required=False,
    )
    consent = forms.BooleanField(
        label=_("I agree"),
        error_messages={"required": _("We need your agreement before we may keep your number.")},
    )


class GroundField(forms.CharField):
    """A piece of territory or an agency as it is chosen from a list: "grid:12"; empty for the whole town."""

    KINDS = ("grid", "sector", "beat", "building", "agency")

    def clean(self, value: Any) -> dict[str, int]:
        text = str(super().clean(value) or "")
        kind, _colon, number = text.partition(":")
        if not text:
            return {}
        if kind not in self.KINDS or (id := id_in(number)) is None:
            raise ValidationError(_("Please choose the ground from the list."))
        return {f"{kind}_id": id}


class PostingForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=[])
    team_role = forms.ChoiceField(label=_("Part in the six-role team"), choices=[], required=False)
    ground = GroundField(required=False, widget=forms.HiddenInput)
    starts_on = forms.DateField(
        label=_("From"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    ends_on = forms.DateField(
        label=_("Until (the first day without)"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        choices = {"role": [(one.value, ROLE_NAMES[one]) for one in Role]}
        choices["team_role"] = [("", _("none")), *((one.value, TEAM_ROLE_NAMES[one]) for one in TeamRole)]
        for name, pairs in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = pairs

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        role, ground = given.get("role"), given.get("ground", {})
        if role == Role.AGENCY_CLERK and "agency_id" not in ground:
            self.add_error(None, _("An agency clerk needs an agency. Please choose one from the list."))
        if role == Role.GRID_CHIEF and "grid_id" not in ground:
            self.add_error(None, _("A grid chief needs a grid. Please choose one from the list."))
        if role in FIELD and not ground:
            self.add_error(None, _("This role needs ground to work on. Please choose it from the list."))
        if role == Role.TEAM_MEMBER and not given.get("team_role"):
            self.add_error("team_role", _("Please say for which part."))
        starts, ends = given.get("starts_on"), given.get("ends_on")
        if starts and ends and ends <= starts:
            self.add_error("ends_on", _("It has to end later than it begins."))
        return given


class EndForm(forms.Form):
    ends_on = forms.DateField(
        label=_("Ends on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class NewStaffForm(forms.Form):
    nickname = forms.CharField(
        label=_("How others see them"), help_text=_("For example with the role: Officer Wang."), max_length=50
    )
    name = forms.CharField(label=_("Name"), max_length=50, required=False)
    phone = PhoneField(required=False)
    username = forms.CharField(
        label=_("User name"),
        max_length=40,
        help_text=_("For signing in. It stays the same when the role changes."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class UsernameForm(forms.Form):
    username = forms.CharField(
        label=_("User name"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason for the reset"), max_length=200)


def _kinds() -> list[tuple[str, str]]:
    return [("", "—"), *((code, kind_name(code)) for code in agency_kinds())]


class AgencyForm(forms.Form):
    name = forms.CharField(label=_("Agency name"), max_length=80)
    code = forms.CharField(
        label=_("Agency code"),
        max_length=18,
        help_text=_("The unified social credit code, or a number of your own."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=_kinds)
    phone = forms.CharField(label=_("Office phone"), max_length=30, required=False)
    valid_from = forms.DateField(
        label=_("From"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
