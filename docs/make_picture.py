"""Makes the README's picture of the runner from what a terminal really showed.

    cargo xtask wrong show parallel_sum.wrapping > modules/02_parallel_sum/src/parallel_sum.rs
    script -qc "cargo course check 02.parallel_sum" /dev/null > screen.txt
    python docs/make_picture.py docs/src/images/runner.svg < screen.txt
    cargo course reset 02.parallel_sum

Needs `rich`, which is among shared/python/developer-requirements.txt.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

COMMAND = "$ cargo course check 02.parallel_sum"


def main() -> None:
    screen = sys.stdin.read().replace("\r\n", "\n")
    # The picture leaves out what a progress bar drew and took away again.
    screen = re.sub(r"^.*\r", "", screen, flags=re.MULTILINE)
    screen = re.sub(r"\x1b\[[0-9;]*[A-HJK]", "", screen)
    # The place of the checkout is nobody's business.
    screen = screen.replace(f"{Path.cwd()}/", "")
    console = Console(record=True, width=112, file=sys.stderr, force_terminal=True)
    console.print(Text(COMMAND, style="bold"))
    console.print(Text.from_ansi(screen.strip("\n")))
    svg = console.export_svg(title="cargo course")
    # Fonts from elsewhere would be fetched by everybody who looks; any monospaced one does.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = "\n".join(line.rstrip() for line in svg.splitlines() if line.strip())
    Path(sys.argv[1]).write_text(svg + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
