"""A signature drawn on the tablet is a name, or it is refused with what is the matter."""

import io
import itertools
import json
import math
from datetime import datetime
from typing import Any

import pytest
from PIL import Image
from tests.mediation.disputes import Desk, open_desk

from maplebridge.mediation import actions
from maplebridge.mediation.actions.record import NotAllowed
from maplebridge.mediation.actions.signatures import HEIGHT, picture
from maplebridge.mediation.domain.signing import Drawn, SignatureRefused, check_readable, read_drawing
from maplebridge.mediation.models import Signature

WIDE, HIGH = 600, 240


def line(*ends: tuple[float, float], steps: int = 20) -> list[list[float]]:
    """Return a stroke through these points, as a finger leaves it."""
    dots: list[list[float]] = []
    for (ax, ay), (bx, by) in itertools.pairwise(ends):
        dots += [[ax + (bx - ax) * k / steps, ay + (by - ay) * k / steps] for k in range(steps + 1)]
    return dots


WANG = [
    line((120, 60), (220, 60)),
    line((130, 110), (210, 110)),
    line((110, 170), (230, 170)),
    line((170, 60), (170, 170)),
]
LOOPS = [[[60 + 4 * k, 120 + 70 * math.sin(k / 6)] for k in range(120)]]  # in one go, as many sign


def drawing(strokes: Any, *, width: float = WIDE, height: float = HIGH) -> str:
    return json.dumps({"width": width, "height": height, "strokes": strokes})


@pytest.mark.parametrize("strokes", [WANG, LOOPS])
def test_a_name_is_readable(strokes: Any) -> None:
    check_readable(read_drawing(drawing(strokes)))


@pytest.mark.parametrize(
    ("strokes", "code"),
    [
        ([], "nothing_drawn"),
        ([[]], "nothing_drawn"),
        ([[[300, 120]]], "too_small"),
        ([line((300, 120), (310, 124))], "too_small"),
        ([[[x / 12, y / 12] for x, y in stroke] for stroke in WANG], "too_small"),
        ([line((20, 120), (580, 122))], "too_small"),  # a dash across the field has no height
        ([line((20, 20), (580, 220))], "too_plain"),
        ([line((200, 60), (290, 110)), line((200, 90), (205, 90))], "too_plain"),
    ],
)
def test_a_dot_a_dash_and_one_plain_stroke_are_no_names(strokes: Any, code: str) -> None:
    with pytest.raises(SignatureRefused, match=code):
        check_readable(read_drawing(drawing(strokes)))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_drawing"),
        ("[]", "not_a_drawing"),
        ("[" * 100_000, "not_a_drawing"),
        ('{"strokes": [[[1]]], "width": 1, "height": 1}', "not_a_drawing"),
        (drawing([[["a", 1]]]), "not_a_drawing"),
        (drawing([[[math.nan, 1]]]), "not_a_drawing"),
        (drawing([[[1e9, 1]]]), "not_a_drawing"),
        (drawing(WANG, height=0), "not_a_drawing"),
        (drawing([[[1, 1]] * 20_001]), "too_large"),
        (" " * 500_000, "too_large"),
    ],
)
def test_what_is_no_drawing_is_refused(text: str, code: str) -> None:
    with pytest.raises(SignatureRefused, match=code):
        read_drawing(text)


def test_the_picture_shows_the_lines_and_nothing_else() -> None:
    drawn = Drawn(WIDE, HIGH, tuple(tuple((x, y) for x, y in stroke) for stroke in WANG))
    image = Image.open(io.BytesIO(picture(drawn)))
    assert image.mode == "RGBA"
    assert abs(image.height - HEIGHT) <= 2
    assert image.getpixel((0, 0))[3] == 0  # type: ignore[index]  # a pixel of four
    inked = sum(image.getchannel("A").histogram()[128:])
    assert 0.02 < inked / (image.width * image.height) < 0.4


@pytest.fixture
def desk(noon: datetime) -> Desk:
    return open_desk(noon)


@pytest.mark.django_db
def test_a_party_signs_on_the_screen(desk: Desk) -> None:
    agreement = desk.drafted()
    party = agreement.dispute.parties.order_by("pk")[0]
    actions.sign_by_hand(
        agreement_id=agreement.pk, drawing=drawing(WANG), party_id=party.pk, by=desk.by, now=desk.now
    )
    signature = Signature.objects.get(agreement=agreement)
    assert signature.how == "screen"
    assert signature.signed_at == desk.now
    assert signature.image


@pytest.mark.django_db
def test_what_cannot_be_read_is_not_noted_as_signed(desk: Desk) -> None:
    agreement = desk.drafted()
    party = agreement.dispute.parties.order_by("pk")[0]
    with pytest.raises(NotAllowed, match="signature_too_small"):
        actions.sign_by_hand(
            agreement_id=agreement.pk,
            drawing=drawing([[[5, 5]]]),
            party_id=party.pk,
            by=desk.by,
            now=desk.now,
        )
    with pytest.raises(NotAllowed, match="signature_needed"):
        actions.sign(agreement_id=agreement.pk, how="screen", party_id=party.pk, by=desk.by, now=desk.now)
    assert not Signature.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("touches", ["marriage", "adoption", "inheritance", "utilities"])
def test_where_the_law_wants_paper_nobody_signs_on_a_screen(desk: Desk, touches: str) -> None:
    agreement = desk.drafted(touches=[touches])
    party = agreement.dispute.parties.order_by("pk")[0]
    with pytest.raises(NotAllowed, match="no_electronic_signature"):
        actions.sign_by_hand(
            agreement_id=agreement.pk, drawing=drawing(WANG), party_id=party.pk, by=desk.by, now=desk.now
        )
    assert not Signature.objects.exists()
