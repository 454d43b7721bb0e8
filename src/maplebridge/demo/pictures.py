"""Illustrations in place of residents' photos: what is wrong in a street or at home, and how it looks repaired.

Drawn, not photographed, and meant to be seen as drawn: no real place, person or number plate is in them. The same
seed gives a fault and its repair the same street, so that they show before and after.
"""

import math
from collections.abc import Callable

from maplebridge.demo.canvas import HEIGHT, WIDTH, Canvas, Color, darker, lighter, mix

ASPHALT: Color = (112, 114, 118)
PAVEMENT: Color = (196, 189, 176)
KERB: Color = (224, 219, 208)
WALLS: tuple[Color, ...] = (
    (226, 205, 172),
    (214, 184, 160),
    (203, 208, 205),
    (230, 220, 200),
    (196, 172, 150),
    (212, 200, 214),
)
LEAVES: tuple[Color, ...] = ((104, 148, 84), (126, 164, 92), (88, 132, 80))
NIGHT: Color = (62, 70, 112)
LAMPLIGHT: Color = (255, 214, 140)

Painter = Callable[[Canvas], None]


def picture(kind: str, seed: int) -> bytes:
    """Return a JPEG of 1280 x 960 of one of `KINDS`; the same seed, the same picture."""
    scene, fault = PICTURES[kind]
    canvas = Canvas(f"{scene.__name__} {seed}")
    scene(canvas)
    fault(canvas)
    return canvas.jpeg()


# -- places --


def street(c: Canvas) -> None:
    """A street by day: houses behind, trees, pavement, road."""
    c.gradient(0, 420, (150, 192, 226), (232, 236, 228))
    for _ in range(3):
        x, y = c.rng.uniform(0, WIDTH), c.rng.uniform(40, 170)
        c.soft(c.blob(x, y, 130, 26, 0.3), (255, 255, 255), 0.75, 12)
    _houses(c, 470)
    for x in range(c.rng.randint(20, 120), WIDTH, 250):
        _tree(c, x + c.rng.uniform(-30, 30), 520, c.rng.uniform(0.8, 1.1))
    c.surface([(0, 505), (WIDTH, 505), (WIDTH, 625), (0, 625)], PAVEMENT)
    for x in range(-300, WIDTH + 300, 90):
        c.line([(x, 625), (640 + (x - 640) * 0.8, 505)], darker(PAVEMENT, 0.12), 1.5)
    c.line([(0, 560), (WIDTH, 560)], darker(PAVEMENT, 0.12), 1.5)
    c.polygon([(0, 622), (WIDTH, 622), (WIDTH, 640), (0, 640)], KERB)
    c.polygon([(0, 638), (WIDTH, 638), (WIDTH, 650), (0, 650)], darker(KERB, 0.3))
    c.surface([(0, 648), (WIDTH, 648), (WIDTH, HEIGHT), (0, HEIGHT)], ASPHALT, 9, 7)
    for x in range(-60, WIDTH, 320):
        c.polygon([(x, 905), (x + 170, 905), (x + 176, 921), (x - 8, 921)], (214, 212, 204))


def night_street(c: Canvas) -> None:
    """The same kind of street after dark, some windows still lit."""
    street(c)
    c.shade(NIGHT)
    for _ in range(9):
        x, y = c.rng.randrange(30, WIDTH, 62), c.rng.randrange(190, 450, 66)
        c.box(x, y, x + 30, y + 36, LAMPLIGHT)
        c.glow(x + 15, y + 18, 70, LAMPLIGHT, 0.35)
    _lamp_post(c, 860)


def courtyard(c: Canvas) -> None:
    """Between the buildings of an estate: a wall, a flower bed, paving."""
    wall = c.rng.choice(WALLS)
    c.gradient(0, 120, (186, 210, 228), (224, 230, 226))
    c.surface([(0, 60), (WIDTH, 60), (WIDTH, 600), (0, 600)], wall, 6, 8)
    for x in range(70, WIDTH, 270):
        for y in (110, 330):
            _window(c, x, y, 130, 130)
    c.polygon([(0, 566), (WIDTH, 566), (WIDTH, 604), (0, 604)], darker(wall, 0.35))
    c.surface([(0, 600), (WIDTH, 600), (WIDTH, HEIGHT), (0, HEIGHT)], (184, 178, 168), 7, 9)
    for y in (650, 715, 800, 905):
        c.line([(0, y), (WIDTH, y)], (160, 154, 146), 2)
    for x in range(-900, WIDTH + 900, 170):
        c.line([(x, HEIGHT), (640 + (x - 640) * 0.62, 600)], (160, 154, 146), 2)
    for x in range(-20, WIDTH, 60):
        c.polygon(c.blob(x + 20, 598, 52, 34, 0.3), c.rng.choice(LEAVES))
    c.soft([(0, 600), (WIDTH, 600), (WIDTH, 640), (0, 640)], (30, 30, 40), 0.25, 14)


def room(c: Canvas) -> None:
    """A living room seen toward the ceiling."""
    c.gradient(0, HEIGHT, (244, 240, 230), (222, 212, 196))
    c.surface([(0, 0), (WIDTH, 0), (1080, 330), (200, 330)], (240, 238, 232), 3, 5)
    c.surface([(0, 0), (200, 330), (200, 800), (0, HEIGHT)], (222, 214, 198), 3, 4)
    c.surface([(WIDTH, 0), (1080, 330), (1080, 800), (WIDTH, HEIGHT)], (214, 205, 188), 3, 4)
    c.surface([(200, 330), (1080, 330), (1080, 800), (200, 800)], (232, 225, 210), 3, 4)
    c.surface([(0, HEIGHT), (200, 800), (1080, 800), (WIDTH, HEIGHT)], (176, 140, 104), 5, 6)
    c.line([(200, 330), (1080, 330)], (206, 198, 182), 5)
    for x in (200, 1080):
        c.line([(x, 330), (x, 800)], (206, 198, 182), 4)
    _window(c, 720, 420, 240, 230)
    c.soft([(560, 810), (1000, 810), (1120, 950), (420, 950)], (255, 240, 206), 0.4, 22)
    sofa = c.rng.choice(((122, 142, 158), (158, 118, 104), (128, 146, 120)))
    c.shadow(430, 835, 210, 20)
    c.box(250, 640, 620, 800, darker(sofa, 0.12), 22)
    c.box(240, 715, 630, 830, sofa, 20)
    c.box(222, 690, 270, 830, darker(sofa, 0.08), 18)
    c.box(600, 690, 648, 830, darker(sofa, 0.08), 18)


