"""The charts of a report, and the map of its areas, drawn for paper: patterns and words beside every color."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from maplebridge.kernel.polygons import inner_point, read_polygon
from maplebridge.platform import documents
from maplebridge.platform.templatetags.look import GRADE_WORDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Form = Literal["svg", "png"]
INK, SOFT, LINE = "#1F2328", "#57606A", "#E4E1DA"
SERIES = ("#1257A6", "#B3361E", "#2E7D32", "#9A5B00", "#57606A")
MARKS = ("o", "^", "s", "D", "P")
HATCHES = ("", "//", "..", "xx", "++")
# Ground and pattern of each color, as on the map of the pages.
GROUNDS = {
    "green": ("#2E7D32", ""),
    "blue": ("#1565C0", "//"),
    "yellow": ("#F9A825", ".."),
    "red": ("#C62828", "xx"),
    "black": ("#212121", "O"),
    "none": ("#FFFFFF", ""),
}
ON_LIGHT = {"yellow", "none"}
MANY = 30  # areas: with more, the letters are smaller
MOST_NAMED = 200  # with more, only those are named that are neither good nor safe


def drawings(
    charts: Mapping[str, Mapping[str, Any]], areas: Sequence[Mapping[str, Any]], form: Form
) -> dict[str, bytes]:
    """Return the pictures of a report by their names; a map only where areas have a boundary and a color."""
    found = {
        code: documents.chart(_chart(one), height_mm=70 if one["kind"] == "line" else 62, form=form)
        for code, one in charts.items()
    }
    if areas:
        found["map"] = documents.chart(_map(areas), width_mm=160, height_mm=150, form=form)
    return found


def _chart(one: Mapping[str, Any]) -> "Callable[[Figure], None]":
    return _lines(one) if one["kind"] == "line" else _bars(one)


def _dress(axes: "Axes") -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(LINE)
    axes.tick_params(colors=SOFT, labelsize=8, length=0)
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)


def _lines(one: Mapping[str, Any]) -> "Callable[[Figure], None]":
    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        months = [row[0] for row in one["rows"]]
        for at, name in enumerate(one["series"]):
            values = [float("nan") if row[1][at] is None else row[1][at] for row in one["rows"]]
            axes.plot(
                range(len(months)),
                values,
                color=SERIES[at % len(SERIES)],
                marker=MARKS[at % len(MARKS)],
                markersize=4,
                linewidth=1.4,
                label=name,
            )
        axes.set_xticks(range(len(months)), months, rotation=30)
        axes.set_ylim(bottom=0)
        _dress(axes)
        figure.legend(loc="outside upper center", ncols=min(len(one["series"]), 4), frameon=False, fontsize=8)

    return draw


def _bars(one: Mapping[str, Any]) -> "Callable[[Figure], None]":
    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        names, many = [row[0] for row in one["rows"]], len(one["series"])
        width = 0.8 / many
        for at, name in enumerate(one["series"]):
            values = [row[1][at] or 0 for row in one["rows"]]
            places = [place + width * (at - (many - 1) / 2) for place in range(len(names))]
            bars = axes.bar(
                places,
                values,
                width * 0.9,
                color=SERIES[at],
                hatch=HATCHES[at],
                edgecolor="white",
                linewidth=0.4,
                label=name,
            )
            axes.bar_label(bars, [f"{value:,.0f}" for value in values], fontsize=8, color=INK, padding=1)
        axes.set_xticks(range(len(names)), [_broken(name) for name in names])
        _dress(axes)
        if many > 1:
            figure.legend(loc="outside upper center", ncols=many, frameon=False, fontsize=8)

    return draw


def _broken(name: str, most: int = 6) -> str:
    """Return a long name in lines that fit below a bar."""
    return "\n".join(name[at : at + most] for at in range(0, len(name), most))


def _map(areas: Sequence[Mapping[str, Any]]) -> "Callable[[Figure], None]":
    """Draw the areas with ground, pattern and name. `areas`: color, label, boundary (GeoJSON)."""

    def draw(figure: "Figure") -> None:
        from matplotlib.patches import Patch, PathPatch  # noqa: PLC0415 - heavy
        from matplotlib.patheffects import withStroke  # noqa: PLC0415 - heavy

        axes = figure.subplots()
        labels = _short([one["label"] for one in areas])
        size = 6.0 if len(areas) > MANY else 7.5
        south = 0.0
        for one, label in zip(areas, labels, strict=True):
            shape = read_polygon(one["boundary"])
            ground, pattern = GROUNDS[one["color"]]
            for path in _paths(shape):
                light = one["color"] in ON_LIGHT
                patch = PathPatch(path, facecolor=ground, hatch=pattern, linewidth=0.0)
                patch.set_edgecolor((0, 0, 0, 0.35) if light else (1, 1, 1, 0.35))
                axes.add_patch(patch)
                border = SOFT if one["color"] == "none" else "white"
                axes.add_patch(PathPatch(path, facecolor="none", edgecolor=border, linewidth=1.2, zorder=2))
            at = inner_point(shape)
            south = at.lat
            if len(areas) > MOST_NAMED and one["color"] in ("green", "blue"):
                continue
            axes.text(
                at.lon,
                at.lat,
                label,
                ha="center",
                va="center",
                fontsize=size,
                color=INK,
                zorder=3,
                path_effects=[withStroke(linewidth=1.6, foreground="white")],
            )
        axes.autoscale_view()
        axes.set_aspect(_stretch(south))
        axes.axis("off")
        used = [name for name in GROUNDS if any(one["color"] == name for one in areas)]
        figure.legend(
            handles=[
                Patch(
                    facecolor=GROUNDS[name][0],
                    hatch=GROUNDS[name][1],
                    edgecolor="white" if name not in ON_LIGHT else SOFT,
                    label=str(GRADE_WORDS[name]),
                )
                for name in used
            ],
            loc="outside lower center",
            ncols=len(used),
            frameon=False,
            fontsize=9,
        )

    return draw


def _paths(shape: Any) -> list[Any]:
    from matplotlib.path import Path  # noqa: PLC0415 - heavy

    parts = getattr(shape, "geoms", [shape])
    return [
        Path.make_compound_path(
            *(Path(list(ring.coords), closed=True) for ring in (part.exterior, *part.interiors))
        )
        for part in parts
    ]


def _stretch(lat: float) -> float:
    """Return by how much a degree of latitude is longer than one of longitude."""
    from math import cos, radians  # noqa: PLC0415

    return 1 / max(cos(radians(lat)), 0.1)


def _short(names: Sequence[str]) -> list[str]:
    """Return names without the ending that all of them share (派出所)."""
    shared = 0
    while (
        len(names) > 1
        and all(len(name) > shared + 1 for name in names)
        and len({name[-shared - 1] for name in names}) == 1
    ):
        shared += 1
    return [name[: len(name) - shared] for name in names]
