#!/usr/bin/env python3
"""Draws the speedup curves of docs/scaling.md from the sweeps under tests/fixtures/scaling, and writes its tables.

    docs/images/curves.py            writes docs/images/scaling.svg and the tables between the marks in docs/scaling.md
    docs/images/curves.py --check    only says whether they are what would be written
"""
import json
import pathlib
import sys
from xml.sax.saxutils import escape

ROOT = pathlib.Path(__file__).resolve().parents[2]
SWEEPS = ROOT / "tests/fixtures/scaling"
PICTURE = ROOT / "docs/images/scaling.svg"
DOCUMENT = ROOT / "docs/scaling.md"

# In the order in which they are read: what computes alone first, what memory or its own structure holds back last.
WORKLOADS = ["fib", "nqueens", "thumbnails", "mandelbrot", "matmul", "merge-sort", "word-count", "filter-map", "par-sort",
             "quicksort", "sum"]
BACKENDS = {"grainscope": "Grainscope", "openmp": "OpenMP"}
IN_TABLE = [2, 4, 8, 16]

# A light ground of its own: readable wherever the page around it is dark.
GROUND, FRAME, GRID, TEXT, MUTED = "#fbfbf9", "#c9c9c4", "#e4e4df", "#22262b", "#686d74"
COLOURS = {"grainscope": "#0f62ac", "openmp": "#c4530a"}
MOST = 16
COLUMNS, PANEL, HEIGHT, GAP, LEFT, TOP, LEGEND = 4, 190, 190, 34, 40, 30, 34


def sweep(name):
    return json.loads((SWEEPS / f"{name}.json").read_text())


def points_of(document, backend):
    return sorted((point for point in document["points"] if point["backend"] == backend and point["speedup"]),
                  key=lambda point: point["threads"])


def models_of(document, backend):
    """A sweep of one backend says its models once."""
    return document.get("models_by_backend", {"grainscope": document["models"]}).get(backend)


class Panel:
    """One workload: both axes from 0 to 16, so that the ideal is a diagonal and panels compare by eye."""

    def __init__(self, number):
        self.left = LEFT + number % COLUMNS * (PANEL + GAP)
        self.top = TOP + number // COLUMNS * (HEIGHT + GAP + 20)

    def x(self, threads):
        return self.left + PANEL * threads / MOST

    def y(self, speedup):
        return self.top + HEIGHT * (1 - min(speedup, MOST) / MOST)

    def line(self, x1, y1, x2, y2, colour, width=1, dash=""):
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"{dashes}/>'

    def axes(self):
        yield f'<rect x="{self.left}" y="{self.top}" width="{PANEL}" height="{HEIGHT}" fill="none" stroke="{FRAME}"/>'
        for tick in (4, 8, 12, 16):
            if tick < MOST:
                yield self.line(self.x(0), self.y(tick), self.x(MOST), self.y(tick), GRID)
                yield self.line(self.x(tick), self.y(0), self.x(tick), self.y(MOST), GRID)
            yield text(self.x(0) - 5, self.y(tick) + 4, tick, MUTED, "end", 11)
            yield text(self.x(tick), self.y(0) + 14, tick, MUTED, "middle", 11)
        yield self.line(self.x(0), self.y(0), self.x(MOST), self.y(MOST), MUTED, 1, "4 4")

    def curve(self, points, backend):
        """Medians, joined; the whiskers of the two backends stand a little apart."""
        colour, aside = COLOURS[backend], -1.5 if backend == "grainscope" else 1.5
        at = [(self.x(point["threads"]) + aside, self.y(point["speedup"]), point["speedup_ci95"]) for point in points]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in at)
        yield f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="1.5" stroke-opacity="0.75"/>'
        for x, y, interval in at:
            if interval:
                yield self.line(x, self.y(interval[0]), x, self.y(interval[1]), colour, 1.2)
            yield mark(x, y, backend)


def mark(x, y, backend):
    if backend == "grainscope":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{COLOURS[backend]}"/>'
    return (f'<rect x="{x - 2.8:.1f}" y="{y - 2.8:.1f}" width="5.6" height="5.6" fill="{GROUND}" '
            f'stroke="{COLOURS[backend]}" stroke-width="1.5"/>')