def hallway(c: Canvas) -> None:
    """The entrance hall of a building, toward the door."""
    c.surface([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)], (216, 212, 200), 3, 3)
    c.surface([(0, 0), (WIDTH, 0), (930, 210), (350, 210)], (230, 228, 220), 3, 2)
    c.surface([(0, 0), (350, 210), (350, 740), (0, HEIGHT)], (206, 208, 196), 3, 3)
    c.polygon([(0, 560), (350, 505), (350, 740), (0, HEIGHT)], (134, 164, 148))
    c.surface([(WIDTH, 0), (930, 210), (930, 740), (WIDTH, HEIGHT)], (198, 198, 186), 3, 3)
    c.polygon([(WIDTH, 560), (930, 505), (930, 740), (WIDTH, HEIGHT)], (126, 154, 140))
    c.surface([(0, HEIGHT), (350, 740), (930, 740), (WIDTH, HEIGHT)], (164, 158, 148), 5, 5)
    c.surface([(350, 210), (930, 210), (930, 740), (350, 740)], (222, 218, 206), 3, 3)
    c.box(500, 290, 790, 740, (104, 84, 70))
    c.box(516, 306, 641, 740, (196, 216, 224))
    c.box(649, 306, 774, 740, (188, 210, 220))
    c.glow(645, 500, 330, (255, 246, 220), 0.45)
    for y in (480, 560):
        c.line([(630, y), (630, y + 46)], (70, 60, 54), 7)
    c.box(585, 232, 705, 272, (46, 138, 92), 4)
    c.polygon([(612, 252), (634, 240), (634, 264)], (240, 250, 244))
    c.box(632, 248, 676, 256, (240, 250, 244))


# -- what stands about --


def _houses(c: Canvas, base: float) -> None:
    x = -40.0
    while x < WIDTH:
        width, top = c.rng.uniform(230, 330), c.rng.uniform(120, 220)
        wall = c.rng.choice(WALLS)
        c.surface([(x, top), (x + width, top), (x + width, 520), (x, 520)], wall, 4, 6)
        c.box(x - 5, top - 12, x + width + 5, top, darker(wall, 0.3))
        for wx in range(round(x) + 26, round(x + width) - 40, 62):
            for wy in range(round(top) + 28, round(base) - 80, 66):
                _window(c, wx, wy, 34, 40)
        shop = c.rng.choice(((176, 84, 62), (70, 110, 126), (88, 122, 84), (160, 128, 70)))
        c.box(x + 8, base - 46, x + width - 8, base - 16, shop, 3)
        c.box(x + 16, base - 14, x + width - 16, 516, mix(shop, (235, 230, 215), 0.6))
        x += width + 3


def _window(c: Canvas, x: float, y: float, width: float, height: float) -> None:
    frame = max(2.0, width * 0.05)
    c.box(x - frame, y - frame, x + width + frame, y + height + frame, (238, 236, 228))
    glass = mix((128, 158, 178), (176, 200, 210), c.rng.random())
    c.box(x, y, x + width, y + height, glass)
    c.polygon(
        [
            (x + width * 0.1, y + height),
            (x + width * 0.5, y),
            (x + width * 0.75, y),
            (x + width * 0.35, y + height),
        ],
        lighter(glass, 0.25),
    )
    c.box(x + width / 2 - frame / 2, y, x + width / 2 + frame / 2, y + height, (238, 236, 228))


def _tree(c: Canvas, x: float, foot: float, size: float) -> None:
    c.shadow(x + 10, foot + 8, 70 * size, 12)
    c.polygon([(x - 9, foot + 4), (x + 9, foot + 4), (x + 5, foot - 150), (x - 5, foot - 150)], (110, 88, 70))
    _crown(c, x, foot - 200 * size, size)


def _crown(c: Canvas, x: float, y: float, size: float) -> None:
    leaf = c.rng.choice(LEAVES)
    c.polygon(c.blob(x, y, 88 * size, 84 * size, 0.22), darker(leaf, 0.22))
    for _ in range(26):
        dx, dy = c.rng.uniform(-66, 66) * size, c.rng.uniform(-66, 50) * size
        tone = mix(leaf, lighter(leaf, 0.35), c.rng.random() * (0.5 - dy / (160 * size)))
        c.polygon(c.blob(x + dx, y + dy, 26 * size, 21 * size, 0.35, 18), tone)


def _lamp_post(c: Canvas, x: float) -> None:
    c.shadow(x, 634, 34, 7)
    c.box(x - 7, 120, x + 7, 632, (74, 82, 94), 4)
    c.box(x - 14, 560, x + 14, 632, (66, 74, 86), 4)
    c.line([(x, 128), (x - 40, 92), (x - 130, 92)], (74, 82, 94), 11)
    c.box(x - 190, 84, x - 96, 106, (58, 64, 76), 8)


