"""Everything that can be done to a matter. Nothing else in the project saves one."""

from maplebridge.matters.actions.adding import add, join
from maplebridge.matters.actions.agencies import (
    accept,
    call_out,
    cancel_call_out,
    note_late_call_out,
    refuse,
    report_done,
)
from maplebridge.matters.actions.answering import (
    accept_hand_over,
    answer,
    ask_extension,
    decide_extension,
    decline_hand_over,
    defer,
    offer_hand_over,
    pause,
    resume,
)
from maplebridge.matters.actions.calling_back import call_back_with
from maplebridge.matters.actions.clock import chase_promise, wake
from maplebridge.matters.actions.danger import take_back as take_back_danger
from maplebridge.matters.actions.ending import (
    finish_call_back,
    hide_words,
    record_feedback,
    resolve,
    withdraw,
)
from maplebridge.matters.actions.joining import merge, split
from maplebridge.matters.actions.oversight import assign_owner, call_consultation, chase, end, order
from maplebridge.matters.actions.promising import move_promise, take_back_promise
from maplebridge.matters.actions.raising import Judged, NobodyToOwn, Where, raise_matter
from maplebridge.matters.actions.receiving import say_which
from maplebridge.matters.actions.record import SYSTEM, By, NotAllowed
from maplebridge.matters.actions.reporting import (
    enrol_by_phone,
    locate_told,
    report,
    report_same,
    shown_as,
)
from maplebridge.matters.actions.sorting import sort
from maplebridge.matters.actions.town import (
    RuleNotUsable,
    add_routing_rule,
    end_routing_rule,
    load_catalogue,
    set_rule,
    set_special_days,
    set_working_hours,
)
from maplebridge.matters.actions.viewing import see

__all__ = [
    "SYSTEM",
    "By",
    "Judged",
    "NobodyToOwn",
    "NotAllowed",
    "RuleNotUsable",
    "Where",
    "accept",
    "accept_hand_over",
    "add",
    "add_routing_rule",
    "answer",
    "ask_extension",
    "assign_owner",
    "call_back_with",
    "call_consultation",
    "call_out",
    "cancel_call_out",
    "chase",
    "chase_promise",
    "decide_extension",
    "decline_hand_over",
    "defer",
    "end",
    "end_routing_rule",
    "enrol_by_phone",
    "finish_call_back",
    "hide_words",
    "join",
    "load_catalogue",
    "locate_told",
    "merge",
    "move_promise",
    "note_late_call_out",
    "offer_hand_over",
    "order",
    "pause",
    "raise_matter",
    "record_feedback",
    "refuse",
    "report",
    "report_done",
    "report_same",
    "resolve",
    "resume",
    "say_which",
    "see",
    "set_rule",
    "set_special_days",
    "set_working_hours",
    "shown_as",
    "sort",
    "split",
    "take_back_danger",
    "take_back_promise",
    "wake",
    "withdraw",
]
