"""Signing by hand on a screen: the lines come from the tablet, the picture is drawn here."""

import base64
import io
from datetime import datetime

from PIL import Image, ImageDraw

from maplebridge.mediation.actions.agreeing import sign
from maplebridge.mediation.actions.record import By, NotAllowed
from maplebridge.mediation.domain.signing import Drawn, SignatureRefused, check_readable, read_drawing
from maplebridge.mediation.models import Agreement, Signature
from maplebridge.platform.audit import action

HEIGHT = 180
MARGIN = 8
LINE = 5
_FINER = 3  # drawn larger, then made small: lines without steps


@action
def sign_by_hand(
    *,
    agreement_id: int,
    drawing: str,
    by: By,
    now: datetime,
    party_id: int | None = None,
    mediator_id: int | None = None,
) -> Agreement:
    """Sign an agreement with what was drawn on a screen. What cannot be read as a name is refused."""
    try:
        drawn = read_drawing(drawing)
        check_readable(drawn)
    except SignatureRefused as refusal:
        raise NotAllowed(f"signature_{refusal.code}") from refusal
    return sign(
        agreement_id=agreement_id,
        how=Signature.How.SCREEN,
        by=by,
        now=now,
        party_id=party_id,
        mediator_id=mediator_id,
        image=base64.b64encode(picture(drawn)).decode(),
    )


def picture(drawn: Drawn) -> bytes:
    """Return the PNG of a signature: black on nothing, cut to what was drawn."""
    left, top = min(x for x, _ in drawn.points), min(y for _, y in drawn.points)
    right, bottom = max(x for x, _ in drawn.points), max(y for _, y in drawn.points)
    scale = _FINER * (HEIGHT - 2 * MARGIN) / max(bottom - top, (right - left) / 4)
    margin, line = _FINER * MARGIN, _FINER * LINE
    size = (int((right - left) * scale) + 2 * margin, int((bottom - top) * scale) + 2 * margin)
    ink = Image.new("L", size, 0)
    pen = ImageDraw.Draw(ink)
    for stroke in drawn.strokes:
        dots = [((x - left) * scale + margin, (y - top) * scale + margin) for x, y in stroke]
        pen.line(dots, fill=255, width=line, joint="curve")
        for x, y in (dots[0], dots[-1]) if dots else ():
            pen.ellipse((x - line / 2, y - line / 2, x + line / 2, y + line / 2), fill=255)
    ink = ink.resize((size[0] // _FINER, size[1] // _FINER), Image.Resampling.LANCZOS)
    signature = Image.new("RGBA", ink.size, (0, 0, 0, 0))
    signature.putalpha(ink)
    out = io.BytesIO()
    signature.save(out, "PNG", optimize=True)
    return out.getvalue()