def _cone(c: Canvas, x: float, y: float, size: float = 1.0) -> None:
    c.shadow(x + 8, y, 52 * size, 13 * size)
    c.box(x - 44 * size, y - 14 * size, x + 44 * size, y + 4 * size, (196, 84, 40), 4)
    c.polygon(
        [
            (x - 30 * size, y - 12 * size),
            (x + 30 * size, y - 12 * size),
            (x + 7 * size, y - 122 * size),
            (x - 7 * size, y - 122 * size),
        ],
        (228, 104, 48),
    )
    for low, high in ((0.3, 0.48), (0.62, 0.76)):
        a, b = 30 - 23 * low, 30 - 23 * high
        c.polygon(
            [
                (x - a * size, y - (12 + 110 * low) * size),
                (x + a * size, y - (12 + 110 * low) * size),
                (x + b * size, y - (12 + 110 * high) * size),
                (x - b * size, y - (12 + 110 * high) * size),
            ],
            (244, 240, 232),
        )


def _wheel(c: Canvas, x: float, y: float, radius: float) -> None:
    c.ellipse(x, y, radius, radius, (38, 38, 42))
    c.ellipse(x, y, radius * 0.62, radius * 0.62, (156, 160, 166))
    c.ellipse(x, y, radius * 0.2, radius * 0.2, (90, 94, 100))


def _car(c: Canvas, x: float, y: float, paint: Color) -> None:
    """A car seen from the side; (x, y) is where its front wheel stands."""
    c.shadow(x + 150, y + 2, 250, 22, 0.5)
    c.polygon(
        [(x - 20, y - 110), (x + 52, y - 188), (x + 232, y - 192), (x + 322, y - 112)], darker(paint, 0.1)
    )
    c.polygon([(x + 8, y - 114), (x + 62, y - 176), (x + 134, y - 178), (x + 134, y - 114)], (150, 180, 196))
    c.polygon(
        [(x + 146, y - 114), (x + 146, y - 178), (x + 226, y - 180), (x + 292, y - 114)], (142, 172, 190)
    )
    c.box(x - 88, y - 118, x + 392, y - 22, paint, 30)
    c.box(x - 88, y - 58, x + 392, y - 22, darker(paint, 0.18), 18)
    c.box(x - 90, y - 96, x - 66, y - 72, (250, 240, 200), 8)
    c.box(x + 372, y - 98, x + 394, y - 70, (196, 60, 50), 6)
    c.box(x + 90, y - 96, x + 118, y - 89, darker(paint, 0.35), 3)
    c.box(x + 200, y - 96, x + 228, y - 89, darker(paint, 0.35), 3)
    for wheel in (x, x + 300):
        c.ellipse(wheel, y - 22, 54, 52, darker(paint, 0.6))
        _wheel(c, wheel, y - 20, 46)


def _ebike(c: Canvas, x: float, y: float, paint: Color) -> None:
    """An electric scooter seen from the side; (x, y) is where its rear wheel stands."""
    c.shadow(x + 120, y + 4, 190, 17, 0.45)
    for wheel in (x, x + 240):
        _wheel(c, wheel, y - 44, 48)
    c.polygon([(x - 48, y - 92), (x + 96, y - 96), (x + 108, y - 50), (x + 20, y - 44)], paint)
    c.box(x + 84, y - 62, x + 196, y - 42, darker(paint, 0.25), 8)
    c.polygon([(x + 176, y - 46), (x + 206, y - 46), (x + 226, y - 190), (x + 202, y - 196)], paint)
    c.line([(x + 214, y - 190), (x + 240, y - 50)], (70, 72, 78), 9)
    c.line([(x + 166, y - 222), (x + 206, y - 214), (x + 226, y - 198)], (58, 60, 66), 9)
    c.ellipse(x + 232, y - 176, 15, 17, (250, 238, 190))
    c.box(x - 52, y - 118, x + 84, y - 92, (54, 50, 50), 13)
    c.box(x - 60, y - 150, x - 6, y - 110, darker(paint, 0.3), 8)


# -- indoors: leaking and repaired --


def ceiling_leak(c: Canvas) -> None:
    x = c.rng.uniform(480, 760)
    for size, tone, alpha in (
        (1.0, (198, 170, 122), 0.75),
        (0.8, (176, 142, 96), 0.6),
        (0.5, (142, 110, 74), 0.55),
    ):
        c.soft(c.blob(x, 178, 250 * size, 92 * size, 0.3), tone, alpha, 7)
    for _ in range(5):
        crack = [(x + c.rng.uniform(-120, 120), 150 + c.rng.uniform(-40, 60))]
        for _ in range(6):
            crack.append((crack[-1][0] + c.rng.uniform(-34, 34), crack[-1][1] + c.rng.uniform(-14, 20)))
        c.line(crack, (120, 98, 70), 1.8)
    c.soft(c.blob(x - 40, 420, 60, 130, 0.3), (190, 166, 124), 0.6, 16)
    for dx, y in ((-60, 300), (10, 400), (64, 520), (-14, 610), (30, 700)):
        c.polygon([(x + dx, y - 22), (x + dx + 8, y), (x + dx, y + 9), (x + dx - 8, y)], (126, 166, 196))
        c.ellipse(x + dx - 2, y, 3, 4, (220, 236, 244))
    c.shadow(x + 10, 912, 120, 18)
    c.polygon([(x - 95, 800), (x + 115, 800), (x + 88, 910), (x - 68, 910)], (70, 118, 168))
    c.ellipse(x + 10, 800, 105, 25, (52, 92, 136))
    c.ellipse(x + 10, 804, 90, 18, (150, 186, 204))


def repaired_ceiling(c: Canvas) -> None:
    x = c.rng.uniform(480, 760)
    c.soft(c.blob(x, 178, 270, 100, 0.2), (252, 251, 247), 0.95, 8)
    c.soft(c.blob(x - 60, 150, 120, 40, 0.2), (255, 255, 255), 0.8, 14)
    c.shadow(1010, 905, 90, 14)
    for side in (-1, 1):
        c.line([(1010 + 84 * side, 905), (1010 + 30 * side, 470)], (198, 160, 84), 11)
    for step in range(5):
        half = 80 - step * 11
        c.line([(1010 - half, 870 - step * 86), (1010 + half, 870 - step * 86)], (214, 178, 104), 9)
    c.box(860, 840, 950, 915, (236, 232, 222), 8)
    c.ellipse(905, 842, 45, 11, (250, 249, 244))


