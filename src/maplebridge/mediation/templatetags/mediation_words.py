"""What codes of mediation mean, in the reader's language. Pages put nothing else into words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from maplebridge.mediation.data import dispute_types
from maplebridge.mediation.domain import amounts
from maplebridge.mediation.domain.acceptance import Grave, Obstacle, Touches
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.clocks import Running
from maplebridge.mediation.domain.conflicts import ConflictKind
from maplebridge.mediation.domain.tiers import Risk, RiskSign, Tier
from maplebridge.mediation.domain.workflow import (
    CONCLUDED,
    Ended,
    EndedBecause,
    OtherWay,
    Source,
    State,
)
from maplebridge.platform.wording import in_language, reads_english

register = template.Library()

STATES: Mapping[str, Any] = {
    State.FOUND: pgettext_lazy("dispute", "found"),
    State.ACCEPTED: pgettext_lazy("dispute", "accepted"),
    State.IN_MEDIATION: pgettext_lazy("dispute", "in mediation"),
    State.AGREED: pgettext_lazy("dispute", "agreed"),
    State.PERFORMED: pgettext_lazy("dispute", "performed"),
    State.BROKEN: pgettext_lazy("dispute", "not kept"),
    State.FAILED: pgettext_lazy("dispute", "no agreement"),
    State.WITHDRAWN: pgettext_lazy("dispute", "given up"),
    State.REFUSED: pgettext_lazy("dispute", "not mediated"),
    State.REFERRED: pgettext_lazy("dispute", "handed on"),
}
SOURCES: Mapping[str, Any] = {
    Source.WALK_IN: _("somebody came and asked"),
    Source.MATTER: _("out of a matter"),
    Source.GROUP: _("read in a group"),
    Source.VISIT: _("on a visit"),
    Source.INCIDENT: _("handed over by the police"),
    Source.COURT: _("entrusted by a court"),
    Source.AGENCY: _("named by a department"),
    Source.HOTLINE: _("from the hotline"),
    Source.SWEEP: _("on a planned round"),
}
TIERS: Mapping[str, Any] = {
    Tier.GROUP: _("village group or building"),
    Tier.VILLAGE: _("village or community"),
    Tier.TOWN: _("town or subdistrict"),
}
RISKS: Mapping[str, Any] = {
    Risk.LOW: pgettext_lazy("risk", "low"),
    Risk.RAISED: pgettext_lazy("risk", "raised"),
    Risk.HIGH: pgettext_lazy("risk", "high"),
}
SIGNS: Mapping[str, Any] = {
    RiskSign.RAISED_VOICES: _("loud quarrels"),
    RiskSign.REPEATED: _("it has flared up before"),
    RiskSign.MANY_PEOPLE: _("many people are in it"),
    RiskSign.GATHERING: _("people gather, or speak of it"),
    RiskSign.BLOCKED: _("a road, a door or a site is blocked"),
    RiskSign.DAMAGED: _("things were damaged"),
    RiskSign.THREAT: _("threats"),
    RiskSign.BLOWS: _("blows"),
    RiskSign.WEAPON: _("a knife, a stick, petrol"),
    RiskSign.SELF_HARM: _("somebody speaks of harming themselves"),
    RiskSign.DEATH: _("it is about a death"),
}
GRAVE: Mapping[str, Any] = {
    Grave.VIOLENCE_AT_HOME: _("violence at home"),
    Grave.CHILD_ABUSE: _("abuse of a child"),
    Grave.CRIME: _("a crime"),
}
TOUCHES: Mapping[str, Any] = {
    Touches.MARRIAGE: _("a marriage"),
    Touches.ADOPTION: _("an adoption"),
    Touches.INHERITANCE: _("an inheritance"),
    Touches.UTILITIES: _("cutting off water, heat, gas or power"),
}
AUDIENCES: Mapping[str, Any] = {
    Audience.MEDIATORS: _("mediators only"),
    Audience.BOTH: _("all sides"),
}
BECAUSE: Mapping[str, Any] = {
    EndedBecause.SIDE_REFUSES: _("a side refuses mediation"),
    EndedBecause.NOT_FOR_MEDIATION: _("only a court or an authority may decide it"),
    EndedBecause.DECIDED_ELSEWHERE: _("a court or arbitration has it or has ruled"),
    EndedBecause.NO_RIGHT: _("what is asked for is against the law"),
    EndedBecause.APART: _("the sides stay apart"),
    EndedBecause.TIME_OVER: _("the time is over"),
    EndedBecause.SIDE_AWAY: _("a side cannot be reached"),
    EndedBecause.SETTLED_ALONE: _("the sides have settled it alone"),
    EndedBecause.TAKEN_BACK: _("whoever asked for it wants it no more"),
    EndedBecause.VIOLENCE_AT_HOME: GRAVE[Grave.VIOLENCE_AT_HOME],
    EndedBecause.CHILD_ABUSE: GRAVE[Grave.CHILD_ABUSE],
    EndedBecause.CRIME: GRAVE[Grave.CRIME],
}
WAYS: Mapping[str, Any] = {
    OtherWay.ARBITRATION: _("arbitration"),
    OtherWay.COURT: _("going to court"),
    OtherWay.ADMINISTRATIVE: _("a decision of the authority in charge"),
    OtherWay.LEGAL_AID: _("legal aid"),
}
ENDED: Mapping[str, Any] = {
    Ended.ASKED_BY_SIDE: _("a side asks for somebody else"),
    Ended.CONFLICT: _("too close to a party"),
    Ended.OWN_WISH: _("at their own wish"),
    Ended.MOVED_UP: _("moved up"),
    Ended.LEFT: _("mediates here no more"),
    Ended.CONCLUDED: _("mediation is over"),
}
MOVED: Mapping[str, Any] = {
    "rule": _("by the town's rule"),
    "side_wishes": _("a side wishes it"),
    "too_hard": _("it is too hard for this tier"),
}
CONFLICTS: Mapping[str, Any] = {
    ConflictKind.SAME_PERSON: _("is a party"),
    ConflictKind.SAME_HOUSEHOLD: _("lives in one household with a party"),
    ConflictKind.SAME_EMPLOYER: _("works for the same employer as a party"),
    ConflictKind.EARLIER_CASE: _("had a case with a party before"),
    ConflictKind.DECLARED: _("was declared too close"),
}
KINDS: Mapping[str, Any] = {
    "people": _("people's mediator"),
    "officer": _("police officer"),
    "lawyer": _("lawyer"),
    "deputy": _("deputy of the people's congress"),
    "third_party": _("third party"),
}
EXHIBITS: Mapping[str, Any] = {
    "investigation": _("investigation note"),
    "evidence": _("evidence"),
    "identity": _("proof of identity"),
    "attorney": _("power of attorney"),
    "proof": _("proof of performance"),
    "other": pgettext_lazy("exhibit", "other paper"),
}
FORMS: Mapping[str, Any] = {"written": _("in writing"), "oral": _("by word of mouth, recorded")}
HOW: Mapping[str, Any] = {  # on the screen is signed at the tablet itself, and never chosen
    "paper": _("by hand on paper"),
    "seal": _("with a seal"),
    "fingerprint": _("with a fingerprint"),
    "spoken": _("by word of mouth"),
}
PERFORMED: Mapping[str, Any] = {
    "yes": _("yes, all of it"),
    "partly": _("in part"),
    "no": _("no, nothing"),
}
RESULTS: Mapping[str, Any] = {
    "confirmed": _("confirmed"),
    "rejected": _("rejected"),
    "taken_back": _("taken back"),
}
SPEAKS_AS: Mapping[str, Any] = {
    "guardian": _("guardian"),
    "attorney": _("attorney"),
    "legal": _("legal representative"),
}
OBSTACLES: Mapping[str, Any] = {
    Obstacle.NOT_FREE: _("Tell every side that mediation costs nothing (People's Mediation Law, art. 4)."),
    Obstacle.NO_TWO_SIDES: _("A dispute has two sides."),
    Obstacle.SIDE_EMPTY: _("Write down who is on this side."),
    Obstacle.SIDE_NOT_ASKED: _("Ask this side whether it wants mediation (art. 17)."),
    Obstacle.SIDE_REFUSES: _("This side refuses: it must not be mediated (art. 17)."),
    Obstacle.RIGHTS_NOT_TOLD: _("Tell this side its rights and duties (art. 23)."),
    Obstacle.MINOR_ALONE: _("A party is under 18: a guardian has to be on this side."),
    Obstacle.TOO_MANY_REPRESENTATIVES: _("A side has five representatives at most."),
    Obstacle.CALM_FIRST: _("Calm first: say who keeps contact with the sides, and until when."),
    Obstacle.GRAVE: _("This never comes to mediation: hand it on."),
}
DEEDS: Mapping[str, Any] = {
    "found": _("found and written down"),
    "corrected": _("what it is about was written anew"),
    "risk_noted": _("signs of escalation noted"),
    "calm_arranged": _("somebody keeps contact with the sides"),
    "calmed": _("it is calm"),
    "look_again": _("the contact is due"),
    "side_added": _("one more side"),
    "party_added": _("a party written down"),
    "party_changed": _("a party corrected"),
    "party_removed": _("a party taken out"),
    "parties_merged": _("a party written down twice was made one"),
    "rights_told": _("rights told; mediation is free"),
    "side_wants": _("a side wants mediation"),
    "side_refuses": _("a side refuses mediation"),
    "accepted": _("accepted; the clock of a month runs"),
    "begun": _("mediation begins"),
    "refused": _("not mediated"),
    "withdrawn": _("given up"),
    "failed": _("ended without an agreement"),
    "referred": _("handed on"),
    "reason": _("reason"),
    "moved_up": _("moved up a tier"),
    "extension_asked": _("more time asked for"),
    "extension_granted": _("all sides agree to more time"),
    "extension_refused": _("no more time"),
    "invited": _("somebody invited"),
    "invitation_agreed": _("all sides agree to the invitation"),
    "invitation_declined": _("the invitation was declined"),
    "assigned": _("a mediator was assigned"),
    "assignment_ended": _("a mediator's part ended"),
    "declared": _("somebody was declared too close"),
    "session_booked": _("a session was booked"),
    "session_canceled": _("a session was called off"),
    "session_moved": _("a session was moved"),
    "session_held": _("a session was held"),
    "told_by_text": _("a party without an account was told of the session by text message"),
    "call_needed": _("a party without an account has to be called about the session"),
    "exhibit_kept": _("something was put on file"),
    "offered": _("an offer"),
    "offer_opened": _("an offer was told to all"),
    "offer_accepted": _("an offer was accepted"),
    "offer_declined": _("an offer was declined"),
    "offer_taken_back": _("an offer was taken back"),
    "promised": _("a promise"),
    "promise_kept": _("a promise was kept"),
    "promise_due": _("a promise has fallen due"),
    "drafted": _("an agreement was drafted"),
    "signed": _("a signature"),
    "agreed": _("the agreement binds"),
    "part_due": _("an installment falls due soon"),
    "part_late": _("an installment is late"),
    "part_performed": _("an installment was performed"),
    "performed": _("the agreement was performed"),
    "broken": _("the agreement was not kept"),
    "reopened": _("mediated anew"),
    "confirmation_asked": _("a court is asked to confirm it"),
    "confirmation_decided": _("the court has decided"),
    "revisit_due": _("a revisit is due"),
    "revisited": _("revisited"),
    "paper_changed": _("the text of a paper was changed"),
    "paper_sealed": _("a paper was sealed"),
    "tier_time_over": _("the tier's time is over"),
    "overdue": _("the month is over"),
}


def _of(words: Mapping[str, Any], code: object) -> str:
    return str(words.get(str(code), code))


@register.filter
def dispute_state(code: str) -> str:
    return _of(STATES, code)


@register.filter
def dispute_source(code: str) -> str:
    return _of(SOURCES, code)


@register.filter
def tier_name(code: str) -> str:
    return _of(TIERS, code)


@register.filter
def risk_name(code: str) -> str:
    return _of(RISKS, code)


@register.filter
def signs_named(codes: list[str]) -> str:
    return joined(_of(SIGNS, one) for one in codes)


@register.filter
def type_name(code: str) -> str:
    """Return a type as the reader calls it; the statistics know it by its Chinese name."""
    one = dispute_types().get(code)
    if one is None:
        return code
    return in_language(one.name_zh, one.name_en)


@register.filter
def deed_words(code: str) -> str:
    return _of(DEEDS, code)


@register.filter
def because(code: str) -> str:
    return _of(BECAUSE, code)


@register.filter
def ways_named(codes: list[str]) -> str:
    return joined(_of(WAYS, one) for one in codes)


@register.filter
def conflict_words(code: str) -> str:
    return _of(CONFLICTS, code)


@register.filter
def obstacle_words(code: str) -> str:
    return _of(OBSTACLES, code)


@register.filter
def mediator_kind(code: str) -> str:
    return _of(KINDS, code)


@register.filter
def exhibit_kind(code: str) -> str:
    return _of(EXHIBITS, code)


@register.filter
def performed_words(code: str) -> str:
    return _of(PERFORMED, code)


@register.filter
def moved_words(code: str) -> str:
    return _of(MOVED, code)


@register.filter
def speaks_as(code: str) -> str:
    return _of(SPEAKS_AS, code)


@register.filter
def yuan(cents: int | None) -> str:
    """Show a sum with its cents."""
    return "" if cents is None else f"¥{amounts.yuan(cents)}"


@register.filter
def side_name(number: int | None) -> str:
    """Show a side as the papers call it: 甲方, 乙方 … Where a template finds no side, it is the mediators'."""
    if not number:
        return gettext("mediators")
    if not reads_english():
        return f"{'甲乙丙丁戊己'[number - 1]}方"
    return f"Side {'ABCDEF'[number - 1]}"


