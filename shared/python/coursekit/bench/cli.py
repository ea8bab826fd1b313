"""The command line of every benchmark script."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ..expect import show_error
from .machine import this_machine
from .measure import measure
from .model import Case, Run
from .table import Style, case_lines, head_lines, to_json
from .versions import Versions

Cases = Callable[[Versions, float], Iterator[Case]]
"""Yields the cases at a scale; 1.0 is the documented size."""


def main(module: str, cases: Cases, arguments: Sequence[str] | None = None) -> None:
    """Runs a benchmark and ends the process: 0 all well, 1 a peer was wrong or failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(description=f"Benchmarks of {module}.")
    parser.add_argument("--yours", type=Path, metavar="FILE", help="your extension, built with --release")
    parser.add_argument("--solution", type=Path, metavar="FILE", help="the solution's extension")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the inputs, 1.0 as documented")
    parser.add_argument("--rounds", type=int, default=7, help="how often each peer is timed (default 7)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="record the figures here")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or not options.scale > 0.0:
        parser.error("--rounds and --scale must be above zero")
    versions = Versions(module, options.yours, options.solution)
    try:
        run = run_cases(module, cases, versions, options.scale, options.rounds)
    except KeyboardInterrupt:
        sys.exit(130)
    if options.json is not None:
        options.json.write_text(to_json(run), encoding="utf-8")
    sys.exit(1 if run.faults else 0)


def run_cases(module: str, cases: Cases, versions: Versions, scale: float, rounds: int) -> Run:
    """Measures case after case and prints each table as soon as it is there."""
    style = Style(sys.stdout)
    run = Run(
        module=module,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        scale=scale,
        rounds=rounds,
        machine=this_machine(["numpy"]),
        artifacts={who: str(path) for who, path in versions.paths.items() if path is not None},
    )
    print("\n".join(head_lines(run, style)), flush=True)
    source = cases(versions, scale)
    while True:
        try:
            case = next(source, None)
        except MemoryError:
            run.error = "the inputs do not fit into this machine's memory; try a smaller --scale"
            break
        except Exception as error:
            run.error = f"the inputs could not be made: {show_error(error)}"
            break
        if case is None:
            break
        run.machine.packages.update(this_machine(p.needs for p in case.peers if p.needs).packages)
        run.cases.append(measure(case, rounds, watch=_progress))
        _progress("")
        print("\n" + "\n".join(case_lines(run.cases[-1], style)), flush=True)
        del case  # Its inputs go before the next case makes its own.
    if run.error:
        print(style.plain(f"\nstopped: {run.error}"), flush=True)
    return run


def _progress(peer: str) -> None:
    """The peer at work, on a terminal only, wiped afterwards."""
    if sys.stderr.isatty() and sys.stdout.isatty():
        print(f"\r\x1b[K  … {peer}" if peer else "\r\x1b[K", end="", file=sys.stderr, flush=True)