# -- road and pavement --


def pothole(c: Canvas) -> None:
    x, y = c.rng.uniform(480, 760), 775
    c.soft(c.blob(x, y, 260, 92, 0.15), (84, 84, 86), 0.55, 12)
    edge = c.blob(x, y, 214, 72, 0.24)
    c.surface(edge, (84, 78, 72), 14, 10)
    c.surface([(px * 0.86 + x * 0.14, py * 0.8 + (y + 12) * 0.2) for px, py in edge], (62, 56, 52), 15, 12)
    c.surface(c.blob(x + 24, y + 20, 104, 28, 0.2), (112, 130, 142), 3, 8)
    c.soft(c.blob(x + 4, y + 14, 50, 8, 0.2), (206, 222, 230), 0.7, 4)
    for _ in range(46):
        px, py = x + c.rng.uniform(-300, 300), y + c.rng.uniform(-88, 116)
        size = c.rng.uniform(3, 11)
        c.polygon(
            c.blob(px, py, size, size * 0.7, 0.4, 9), mix((96, 92, 88), (146, 142, 136), c.rng.random())
        )
    _crack(c, x - 210, y - 10, -1)
    _crack(c, x + 205, y + 12, 1)


def _crack(c: Canvas, x: float, y: float, way: int) -> None:
    points = [(x, y)]
    for _ in range(9):
        points.append((points[-1][0] + way * c.rng.uniform(14, 34), points[-1][1] + c.rng.uniform(-14, 14)))
    c.line(points, (70, 68, 68), 3.4)
    c.line([*points[3:5], (points[4][0] + way * 20, points[4][1] + 40)], (72, 70, 70), 2.4)


def repaired_road(c: Canvas) -> None:
    x, y = c.rng.uniform(480, 760), 775
    patch = [(x - 270, y - 82), (x + 250, y - 82), (x + 285, y + 92), (x - 300, y + 92)]
    c.surface(patch, (72, 73, 77), 10, 5)
    c.line([*patch, patch[0]], (52, 53, 57), 6)
    c.soft([(x - 200, y - 50), (x + 40, y - 50), (x, y), (x - 230, y)], (112, 114, 118), 0.5, 18)
    _cone(c, x + 370, y + 60, 1.05)


def manhole(c: Canvas) -> None:
    x, y = c.rng.uniform(520, 740), 790
    c.surface(c.blob(x, y, 190, 76, 0.06), (132, 128, 122), 10, 7)
    c.ellipse(x, y, 148, 58, (86, 86, 90))
    c.ellipse(x, y + 3, 134, 50, (26, 25, 30))
    c.soft(c.blob(x - 8, y + 24, 96, 22, 0.1), (58, 60, 70), 0.8, 8)
    for step in range(3):
        c.line([(x - 44, y - 22 + 16 * step), (x + 40, y - 22 + 16 * step)], (92, 84, 78), 6 - step)
    cover = c.blob(x + 214, y + 66, 138, 52, 0.01)
    c.shadow(x + 222, y + 88, 148, 42)
    c.surface(cover, (98, 98, 102), 10, 6)
    c.line([(x + 150, y + 18), (x + 196, y + 60), (x + 182, y + 84), (x + 232, y + 114)], (34, 33, 37), 7)
    for step in range(-2, 3):
        c.line(
            [(x + 150 + abs(step) * 20, y + 66 + step * 17), (x + 276 - abs(step) * 20, y + 66 + step * 17)],
            (78, 78, 82),
            3,
        )


def repaired_manhole(c: Canvas) -> None:
    x, y = c.rng.uniform(520, 740), 790
    c.surface(c.blob(x, y, 200, 80, 0.03), (84, 85, 90), 9, 5)
    c.ellipse(x, y, 150, 58, (58, 59, 64))
    c.surface(c.blob(x, y, 138, 51, 0.0), (122, 124, 130), 7, 4)
    for row in range(-2, 3):
        for column in range(-4, 5):
            px, py = x + column * 27 + (13 if row % 2 else 0), y + row * 17
            if ((px - x) / 124) ** 2 + ((py - y) / 44) ** 2 < 1:
                c.box(px - 9, py - 3.5, px + 9, py + 3.5, (92, 94, 100), 3)
    _cone(c, x - 300, y + 50)
    _cone(c, x + 300, y + 50)


def puddle(c: Canvas) -> None:
    x = c.rng.uniform(560, 720)
    water = c.blob(x, 775, 510, 112, 0.16, 70)
    c.soft(water, (70, 72, 78), 0.7, 12)
    c.surface(water, (134, 154, 168), 2, 12)
    for offset, tone in ((-190, (178, 150, 128)), (60, (196, 182, 160)), (250, (150, 166, 150))):
        c.soft(
            [(x + offset, 690), (x + offset + 130, 690), (x + offset + 118, 830), (x + offset + 14, 830)],
            tone,
            0.5,
            16,
        )
    for dx, dy, rx in ((-210, 10, 60), (120, 30, 84), (300, -22, 46)):
        for ring in (1.0, 0.62, 0.3):
            c.ring(x + dx, 775 + dy, rx * ring, rx * ring * 0.26, (206, 220, 228), 2.2)
    c.soft(c.blob(x - 60, 742, 190, 10, 0.2), (238, 244, 246), 0.6, 6)
    for _ in range(7):
        px, py = x + c.rng.uniform(-380, 380), 775 + c.rng.uniform(-60, 60)
        c.polygon(
            c.blob(px, py, 13, 6, 0.3, 10), c.rng.choice(((178, 132, 66), (150, 120, 60), (120, 130, 70)))
        )


