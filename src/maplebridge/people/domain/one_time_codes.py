"""One-time codes: how often one is sent, and when one is right.

Limits as NIST SP 800-63B 5.1.3 asks of codes sent to a phone: short-lived, single use, throttled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network

DIGITS = 6
LIFETIME = timedelta(minutes=5)
MOST_ATTEMPTS = 5
APART = timedelta(minutes=1)
WINDOW = timedelta(hours=1)
MOST_IN_WINDOW = 5
HOME_NETWORK = 64  # bits of an IPv6 address that a household or a phone does not choose itself


class Verdict(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"  # used, too old, tried too often, or never sent


@dataclass(frozen=True, slots=True)
class Sent:
    """What is known of a code that was sent."""

    at: datetime
    attempts: int
    used: bool


def wait_before_next(sent: Sequence[datetime], now: datetime) -> timedelta:
    """Return how long to wait until another code may be sent; nothing to wait for is zero."""
    recent = sorted(one for one in sent if now - one < WINDOW)
    if not recent:
        return timedelta(0)
    waits = [recent[-1] + APART - now]
    if len(recent) >= MOST_IN_WINDOW:
        waits.append(recent[-MOST_IN_WINDOW] + WINDOW - now)
    return max(timedelta(0), *waits)


def wait_at_address(sent: Sequence[datetime], most: int, now: datetime) -> timedelta:
    """Return how long an address waits that had codes sent at these moments, to whomever, and may `most` an hour."""
    recent = sorted(one for one in sent if now - one < WINDOW)
    return recent[-most] + WINDOW - now if len(recent) >= most else timedelta(0)


def asker(address: str) -> str:
    """Return what is counted as one asker: an IPv4 address, or the network of an IPv6 one, of which a home has many."""
    try:
        read = ip_address(address)
    except ValueError:  # a socket of the machine itself
        return address
    if isinstance(read, IPv6Address):
        return str(read.ipv4_mapped or ip_network((read, HOME_NETWORK), strict=False))
    return str(read)


def verdict(sent: Sent | None, *, matches: bool, now: datetime) -> Verdict:
    """Say whether a code lets somebody in. A code that is over is never right."""
    if sent is None or sent.used or sent.attempts >= MOST_ATTEMPTS or now - sent.at >= LIFETIME:
        return Verdict.OVER
    return Verdict.RIGHT if matches else Verdict.WRONG