def text(x, y, words, colour=TEXT, anchor="start", size=12, weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" font-size="{size}" '
            f'font-weight="{weight}">{escape(str(words))}</text>')


def legend(x, y):
    for backend, title in BACKENDS.items():
        yield f'<line x1="{x}" y1="{y}" x2="{x + 22}" y2="{y}" stroke="{COLOURS[backend]}" stroke-width="1.5"/>'
        yield mark(x + 11, y, backend)
        yield text(x + 28, y + 4, title)
        y += 22
    yield f'<line x1="{x}" y1="{y}" x2="{x + 22}" y2="{y}" stroke="{MUTED}" stroke-dasharray="4 4"/>'
    yield text(x + 28, y + 4, "ideal")
    for line in ("Across: threads. Up: speedup over the", "best run on one thread. Bars: 95 %", "intervals, which need three samples."):
        y += 22 if line.startswith("Across") else 16
        yield text(x, y + 4, line, MUTED, size=11)


def picture():
    rows = -(-(len(WORKLOADS) + 1) // COLUMNS)
    width, height = LEFT + COLUMNS * PANEL + (COLUMNS - 1) * GAP + 20, TOP + rows * (HEIGHT + GAP + 20) - 16
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
             'font-family="system-ui, sans-serif" role="img">',
             "<title>Speedup of eleven workloads on 1 to 16 threads</title>",
             f'<rect width="{width}" height="{height}" rx="8" fill="{GROUND}"/>']
    for number, name in enumerate(WORKLOADS):
        panel, document = Panel(number), sweep(name)
        parts.append(text(panel.left, panel.top - 9, name, weight="600", size=13))
        parts.extend(panel.axes())
        for backend in reversed(BACKENDS):
            if points := points_of(document, backend):
                parts.extend(panel.curve(points, backend))
    last = Panel(len(WORKLOADS))
    parts.extend(legend(last.left, last.top + 14))
    return "\n".join(parts) + "\n</svg>\n"


def measured(point):
    if point is None:
        return "–"
    interval = point["speedup_ci95"]
    return f"{point['speedup']:.2f}" + (f" [{interval[0]:.2f}, {interval[1]:.2f}]" if interval else "")


def speedup_table():
    lines = ["| workload | on | " + " | ".join(f"{threads} threads" for threads in IN_TABLE) + " | samples |",
             "|---|---|" + "---|" * (len(IN_TABLE) + 1)]
    for name in WORKLOADS:
        document = sweep(name)
        for backend, title in BACKENDS.items():
            points = {point["threads"]: point for point in points_of(document, backend)}
            if not points:
                continue
            counts = sorted({len(point["samples_ns"]) for point in points.values()})
            samples = str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}"
            lines.append(f"| {name} | {title} | " +
                         " | ".join(measured(points.get(threads)) for threads in IN_TABLE) + f" | {samples} |")
    return lines


def model_table():
    lines = ["| workload | on | Amdahl: serial | USL: σ | κ | λ | turns at |", "|---|---|---|---|---|---|---|"]
    for name in WORKLOADS:
        document = sweep(name)
        for backend, title in BACKENDS.items():
            models = models_of(document, backend)
            if not models or not models["usl"]:
                continue
            usl, amdahl = models["usl"], models["amdahl"]
            peak = f"{usl['peak_threads']:.0f} threads" if usl["peak_threads"] else "does not"
            lines.append(f"| {name} | {title} | {100 * amdahl['serial_fraction']:.1f} % | {usl['sigma']:.3f} | "
                         f"{usl['kappa']:.4f} | {usl['lambda']:.2f} | {peak} |")
    return lines


def document_with(tables):
    whole = DOCUMENT.read_text()
    for name, lines in tables.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
        before, _, rest = whole.partition(begin)
        _, _, after = rest.partition(end)
        whole = before + begin + "\n".join(lines) + "\n" + end + after
    return whole


def main():
    made = {PICTURE: picture(), DOCUMENT: document_with({"speedups": speedup_table(), "models": model_table()})}
    if sys.argv[1:] == ["--check"]:
        stale = [path for path, content in made.items() if not path.exists() or path.read_text() != content]
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not what docs/images/curves.py would write; run it")
        return 1 if stale else 0
    for path, content in made.items():
        path.write_text(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
