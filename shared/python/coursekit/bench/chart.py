"""A run as an SVG picture: for each case the road from plain Python to the limit of the machine.

Bars and words need no plotting package. The picture has its own background and follows the reader's light
or dark scheme, also where a page shows it as an image.
"""

from __future__ import annotations

from html import escape

from .model import CaseResult, Measurement, Role, Run
from .table import duration, goal_line, ratio

WIDTH = 860
NAMES_END = 270
"""The x at which the names end and the bars begin."""
LONGEST_BAR = 400
ROW, TITLE, GAP, MARGIN = 24, 30, 18, 20

STYLE = """
  .page { fill: #ffffff }
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 14px }
  .faint { fill: #59636e }
  .name { text-anchor: end }
  .python { fill: #d4a72c } .textbook { fill: #bc4c00 } .yours { fill: #0a9396 }
  .solution { fill: #1a7f37 } .peer { fill: #0969da } .limit { fill: #8c959f }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 }
    text { fill: #e6edf3 }
    .faint { fill: #9198a1 }
    .python { fill: #e3b341 } .textbook { fill: #f0883e } .yours { fill: #39c5cf }
    .solution { fill: #3fb950 } .peer { fill: #58a6ff } .limit { fill: #6e7681 }
  }
"""


def svg(run: Run) -> str:
    """The picture of all cases that have figures, one below the other."""
    parts: list[str] = []
    y = MARGIN
    machine = run.machine
    parts.append(_text(MARGIN, y + 10, f"{machine.cpu}, {machine.cores} cores, {machine.python}", "faint"))
    y += TITLE
    for case in run.cases:
        road = case.road()
        if not road:
            continue
        parts.append(_text(MARGIN, y + 12, case.title, "title"))
        y += TITLE
        parts += _bars(case, road, y)
        y += ROW * len(road)
        for goal in case.goals:
            parts.append(_text(NAMES_END + 10, y + 15, goal_line(case, goal), "faint"))
            y += ROW
        y += GAP
    parts.append(
        _text(MARGIN, y + 4, f"time of one call, shorter is better · median of {run.rounds} rounds", "faint")
    )
    height = y + MARGIN
    described = f"Benchmarks of {run.module}: " + "; ".join(case.title for case in run.cases)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
            f' viewBox="0 0 {WIDTH} {height}" role="img">',
            f"<title>{escape(described)}</title>",
            f"<style>{STYLE}</style>",
            f'<rect class="page" width="{WIDTH}" height="{height}" rx="8"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _bars(case: CaseResult, road: list[Measurement], y: int) -> list[str]:
    slowest = max(each.median for each in road)
    reference = case.reference
    parts = []
    for number, each in enumerate(road):
        top = y + ROW * number
        length = max(2.0, LONGEST_BAR * each.median / slowest) if slowest else 2.0
        words = duration(each.median)
        if reference and each.median and each.role is not Role.LIMIT:
            words += f" · {ratio(reference.median / each.median)}"
        parts += [
            _text(NAMES_END, top + 16, each.peer, "name"),
            f'<rect class="{each.role.value}" x="{NAMES_END + 10}" y="{top + 4}" '
            f'width="{length:.1f}" height="{ROW - 8}" rx="3"/>',
            _text(NAMES_END + 18 + length, top + 16, words, "faint"),
        ]
    return parts


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(words)}</text>'