def repaired_puddle(c: Canvas) -> None:
    x = c.rng.uniform(560, 720)
    c.soft(c.blob(x, 775, 480, 100, 0.2), (88, 90, 95), 0.45, 26)
    c.box(x - 170, 700, x + 170, 770, (70, 72, 78), 6)
    c.box(x - 160, 708, x + 160, 762, (34, 35, 40), 4)
    for step in range(16):
        c.box(x - 156 + step * 20, 704, x - 146 + step * 20, 766, (128, 132, 138), 2)
    _cone(c, x + 300, 800)


# -- trees, bins, lamps --


def fallen_tree(c: Canvas) -> None:
    y = 770
    c.shadow(640, y + 66, 520, 40, 0.5)
    c.polygon([(160, y - 12), (700, y - 40), (720, y + 4), (170, y + 58)], (116, 90, 70))
    for step in range(9):
        c.line([(180 + step * 56, y + 4 - step * 3), (250 + step * 52, y - 4 - step * 3)], (94, 72, 56), 3)
    c.ellipse(164, y + 22, 22, 36, (206, 170, 122))
    c.ring(164, y + 22, 13, 22, (172, 134, 92), 3)
    for _ in range(6):
        c.line([(150, y + 24), (70 + c.rng.uniform(-30, 30), y + c.rng.uniform(-70, 90))], (104, 82, 64), 8)
    for x, dy, size in ((1000, 10, 1.5), (830, 30, 1.25), (960, -80, 1.2), (1110, 40, 1.1), (760, -48, 0.9)):
        _crown(c, x, y + dy, size)
    for _ in range(50):
        px, py = c.rng.uniform(520, 1260), y + c.rng.uniform(40, 150)
        c.polygon(c.blob(px, py, 9, 5, 0.4, 9), c.rng.choice(LEAVES))


def repaired_tree(c: Canvas) -> None:
    c.shadow(330, 640, 70, 14)
    c.polygon([(272, 636), (388, 636), (376, 586), (286, 586)], (116, 90, 70))
    c.ellipse(331, 586, 46, 15, (214, 180, 134))
    c.ring(331, 586, 30, 9, (176, 140, 98), 3)
    c.ring(331, 586, 15, 4, (176, 140, 98), 2)
    for row, count in enumerate((5, 4, 3)):
        for number in range(count):
            x, y = 900 + number * 62 + row * 31, 610 - row * 52
            c.ellipse(x, y, 31, 29, (116, 90, 70))
            c.ellipse(x, y, 25, 23, (212, 178, 132))
            c.ring(x, y, 13, 12, (176, 140, 98), 2.5)
    for _ in range(24):
        px, py = c.rng.uniform(420, 900), c.rng.uniform(700, 860)
        c.polygon(c.blob(px, py, 7, 4, 0.4, 9), c.rng.choice(LEAVES))


BIN_COLORS: tuple[Color, ...] = ((74, 122, 88), (78, 100, 150), (150, 84, 70), (110, 112, 116))


def _bin(c: Canvas, x: float, y: float, paint: Color, lid_open: bool) -> None:
    c.shadow(x + 84, y + 4, 112, 16)
    c.polygon([(x, y - 210), (x + 168, y - 210), (x + 148, y), (x + 20, y)], paint)
    c.polygon([(x + 112, y - 210), (x + 168, y - 210), (x + 148, y), (x + 104, y)], darker(paint, 0.14))
    for offset in (45, 84, 123):
        c.line([(x + offset, y - 180), (x + 84 + (offset - 84) * 0.8, y - 20)], darker(paint, 0.2), 3)
    c.box(x - 8, y - 226, x + 176, y - 204, darker(paint, 0.18), 7)
    if lid_open:
        c.polygon(
            [(x - 2, y - 224), (x + 170, y - 224), (x + 156, y - 330), (x + 12, y - 330)], darker(paint, 0.3)
        )
    else:
        c.polygon(
            [(x - 6, y - 224), (x + 174, y - 224), (x + 152, y - 252), (x + 16, y - 252)],
            lighter(paint, 0.12),
        )
    for wheel in (x + 34, x + 134):
        c.ellipse(wheel, y, 15, 15, (44, 44, 48))


def _bag(c: Canvas, x: float, y: float, size: float, paint: Color) -> None:
    c.shadow(x, y + 2, 62 * size, 13 * size)
    c.polygon(c.blob(x, y - 46 * size, 62 * size, 50 * size, 0.14), paint)
    c.soft(c.blob(x - 18 * size, y - 62 * size, 18 * size, 22 * size, 0.2), lighter(paint, 0.5), 0.5, 7)
    c.polygon(
        [
            (x - 15 * size, y - 88 * size),
            (x + 15 * size, y - 88 * size),
            (x + 24 * size, y - 118 * size),
            (x - 20 * size, y - 114 * size),
        ],
        darker(paint, 0.15),
    )


BAG_COLORS: tuple[Color, ...] = ((50, 52, 58), (224, 222, 216), (196, 84, 74), (64, 96, 130), (88, 130, 92))


def bins(c: Canvas) -> None:
    left = c.rng.uniform(240, 330)
    for number, paint in enumerate(BIN_COLORS):
        x = left + number * 200
        _bin(c, x, 770, paint, True)
        for dx, dy, size in ((45, 0, 0.8), (115, 6, 0.85), (84, -52, 0.75)):
            _bag(c, x + dx, 566 + dy, size, c.rng.choice(BAG_COLORS))
    for _ in range(11):
        _bag(
            c,
            c.rng.uniform(150, 1140),
            c.rng.uniform(800, 880),
            c.rng.uniform(0.8, 1.25),
            c.rng.choice(BAG_COLORS),
        )
    for _ in range(26):
        x, y = c.rng.uniform(120, 1180), c.rng.uniform(810, 930)
        c.polygon(
            c.blob(x, y, 15, 8, 0.5, 8), c.rng.choice(((236, 232, 222), (206, 170, 110), (168, 196, 208)))
        )


