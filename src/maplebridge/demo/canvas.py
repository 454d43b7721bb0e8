"""A small painter for the demo's illustrations: shapes, rough surfaces, soft shadows and light."""

import io
import math
from collections.abc import Sequence
from random import Random

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1280, 960
SCALE = 2  # painted at twice the size, so that edges come out smooth

Color = tuple[int, int, int]
XY = tuple[float, float]


def mix(one: Color, other: Color, share: float) -> Color:
    """Return a color `share` of the way from `one` to `other`."""
    r, g, b = (round(a + (c - a) * share) for a, c in zip(one, other, strict=True))
    return r, g, b


def darker(color: Color, share: float = 0.25) -> Color:
    return mix(color, (10, 12, 24), share)


def lighter(color: Color, share: float = 0.25) -> Color:
    return mix(color, (255, 252, 244), share)


class Canvas:
    """A picture in the making; all coordinates are of the finished 1280 x 960."""

    def __init__(self, seed: str) -> None:
        self.rng = Random(seed)
        self.noise = np.random.default_rng(self.rng.getrandbits(32))
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE))
        self.draw = ImageDraw.Draw(self.image)

    # -- shapes --

    def polygon(self, points: Sequence[XY], fill: Color) -> None:
        self.draw.polygon(_scaled(points), fill=fill)

    def box(self, x0: float, y0: float, x1: float, y1: float, fill: Color, radius: float = 0) -> None:
        self.draw.rounded_rectangle([*_scaled([(x0, y0), (x1, y1)])], radius * SCALE, fill=fill)

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: Color) -> None:
        self.draw.ellipse(_scaled([(x - rx, y - ry), (x + rx, y + ry)]), fill=fill)

    def line(self, points: Sequence[XY], fill: Color, width: float = 3) -> None:
        self.draw.line(_scaled(points), fill=fill, width=round(width * SCALE), joint="curve")
        for x, y in (points[0], points[-1]):
            self.ellipse(x, y, width / 2, width / 2, fill)

    def ring(self, x: float, y: float, rx: float, ry: float, color: Color, width: float) -> None:
        self.draw.ellipse(
            _scaled([(x - rx, y - ry), (x + rx, y + ry)]), outline=color, width=round(width * SCALE)
        )

    def blob(
        self, x: float, y: float, rx: float, ry: float, rough: float = 0.15, points: int = 36
    ) -> list[XY]:
        """Return an uneven ellipse."""
        waves = [
            (self.rng.randint(2, 7), self.rng.uniform(0, math.tau), self.rng.random() * rough)
            for _ in range(5)
        ]
        outline = []
        for step in range(points):
            angle = step / points * math.tau
            swell = 1 + sum(size * math.sin(count * angle + turn) for count, turn, size in waves) / 1.6
            outline.append((x + rx * swell * math.cos(angle), y + ry * swell * math.sin(angle)))
        return outline

    # -- surfaces and light --

    def gradient(self, y0: float, y1: float, top: Color, bottom: Color) -> None:
        """Fill a band from one color to another."""
        height = round((y1 - y0) * SCALE)
        share = np.linspace(0, 1, height)[:, None]
        rows = np.array(top) * (1 - share) + np.array(bottom) * share
        band = np.repeat(rows[:, None, :], WIDTH * SCALE, axis=1).astype(np.uint8)
        self.image.paste(Image.fromarray(band), (0, round(y0 * SCALE)))

    def surface(self, points: Sequence[XY], color: Color, grain: float = 7, blotch: float = 9) -> None:
        """Fill a shape with a rough surface: fine grain and large soft blotches."""
        mask = self._mask(points)
        left, top, right, bottom = mask.getbbox() or (0, 0, 1, 1)
        size = (right - left, bottom - top)
        fine = self.noise.normal(0, grain, (size[1] // 2 + 1, size[0] // 2 + 1))
        coarse = self.noise.normal(0, blotch, (size[1] // 160 + 3, size[0] // 160 + 3))
        relief = _resized(fine, size, Image.Resampling.BILINEAR) + _resized(
            coarse, size, Image.Resampling.BICUBIC
        )
        pixels = np.clip(np.array(color)[None, None, :] + relief[:, :, None], 0, 255).astype(np.uint8)
        self.image.paste(Image.fromarray(pixels), (left, top), mask.crop((left, top, right, bottom)))

    def soft(self, points: Sequence[XY], color: Color, alpha: float, blur: float) -> None:
        """Lay a blurred shape over the picture: a shadow, a stain, a pool of light."""
        reach = math.ceil(blur * 2)
        left, top = (math.floor(min(values)) - reach for values in zip(*points, strict=True))
        right, bottom = (math.ceil(max(values)) + reach for values in zip(*points, strict=True))
        mask = Image.new("L", ((right - left) * SCALE, (bottom - top) * SCALE))
        shape = _scaled([(x - left, y - top) for x, y in points])
        ImageDraw.Draw(mask).polygon(shape, fill=round(255 * alpha))
        mask = mask.filter(ImageFilter.BoxBlur(blur * SCALE))
        self.image.paste(color, (left * SCALE, top * SCALE), mask)

    def shadow(self, x: float, y: float, rx: float, ry: float, alpha: float = 0.35) -> None:
        self.soft(_oval(x, y, rx, ry), (24, 22, 34), alpha, ry * 0.45)

    def glow(self, x: float, y: float, radius: float, color: Color, strength: float = 0.8) -> None:
        """Add light around a point."""
        size = 256
        axis = np.linspace(-1, 1, size)
        distance = np.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2)
        fall = np.clip(1 - distance, 0, 1) ** 2 * strength
        light = (fall[:, :, None] * np.array(color)).astype(np.uint8)
        span = round(2 * radius * SCALE)
        lamp = Image.new("RGB", self.image.size)
        at = (round((x - radius) * SCALE), round((y - radius) * SCALE))
        lamp.paste(Image.fromarray(light).resize((span, span), Image.Resampling.BICUBIC), at)
        self.image.paste(ImageChops.screen(self.image, lamp))

    def shade(self, color: Color) -> None:
        """Darken everything by a color, as night does."""
        veil = Image.new("RGB", self.image.size, color)
        self.image.paste(ImageChops.multiply(self.image, veil))

    def jpeg(self) -> bytes:
        """Finish: down to size, darker corners, a little grain of the camera."""
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        pixels = np.asarray(small).astype(np.float32)
        y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
        corners = 1 - 0.2 * np.clip(x**2 + y**2 - 0.5, 0, 2) ** 1.2
        grain = self.noise.normal(0, 2.2, (HEIGHT, WIDTH, 1))
        finished = np.clip(pixels * corners[:, :, None] + grain, 0, 255).astype(np.uint8)
        file = io.BytesIO()
        Image.fromarray(finished).save(file, "JPEG", quality=84)
        return file.getvalue()

    def _mask(self, points: Sequence[XY]) -> Image.Image:
        mask = Image.new("L", self.image.size)
        ImageDraw.Draw(mask).polygon(_scaled(points), fill=255)
        return mask


def _scaled(points: Sequence[XY]) -> list[XY]:
    return [(x * SCALE, y * SCALE) for x, y in points]


def _oval(x: float, y: float, rx: float, ry: float) -> list[XY]:
    return [(x + rx * math.cos(k / 24 * math.tau), y + ry * math.sin(k / 24 * math.tau)) for k in range(24)]


def _resized(field: np.ndarray, size: tuple[int, int], how: Image.Resampling) -> np.ndarray:
    return np.asarray(Image.fromarray(field.astype(np.float32)).resize(size, how))