@register.filter
def audience_name(row: Any) -> str:
    """Show for whom something is."""
    if row.audience == Audience.SIDE:
        return gettext("only %(side)s and the mediators") % {"side": side_name(row.side.number)}
    return _of(AUDIENCES, row.audience)


@register.filter
def facts_moment(facts: Mapping[str, Any], name: str) -> datetime | None:
    """Return the moment that a line of the time line holds under a name: of a session, from and to when it moved."""
    written = facts.get(name)
    return datetime.fromisoformat(written) if isinstance(written, str) else None


@register.filter
def clock_color(clock: Running, now: datetime) -> str:
    """Return the color of the lamp of a running clock."""
    return clock.lamp(now).value


@register.filter
def state_color(state: str) -> str:
    """Return the color of the lamp where no clock runs."""
    return "done" if state in CONCLUDED else "none"


def joined(words: Any) -> str:
    """Return words as a list in a sentence."""
    comma = ", " if reads_english() else "、"
    return comma.join(words)


REFUSALS: Mapping[str, Any] = {
    "erased": _("The file was kept as long as the town's rules say; its words have been deleted."),
    "dispute_not_open": _("Somebody has concluded this dispute in the meantime. Nothing was changed."),
    "not_now": _("This is not possible at this stage. Please look at where the dispute stands now."),
    "summary_needed": _("Please say what it is about."),
    "unknown_type": _("Please choose a type."),
    "happened_in_the_future": _("A dispute has happened today or earlier."),
    "below_zero": _("A sum is not below zero."),
    "two_people_at_least": _("A dispute has two people at least."),
    "number_needed": _("Please give the number under which it was handed over."),
    "found_before": _("This dispute has been written down already."),
    "matter_not_open": _("The matter has ended; it cannot be handed to mediation."),
    "matter_is_confidential": _("What is confidential never comes to mediation."),
    "refer_instead": _("This never comes to mediation: hand it on."),
    "end_in_the_past": _("Please choose a moment that lies ahead."),
    "nobody_keeps_contact": _("Nobody was asked to keep contact."),
    "too_many_sides": _("A dispute has six sides at most."),
    "name_needed": _("Please write the name."),
    "born_in_the_future": _("The day of birth lies ahead."),
    "too_many_representatives": _("A side has five representatives at most."),
    "say_as_what": _("Please say as what this person speaks: guardian, attorney or legal representative."),
    "speaks_for_own_side_only": _("Whoever speaks for a party is on the same side."),
    "party_in_two_sides": _("This person is in the dispute already. Nobody is on two sides."),
    "party_twice": _("This person is on this side already."),
    "heard_in_confidence": _(
        "Something was told to that side in confidence. Whoever heard it cannot be on the other side."
    ),
    "nothing_corrected": _("Nothing was changed. Please write what is right."),
    "has_signed": _("This party has signed the draft. Draft the agreement anew first."),
    "merge_on_one_side": _("The two are on different sides. Take out the one that is wrong."),
    "two_people": _("These are two people: their papers, accounts or kinds differ."),
    "law_asks_more": _("The law asks for more before this can be accepted; see the list."),
    "say_why": _("Please say why."),
    "other_ways_needed": _("Please explain at least one of the other ways."),
    "no_tier_above": _("There is no tier above the town."),
    "end_not_later": _("More time ends after the present deadline."),
    "reason_needed": _("Please give a reason."),
    "already_asked": _("This was asked for already."),
    "already_decided": _("This has been decided already."),
    "invite_one": _("Please choose whom to invite."),
    "not_a_mediator_now": _("This person does not mediate at present."),
    "too_close": _("This mediator is too close to a party and cannot be assigned."),
    "know_first": _(
        "Something is known about this mediator and a party. Please look, and say that it is known."
    ),
    "declared_before": _("This was said already."),
    "has_a_lead": _("The dispute has a mediator in charge. Replace them, or add an assistant."),
    "has_a_part": _("This mediator has a part in it already."),
    "part_has_ended": _("This part has ended already."),
    "somebody_else": _("Please choose somebody else."),
    "nobody_mediates_yet": _("First a mediator has to be assigned."),
    "no_such_room": _("Please choose a room."),
    "start_in_the_past": _("A session begins in the time ahead."),
    "ends_before_it_starts": _("The end comes after the beginning."),
    "too_long": _("A session lasts eight hours at most."),
    "room_taken": _("The room is booked at that time."),
    "somebody_is_booked": _("A mediator or a party is booked elsewhere at that time."),
    "session_canceled": _("The session was called off."),
    "nothing_moved": _("This is the time and the room that it has."),
    "session_was_held": _("The session was held already."),
    "not_begun_yet": _("The session has not begun yet."),
    "text_needed": _("Please write something."),
    "text_too_long": _("This is too long. Please write it in parts."),
    "text_or_photo_needed": _("Please give a title and a text, a photo or a PDF."),
    "pdf_too_large": _("This PDF is larger than 20 MB. Please split it or make it smaller."),
    "pdf_too_many": _("Five PDFs at most at once. Please put the others on file after these."),
    "pdf_not_a_pdf": _("This file is not a PDF. Photos go into the field for photos."),
    "pdf_cut_off": _("This PDF did not arrive whole. Please choose it once more."),
    "pdf_locked": _("This PDF is locked with a password. Please save it without one."),
    "pdf_more_than_pages": _(
        "This PDF carries a program or another file inside. Please print it to a new PDF and choose that one."
    ),
    "not_a_session_of_it": _("The session was called off in the meantime."),
    "not_an_offer_of_it": _("This offer belongs to another dispute."),
    "not_a_party_of_it": _("This person is no longer a party. Please look at who is in it now."),
    "not_a_side_of_it": _("Please choose a side of this dispute."),
    "side_needed": _("Please choose the side that may know it."),
    "one_to_five": _("Please choose one to five."),
    "signature_needed": _("The signature is missing. On the screen, sign in the field."),
    "signature_nothing_drawn": _("Nothing is written in the field yet. Please sign there."),
    "signature_too_small": _(
        "This is too small to be read. Please write the whole name, as large as the field."
    ),
    "signature_too_plain": _("A single stroke cannot be read as a name. Please write the whole name."),
    "signature_too_large": _("There are too many lines to keep. Please sign once more, in fewer."),
    "signature_not_a_drawing": _("The signature did not arrive whole. Please sign once more."),
    "private_talk": _("What is said in a private talk stays with that side and the mediators."),
    "other_side": _("This would reach the other side. It was not sent."),
    "guests_speak_to_all": _("A guest speaks to all who are in the session."),
    "own_words_are_heard": _("Choose your side or all sides."),
    "side_has_not_heard_it": _(
        "This side does not know the offer. Tell it to all first, if its maker agrees."
    ),
    "as_the_offer": _("The answer can be told to those only who know the offer."),
    "offer_taken_back": _("The offer was taken back."),
    "promise_in_the_past": _("A promise is for a moment that lies ahead."),
    "already_kept": _("This promise was kept already."),
    "too_many_parts": _("That is too many installments."),
    "parts_do_not_add_up": _("The installments do not add up to the sum."),
    "due_in_the_past": _("An installment falls due today or later."),
    "sum_or_deed_needed": _("Each installment is a sum or something to be done."),
    "written_needed": _(
        "Large sums, later performance, or a wish for it: this agreement has to be in writing."
    ),
    "not_a_sum": _("Please write the sum in yuan, such as 1200.50."),
    "less_than_a_cent": _("A sum has two decimals at most."),
    "too_large": _("This sum is too large."),
    "nobody_seals": _(
        "An agreement in writing bears a committee's seal, and no committee is there for this ground. Ask for one to "
        "be founded, or record the agreement by word of mouth."
    ),
    "draft_was_replaced": _("A newer draft has taken the place of this one."),
    "no_electronic_signature": _(
        "The law does not allow an electronic signature here: sign on paper (Electronic Signature Law, art. 3)."
    ),
    "word_of_mouth_is_for_oral": _("An agreement in writing is signed."),
    "guardian_signs": _(
        "Whoever is under 18 does not sign alone: a guardian signs. Write the guardian down first."
    ),
    "signed_already": _("This signature is there already."),
    "does_not_mediate_it": _("Only who mediates the dispute signs as its mediator."),
    "not_its_committee": _("Another committee has the dispute."),
    "no_agreement": _("There is no agreement in force."),
    "already_performed": _("This was noted as performed already."),
    "parts_are_open": _("There are installments left."),
    "court_needed": _("Please name the court."),
    "not_confirmable": _("Agreements on marriage or adoption are not confirmed by a court."),
    "too_late_for_confirmation": _("A court is asked within 30 days of the agreement; they are over."),
    "already_revisited": _("This revisit was done already."),
    "not_due_yet": _("The revisit is not due yet."),
    "somebody_else_revisits": _("Somebody who did not mediate it does the revisit."),
    "say_how_far": _("Please say how far it was performed."),
    "three_to_nine": _("A committee has three to nine members."),
    "member_twice": _("Somebody is named twice."),
    "a_woman_among_them": _(
        "At least one member of a committee is a woman (People's Mediation Law, art. 8)."
    ),
    "one_chair": _("A committee has one chair."),
    "term_ends_before_it_begins": _("The term ends after it begins."),
    "term_too_long": _("A term lasts three years at most."),
    "committee_closed": _("This committee was closed."),
    "nothing_changed": _("Nothing was changed."),
    "rule_of_that_day": _("Another value was set for that day. Please choose a later day."),
    "begins_in_the_past": _("Please choose today or a later day: what has begun is not changed any more."),
    "must_be_positive": _("Please give a number of 1 or more."),
    "one_for_each_tier": _("Please give one for each tier."),
    "in_order": _("Please give at least one day, the earliest first, none twice."),
    "no_longer_than_the_law": _("The law gives 30 days (People's Mediation Law, art. 33)."),
    "one_for_each_kind": _("Please give one for each."),
    "category_does_not_fit": _(
        "Please choose a category of the catalogue; for violence and abuse, one that only the few read."
    ),
    "no_confidential_category": _(
        "The town's catalogue has no confidential category into which this can be handed. Call the police now, and ask "
        "an administrator to add one."
    ),
    "no_police_category": _(
        "The town's catalogue has no category that leads to the police. Call 110 now, and ask an administrator to add "
        "one."
    ),
    "whole_number": _("Please give a whole number."),
    "wrong_kind": _("Please give a number."),
    "dismissed_already": _("This person's time as a mediator ends already."),
    "ends_in_the_past": _("Please choose today or a later day."),
    "nothing_in_hand": _("Nothing is in this mediator's hands."),
    "ground_of_another_tier": _("Choose a ground of this tier: a grid, a community or a town."),
    "has_a_committee": _("There is a committee of this tier already."),
    "has_open_disputes": _("There are open disputes; conclude or hand them over first."),
    "room_of_that_name": _("There is a room of this name already."),
    "room_is_booked": _("The room is booked in the time ahead."),
    "room_has_office_hours": _("Office hours are held in this room. Set them in another one first."),
    "has_mediators": _("Somebody still mediates here. Hand over their disputes and dismiss them first."),
    "mediates_already": _("This person mediates for the committee already."),
    "name_and_grids_needed": _("Please give a name and at least one grid."),
    "already_reported": _("This grid has been reported already."),
    "more_were_written_down": _("More disputes were written down on this round than that."),
}


def refusal_words(code: str) -> str:
    """Return what a refused deed says to whoever tried it."""
    return (
        _of(REFUSALS, code) if code in REFUSALS else gettext("This is not possible now. Nothing was changed.")
    )