def repaired_bins(c: Canvas) -> None:
    left = c.rng.uniform(240, 330)
    c.soft(
        [(left - 60, 740), (left + 860, 740), (left + 920, 860), (left - 120, 860)], (200, 212, 218), 0.5, 24
    )
    for number, paint in enumerate(BIN_COLORS):
        _bin(c, left + number * 200, 770, paint, False)
        c.ellipse(left + number * 200 + 84, 670, 27, 27, lighter(paint, 0.75))
        c.ellipse(left + number * 200 + 84, 670, 15, 15, paint)


def dark_lamp(c: Canvas) -> None:
    c.shade((150, 154, 178))
    c.line([(705, 106), (690, 118), (712, 126)], (200, 206, 220), 2)
    c.glow(120, 240, 260, LAMPLIGHT, 0.3)


def repaired_lamp(c: Canvas) -> None:
    c.soft([(664, 108), (764, 108), (1060, 860), (360, 860)], (255, 226, 160), 0.15, 30)
    c.soft(c.blob(712, 820, 350, 92, 0.03), (255, 226, 160), 0.5, 34)
    c.box(670, 98, 764, 110, (255, 246, 214), 6)
    c.glow(716, 106, 330, LAMPLIGHT, 0.95)


# -- exits, e-bikes, gas --


def _porch(c: Canvas) -> None:
    c.surface([(322, 236), (1028, 236), (1028, 606), (322, 606)], (206, 200, 188), 4, 5)
    c.box(306, 216, 1044, 244, (150, 144, 134), 4)


def blocked_exit(c: Canvas) -> None:
    _porch(c)
    c.box(420, 330, 860, 604, (92, 80, 74))
    c.box(436, 346, 636, 604, (150, 62, 50))
    c.box(644, 346, 844, 604, (142, 58, 47))
    c.box(560, 272, 720, 318, (46, 138, 92), 5)
    c.polygon([(590, 295), (618, 280), (618, 310)], (240, 250, 244))
    c.box(616, 290, 686, 300, (240, 250, 244))
    for x in range(330, 960, 90):
        c.polygon([(x, 700), (x + 44, 700), (x - 6, 850), (x - 60, 850)], (230, 196, 80))
    paints = c.rng.sample([(222, 222, 220), (90, 112, 148), (62, 64, 70), (156, 72, 62), (190, 190, 180)], 2)
    _car(c, 150, 790, paints[0])
    _car(c, 690, 840, paints[1])


def repaired_exit(c: Canvas) -> None:
    _porch(c)
    c.box(420, 330, 860, 604, (92, 80, 74))
    c.box(436, 346, 844, 604, (206, 220, 224))
    c.polygon([(436, 346), (352, 372), (352, 622), (436, 604)], (160, 66, 54))
    c.polygon([(844, 346), (928, 372), (928, 622), (844, 604)], (150, 62, 50))
    c.glow(640, 480, 260, (255, 248, 226), 0.5)
    c.box(560, 272, 720, 318, (46, 138, 92), 5)
    c.polygon([(590, 295), (618, 280), (618, 310)], (240, 250, 244))
    c.box(616, 290, 686, 300, (240, 250, 244))
    for x in range(330, 960, 90):
        c.polygon([(x, 690), (x + 44, 690), (x - 16, 880), (x - 80, 880)], (236, 202, 84))
    for x in (250, 1030):
        c.shadow(x, 700, 26, 8)
        c.box(x - 12, 590, x + 12, 700, (222, 190, 70), 10)
        c.box(x - 12, 618, x + 12, 640, (52, 52, 56))


def ebike_cable(c: Canvas) -> None:
    x = c.rng.uniform(420, 500)
    cable = [
        (1010, 150),
        (980, 330),
        (1020, 470),
        (960, 600),
        (880, 690),
        (800, 722),
        (720, 700),
        (x + 20, 690),
    ]
    c.box(985, 95, 1060, 160, (238, 236, 230), 8)
    for dx in (1006, 1034):
        c.box(dx, 116, dx + 9, 136, (70, 70, 76), 3)
    _ebike(c, x, 830, c.rng.choice(((176, 72, 62), (72, 112, 160), (84, 140, 108))))
    c.line([(px + 5, py + 7) for px, py in cable], (60, 60, 66), 5)
    c.line(cable, (228, 132, 52), 6)
    c.box(x - 4, 676, x + 46, 708, (48, 48, 54), 6)
    c.glow(1022, 126, 110, (255, 120, 80), 0.5)
    _ebike(c, x - 300, 905, (150, 150, 156))


def repaired_ebike(c: Canvas) -> None:
    c.shadow(1090, 800, 70, 14)
    c.box(1040, 420, 1140, 796, (72, 132, 108), 10)
    c.box(1056, 444, 1124, 520, (214, 236, 226), 6)
    c.polygon([(1096, 454), (1070, 490), (1088, 490), (1082, 512), (1110, 476), (1092, 476)], (226, 166, 50))
    c.box(230, 160, 340, 300, (250, 248, 240), 4)
    c.ring(285, 220, 34, 34, (196, 60, 50), 8)
    c.line([(262, 243), (308, 197)], (196, 60, 50), 8)
    c.ellipse(285, 284, 4, 4, (120, 120, 120))


def gas_bottles(c: Canvas) -> None:
    left = c.rng.uniform(330, 420)
    for number in range(6):
        row = number // 3
        x, y = left + (number % 3) * 165 + (1 - row) * 70, 790 + row * 90
        _gas_bottle(c, x, y, c.rng.choice(((146, 156, 164), (176, 96, 70), (120, 134, 146))))
    c.line([(left + 30, 610), (left - 60, 560), (left - 150, 640), (left - 190, 760)], (206, 120, 50), 8)
    c.shadow(left + 650, 872, 130, 18)
    for dx, dy in ((560, 0), (660, 8), (606, -96)):
        c.surface(
            [
                (left + dx, 760 + dy),
                (left + dx + 112, 760 + dy),
                (left + dx + 112, 858 + dy),
                (left + dx, 858 + dy),
            ],
            (192, 154, 106),
            5,
            6,
        )
        c.box(left + dx + 50, 760 + dy, left + dx + 62, 858 + dy, (172, 134, 88))


