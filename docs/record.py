"""Records the runner in a real terminal, for the book's front page.

    target/developer/bin/python docs/record.py docs/recording.json

Starts `cargo course watch 01.divide` in tmux, works on the exercise as a learner would, and takes a frame
whenever the screen changes. The exercise's file is put back afterwards. Needs tmux, a course that is set up,
and `rich` from shared/python/developer-requirements.txt.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "modules/01_sum_as_string/src/divide.rs"
STUB = ROOT / "modules/01_sum_as_string/stubs/divide.rs"
SOLUTION = ROOT / "solutions/01_sum_as_string/src/divide.rs"
COLUMNS, ROWS = 96, 26
THEME = TerminalTheme(
    (28, 33, 40),
    (230, 237, 243),
    [
        (118, 131, 144),
        (255, 123, 114),
        (126, 231, 135),
        (255, 203, 107),
        (121, 192, 255),
        (210, 168, 255),
        (118, 227, 234),
        (230, 237, 243),
    ],
)
"""The colours of the player's screen, which is dark in both themes of the book."""

FAINT, READABLE_FAINT = "#81878d", "#9da5ad"
"""rich's shade of faint text in this theme, and one with enough contrast to be read."""

PATIENCE = 120.0
"""Seconds to wait for a text before the recording is given up."""

Frame = dict[str, object]


def tmux(*words: str) -> str:
    """Calls tmux on a server of its own."""
    return subprocess.run(
        ["tmux", "-L", "course-recording", *words], check=True, capture_output=True, text=True, cwd=ROOT
    ).stdout


def as_html(screen: str) -> str:
    """A screen with its colours, as HTML."""
    nowhere = io.StringIO()
    console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="truecolor")
    text = Text.from_ansi(screen.replace(f"{ROOT}/", "").rstrip("\n"))
    console.print(text, no_wrap=True, crop=True, end="")
    html = console.export_html(theme=THEME, inline_styles=True, code_format="{code}").strip("\n")
    return html.replace(FAINT, READABLE_FAINT)


class Recorder:
    """Takes frames while it waits."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self.frames: list[Frame] = []

    def _take(self) -> str:
        screen = tmux("capture-pane", "-p", "-e")
        html = as_html(screen)
        if not self.frames or self.frames[-1]["html"] != html:
            self.frames.append({"at": round(time.monotonic() - self._started, 2), "html": html})
        return tmux("capture-pane", "-p")

    def until(self, text: str) -> None:
        """Waits until the screen shows this."""
        deadline = time.monotonic() + PATIENCE
        while text not in self._take():
            if time.monotonic() > deadline:
                raise SystemExit(
                    f"the terminal never showed {text!r}; it shows:\n{tmux('capture-pane', '-p')}"
                )
            time.sleep(0.1)

    def pause(self, seconds: float) -> None:
        """Lets a reader read."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._take()
            time.sleep(0.1)


def record() -> list[Frame]:
    """The whole scene: unsolved, wrong, solved."""
    recorder = Recorder()
    stub = STUB.read_text(encoding="utf-8")
    wrong = SOLUTION.read_text(encoding="utf-8").replace("== 0.0", "<= 0.0")
    recorder.until("not yet")
    recorder.pause(2.5)
    FILE.write_text(wrong, encoding="utf-8")
    recorder.until("called")
    recorder.pause(4.0)
    tmux("send-keys", "h")
    recorder.pause(2.5)
    FILE.write_text(SOLUTION.read_text(encoding="utf-8"), encoding="utf-8")
    recorder.until("passed")
    recorder.pause(3.0)
    FILE.write_text(stub, encoding="utf-8")
    return recorder.frames


def main() -> None:
    """Records, and writes the frames."""
    before = FILE.read_bytes()
    FILE.write_bytes(STUB.read_bytes())
    tmux("new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), "cargo course watch 01.divide")
    try:
        frames = record()
    finally:
        tmux("kill-server")
        FILE.write_bytes(before)
    Path(sys.argv[1]).write_text(json.dumps(frames, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(frames)} frames, {frames[-1]['at']} s")


if __name__ == "__main__":
    main()
