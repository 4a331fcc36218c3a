# SPDX-License-Identifier: BSL-1.0
"""Plots as SVG: bars and curves, labelled where the eye is, on a light card that is readable on any page."""

import math
from html import escape

OURS, OURS_LABEL = "#c2410c", "#9a3412"
CARD, INK, SOFT, GRID = "#fcfcfa", "#1f2328", "#636c76", "#e3e5e8"
BAR, RULER = "#aeb6bf", "#d3d7dc"
FONT = "font-family='system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif'"
WIDTH = 760


class Drawing:
    def __init__(self, height, title, unit):
        self.height = height
        self.parts = [
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' width='{WIDTH}' height='{height}' "
            f"role='img' aria-label='{escape(title, quote=True)}' {FONT}>",
            f"<rect x='0.5' y='0.5' width='{WIDTH - 1}' height='{height - 1}' rx='8' fill='{CARD}' stroke='{GRID}'/>",
        ]
        self.text(20, 30, title, size=15, weight=600)
        self.text(20, 49, unit, color=SOFT)

    def text(self, x, y, text, size=12, color=INK, anchor="start", weight=400):
        self.parts.append(f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' fill='{color}' text-anchor='{anchor}' "
                          f"font-weight='{weight}'>{escape(text)}</text>")

    def bar(self, x, y, width, height, color):
        self.parts.append(f"<rect x='{x:.1f}' y='{y:.1f}' width='{width:.1f}' height='{height}' rx='2' "
                          f"fill='{color}'/>")

    def line(self, points, color, width=1.0, dashes=""):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashed = f" stroke-dasharray='{dashes}'" if dashes else ""
        self.parts.append(f"<polyline points='{path}' fill='none' stroke='{color}' stroke-width='{width}' "
                          f"stroke-linejoin='round' stroke-linecap='round'{dashed}/>")

    def dot(self, x, y, color, radius):
        self.parts.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{radius}' fill='{color}' stroke='{CARD}'/>")

    def svg(self):
        return "\n".join([*self.parts, "</svg>", ""])


def bars(title, unit, rows, ours, ruler, show):
    """`rows`: names and values, drawn in this order. `ours` is emphasised, `ruler` drawn as what others stand on."""
    left, right, top, step = 170, 90, 66, 25
    drawing = Drawing(top + step * len(rows) + 14, title, unit)
    scale = (WIDTH - left - right) / max(value for _, value in rows)
    for i, (name, value) in enumerate(rows):
        y = top + step * i
        mine = name == ours
        length = max(value * scale, 1)
        style = {"color": OURS_LABEL, "weight": 600} if mine else {}
        drawing.text(left - 10, y + 14, name, anchor="end", **style)
        drawing.bar(left, y + 1, length, 17, OURS if mine else RULER if name == ruler else BAR)
        drawing.text(left + length + 7, y + 14, show(value), **style)
    return drawing.svg()


def ticks(least, most):
    """1, 2, 5, 10, ... from just below to just above; 1, 10, 100 where these are too many."""
    decades = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
    fine = [m * 10.0**d for d in decades for m in (1, 2, 5)]
    first = max((t for t in fine if t <= least), default=least)
    last = min((t for t in fine if t >= most), default=most)
    fine = [t for t in fine if first <= t <= last]
    coarse = [t for t in fine if round(math.log10(t), 6).is_integer()]
    return (fine if len(fine) <= 7 or len(coarse) < 2 else coarse), first, last


class LogScale:
    def __init__(self, least, most, start, end):
        self.least, self.start = math.log(least), start
        self.scale = (end - start) / (math.log(most) - self.least) if most > least else 0

    def __call__(self, value):
        return self.start + (math.log(value) - self.least) * self.scale


def apart(wanted, gap):
    """Positions near the wanted ones, pushed away from each other until they are `gap` apart."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    found = list(wanted)
    for _ in range(200):
        for one, next_one in zip(order, order[1:]):
            missing = gap - (found[next_one] - found[one])
            if missing > 0:
                found[one] -= missing / 2
                found[next_one] += missing / 2
    return found


def curves(title, unit, x_label, series, ours, ruler, hues, show_x, show_y):
    """`series`: name -> points (x, y), on logarithmic axes; each is labelled at its end. `hues`: name -> colour."""
    left, right, top, bottom, height = 70, 150, 72, 52, 420
    drawing = Drawing(height, title, unit)
    xs = sorted({x for points in series.values() for x, _ in points})
    ys = [y for points in series.values() for _, y in points]
    y_ticks, least, most = ticks(min(ys), max(ys))
    to_x, to_y = LogScale(xs[0], xs[-1], left, WIDTH - right), LogScale(least, most, height - bottom, top)
    for y in y_ticks:
        drawing.line([(left, to_y(y)), (WIDTH - right, to_y(y))], GRID)
        drawing.text(left - 8, to_y(y) + 4, show_y(y), color=SOFT, anchor="end")
    for x in xs:
        drawing.text(to_x(x), height - bottom + 20, show_x(x), color=SOFT, anchor="middle")
    drawing.text((left + WIDTH - right) / 2, height - 12, x_label, color=SOFT, anchor="middle")
    draw_series(drawing, series, hues, ours, ruler, to_x, to_y)
    return drawing.svg()


def draw_series(drawing, series, hues, ours, ruler, to_x, to_y):
    places = apart([to_y(points[-1][1]) for points in series.values()], 15)
    for (name, points), place in sorted(zip(series.items(), places), key=lambda one: one[0][0] == ours):
        mine, hue = name == ours, hues[name]
        spots = [(to_x(x), to_y(y)) for x, y in points]
        drawing.line(spots, hue, 3 if mine else 1.8, "5 4" if name == ruler else "")
        for x, y in spots:
            drawing.dot(x, y, hue, 4 if mine else 3)
        x, y = spots[-1]
        drawing.line([(x + 6, y), (x + 16, place)], hue)
        drawing.text(x + 20, place + 4, name, color=OURS_LABEL if mine else hue, weight=600 if mine else 500)