def _gas_bottle(c: Canvas, x: float, y: float, paint: Color) -> None:
    c.shadow(x, y + 2, 78, 15, 0.45)
    c.box(x - 62, y - 206, x + 62, y, paint, 34)
    c.soft(
        [(x - 46, y - 180), (x - 22, y - 180), (x - 22, y - 26), (x - 46, y - 26)], (255, 255, 255), 0.4, 7
    )
    c.soft([(x + 30, y - 184), (x + 58, y - 184), (x + 58, y - 18), (x + 30, y - 18)], (20, 20, 30), 0.3, 8)
    c.box(x - 62, y - 112, x + 62, y - 98, darker(paint, 0.22))
    c.ring(x, y - 222, 34, 21, darker(paint, 0.4), 8)
    c.box(x - 9, y - 246, x + 9, y - 206, (176, 148, 76), 4)
    c.box(x - 20, y - 254, x + 20, y - 242, (188, 60, 48), 5)


def repaired_gas(c: Canvas) -> None:
    c.soft([(260, 700), (1000, 700), (1080, 900), (190, 900)], (214, 216, 212), 0.5, 30)
    for leg in (530, 750):
        c.box(leg - 8, 560, leg + 8, 720, (130, 132, 136))
        c.shadow(leg, 720, 26, 7)
    c.box(490, 430, 790, 610, (250, 246, 236), 8)
    c.box(490, 430, 790, 474, (190, 62, 48), 8)
    for y, right in ((500, 752), (534, 700), (568, 736)):
        c.box(522, y, right, y + 11, (120, 118, 116), 4)
    for x in (920, 1010):
        c.shadow(x, 800, 52, 11)
        c.box(x - 36, 590, x + 36, 798, (198, 52, 42), 24)
        c.box(x - 24, 650, x + 24, 720, (244, 238, 228), 4)
        c.soft([(x - 26, 610), (x - 14, 610), (x - 14, 780), (x - 26, 780)], (255, 255, 255), 0.35, 5)
        c.box(x - 10, 562, x + 10, 596, (60, 60, 64), 3)
        c.line([(x + 8, 572), (x + 50, 590), (x + 48, 690)], (44, 44, 48), 7)
        c.line([(x - 26, 556), (x + 20, 562)], (60, 60, 64), 7)


# -- animals, noise, walls, stalls, stairs --


def dog(c: Canvas) -> None:
    x, y = c.rng.uniform(480, 620), 800
    coat = c.rng.choice(((176, 132, 84), (92, 80, 72), (208, 188, 154)))
    c.shadow(x + 130, y + 4, 220, 22, 0.45)
    for leg, bend in ((0, -6), (52, 6), (210, -4), (262, 8)):
        c.polygon(
            [(x + leg, y - 130), (x + leg + 40, y - 130), (x + leg + 31 + bend, y), (x + leg + 7 + bend, y)],
            darker(coat, 0.12),
        )
        c.ellipse(x + leg + 22 + bend, y - 4, 19, 10, darker(coat, 0.18))
    c.polygon(c.blob(x + 150, y - 170, 176, 72, 0.06), coat)
    c.line([(x - 16, y - 190), (x - 62, y - 250), (x - 50, y - 304)], coat, 26)
    c.polygon([(x + 236, y - 216), (x + 322, y - 180), (x + 378, y - 282), (x + 306, y - 330)], coat)
    c.polygon(c.blob(x + 350, y - 316, 76, 58, 0.05), coat)
    c.polygon(c.blob(x + 412, y - 298, 54, 31, 0.05), lighter(coat, 0.25))
    c.polygon(c.blob(x + 458, y - 308, 15, 12, 0.05), (40, 36, 36))
    c.line([(x + 402, y - 282), (x + 452, y - 284)], (60, 48, 44), 4)
    c.polygon(
        [(x + 424, y - 281), (x + 448, y - 281), (x + 440, y - 250), (x + 428, y - 250)], (208, 104, 104)
    )
    c.polygon(
        [(x + 306, y - 364), (x + 346, y - 362), (x + 322, y - 288), (x + 292, y - 296)], darker(coat, 0.3)
    )
    c.ellipse(x + 372, y - 330, 9, 10, (36, 32, 32))
    c.ellipse(x + 375, y - 333, 3, 3, (250, 250, 250))
    c.line([(x + 262, y - 244), (x + 318, y - 210)], (180, 56, 48), 15)


def night_noise(c: Canvas) -> None:
    for number, x in enumerate((250, 470, 1060)):
        hue = ((214, 92, 70), (86, 140, 190), (222, 178, 70))[number]
        c.shadow(x, 800, 80, 14)
        c.box(x - 70, 690, x + 70, 704, (150, 110, 76), 4)
        c.box(x - 60, 704, x - 50, 800, (120, 90, 64))
        c.box(x + 50, 704, x + 60, 800, (120, 90, 64))
        c.glow(x, 640, 170, hue, 0.5)
        for dx in (-34, 4, 36):
            c.box(x + dx - 9, 642, x + dx + 9, 690, (84, 132, 90), 5)
            c.box(x + dx - 4, 622, x + dx + 4, 644, (84, 132, 90), 2)
    c.shadow(700, 812, 110, 16)
    c.box(610, 540, 790, 806, (38, 38, 46), 14)
    for y, radius in ((610, 40), (722, 64)):
        c.ellipse(700, y, radius, radius, (84, 86, 96))
        c.ellipse(700, y, radius * 0.5, radius * 0.5, (50, 52, 60))
    for number in range(4):
        reach = 130 + number * 58
        for side in (-1, 1):
            turns = [k / 10 * 0.6 for k in range(-10, 11)]
            points = [(700 + side * reach * math.cos(t), 660 + reach * math.sin(t)) for t in turns]
            c.line(points, mix((255, 220, 140), NIGHT, number / 4.5), 6)
    c.glow(700, 560, 420, (255, 170, 90), 0.35)


