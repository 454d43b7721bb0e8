import io

import numpy as np
import pytest
from PIL import Image

from maplebridge.demo.drawing import draw
from maplebridge.demo.pictures import KINDS, picture
from maplebridge.demo.story import PHOTOS


def pixels(kind: str, seed: int) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(picture(kind, seed)))).astype(int)


def difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).mean())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_a_photo_with_something_on_it(kind: str) -> None:
    image = Image.open(io.BytesIO(picture(kind, 5)))
    assert (image.format, image.size) == ("JPEG", (1280, 960))
    assert not image.getexif()
    assert np.asarray(image).std() > 15


def test_every_photo_of_the_story_can_be_drawn() -> None:
    """A kind of picture, or a place where nothing is wrong any more."""
    for kind in sorted(PHOTOS - set(KINDS)):
        assert Image.open(io.BytesIO(draw(kind))).format == "JPEG"
    with pytest.raises(KeyError):
        draw("unicorn")


def test_the_same_seed_draws_the_same_picture_and_another_seed_another() -> None:
    assert picture("pothole", 3) == picture("pothole", 3)
    assert picture("pothole", 3) != picture("pothole", 4)


@pytest.mark.parametrize(("fault", "repair"), [("pothole", "repaired_road"), ("bins", "repaired_bins")])
def test_a_repair_shows_the_place_of_the_fault(fault: str, repair: str) -> None:
    houses = slice(0, 300)
    before, after, elsewhere = pixels(fault, 6), pixels(repair, 6), pixels(repair, 7)
    assert difference(before[houses], after[houses]) < 6
    assert difference(before[houses], elsewhere[houses]) > 6
    assert difference(before[600:], after[600:]) > 3


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        picture("unicorn", 1)