def wall_crack(c: Canvas) -> None:
    x = 540 + c.rng.uniform(-12, 12)  # between two rows of windows
    points = [(x, 70.0)]
    while points[-1][1] < 530:
        points.append((x + c.rng.uniform(-34, 34), points[-1][1] + c.rng.uniform(16, 40)))
    c.soft([*points, *((px + 40, py) for px, py in reversed(points))], (110, 92, 76), 0.35, 12)
    c.line(points, (66, 56, 50), 9)
    for start in points[3::4]:
        side = c.rng.choice((-1, 1))
        branch = [start]
        for _ in range(4):
            branch.append((branch[-1][0] + side * c.rng.uniform(4, 16), branch[-1][1] + c.rng.uniform(6, 26)))
        c.line(branch, (82, 70, 62), 4)
    c.surface(c.blob(x, 520, 86, 44, 0.3), (170, 104, 78), 8, 10)
    for row in range(-2, 3):
        c.line([(x - 58, 520 + row * 15), (x + 58, 520 + row * 15)], (204, 180, 156), 3)
    for _ in range(18):
        c.polygon(
            c.blob(x + c.rng.uniform(-160, 160), c.rng.uniform(640, 740), 16, 8, 0.4, 9), (192, 170, 146)
        )


def street_stall(c: Canvas) -> None:
    x = c.rng.uniform(330, 430)
    c.shadow(x + 250, 872, 360, 24, 0.5)
    for leg in (x + 20, x + 480):
        c.box(leg - 7, 440, leg + 7, 830, (120, 120, 126))
    for number in range(8):
        tone = (206, 74, 60) if number % 2 else (246, 240, 228)
        left, right = x - 30 + number * 70, x + 40 + number * 70
        c.polygon([(left + 20, 400), (right + 10, 400), (right, 486), (left, 486)], tone)
        c.polygon(c.blob((left + right) / 2, 486, 35, 20, 0), tone)
    c.box(x, 660, x + 500, 830, (150, 116, 80), 6)
    c.box(x - 12, 640, x + 512, 672, (176, 140, 98), 5)
    for number in range(10):
        hue = ((224, 120, 50), (196, 56, 48), (120, 160, 70), (232, 190, 70))[number % 4]
        for dx, dy in ((0, 0), (24, -4), (12, -24)):
            c.ellipse(x + 24 + number * 48 + dx * 0.8, 628 + dy, 15, 15, hue)
    for leg in (x + 90, x + 410):
        _wheel(c, leg, 836, 38)
    for dx in (560, 640):
        c.shadow(x + dx, 868, 52, 10)
        c.box(x + dx - 36, 800, x + dx + 36, 814, (70, 110, 170), 5)
        for leg in (-28, 28):
            c.line([(x + dx + leg, 814), (x + dx + leg, 866)], (60, 96, 150), 6)


def stairwell(c: Canvas) -> None:
    for x, y, size in (
        (120, 880, 1.0),
        (215, 905, 0.9),
        (170, 790, 0.85),
        (1010, 880, 1.0),
        (1110, 900, 1.1),
    ):
        side = 120 * size
        c.shadow(x + side / 2, y + 4, side * 0.7, 14)
        c.surface([(x, y - side), (x + side, y - side), (x + side, y), (x, y)], (194, 156, 108), 5, 7)
        c.box(x + side * 0.44, y - side, x + side * 0.56, y, (170, 132, 86))
    c.shadow(420, 860, 130, 16)
    for wheel in (350, 500):
        c.ring(wheel, 800, 56, 56, (50, 50, 56), 8)
    c.line([(350, 800), (410, 700), (490, 700), (500, 800), (425, 800), (410, 700)], (72, 120, 170), 9)
    c.line([(480, 660), (490, 700)], (60, 60, 66), 8)
    c.line([(455, 655), (510, 660)], (60, 60, 66), 8)
    c.box(385, 682, 435, 696, (50, 48, 48), 6)
    for number in range(3):
        _bag(c, 860 + number * 70, 890 - (number % 2) * 20, 0.9, BAG_COLORS[number])


PICTURES: dict[str, tuple[Painter, Painter]] = {
    "ceiling_leak": (room, ceiling_leak),
    "repaired_ceiling": (room, repaired_ceiling),
    "pothole": (street, pothole),
    "repaired_road": (street, repaired_road),
    "manhole": (street, manhole),
    "repaired_manhole": (street, repaired_manhole),
    "puddle": (street, puddle),
    "repaired_puddle": (street, repaired_puddle),
    "fallen_tree": (street, fallen_tree),
    "repaired_tree": (street, repaired_tree),
    "bins": (courtyard, bins),
    "repaired_bins": (courtyard, repaired_bins),
    "dark_lamp": (night_street, dark_lamp),
    "repaired_lamp": (night_street, repaired_lamp),
    "blocked_exit": (courtyard, blocked_exit),
    "repaired_exit": (courtyard, repaired_exit),
    "ebike_cable": (hallway, ebike_cable),
    "repaired_ebike": (hallway, repaired_ebike),
    "gas_bottles": (courtyard, gas_bottles),
    "repaired_gas": (courtyard, repaired_gas),
    "dog": (courtyard, dog),
    "night_noise": (night_street, night_noise),
    "wall_crack": (courtyard, wall_crack),
    "street_stall": (street, street_stall),
    "stairwell": (hallway, stairwell),
}
KINDS = tuple(PICTURES)
