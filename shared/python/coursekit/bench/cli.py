"""The command line of every benchmark script."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from ..expect import show_error
from . import chart, load, memory, used
from .machine import this_machine
from .measure import measure
from .model import Case, Measurement, Run
from .record import to_json
from .table import Style, case_lines, fault_lines, head_lines, note_lines, used_lines
from .versions import Versions

Cases = Callable[[Versions, float], Iterator[Case]]
"""Yields the cases at a scale; 1.0 is the documented size."""

BUILT_PEERS = Path(__file__).resolve().parents[4] / "target" / "peers"
"""The folder of the peers that are compiled here: see benchmarks/peers."""

SMALLEST_SHARE = 1 / 64
"""The smallest scale to which a run shrinks if memory runs out, before it gives up."""


def main(
    module: str, cases: Cases, arguments: Sequence[str] | None = None, *, gigabytes: float = 0.0
) -> None:
    """Runs a benchmark and ends the process: 0 all well, 1 a peer was wrong or failed, 2 wrong usage.

    `gigabytes` is the memory that the largest case needs at scale 1, with all its peers. If less is free,
    a smaller scale is taken, and that is said.
    """
    parser = argparse.ArgumentParser(description=f"Benchmarks of {module}.")
    for option, what in (
        ("--yours", "your extension, built with --release"),
        ("--solution", "the solution's extension"),
        ("--textbook", "the extension of benchmarks/peers/textbook"),
        ("--limits", "the extension of benchmarks/peers/limits"),
    ):
        parser.add_argument(option, type=Path, metavar="FILE", help=what)
    parser.add_argument("--scale", type=float, default=1.0, help="size of the inputs, 1.0 as documented")
    parser.add_argument("--rounds", type=int, default=7, help="how often each peer is timed (default 7)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only cases with this in their title")
    parser.add_argument("--json", type=Path, metavar="FILE", help="record the figures here")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the figures here, as SVG")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or not options.scale > 0.0:
        parser.error("--rounds and --scale must be above zero")
    sys.path.append(str(BUILT_PEERS))
    versions = Versions(module, options.yours, options.solution, options.textbook, options.limits)
    run = Run(
        module=module,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        scale=memory.fitting_scale(options.scale, gigabytes, memory.free_memory()),
        rounds=options.rounds,
        machine=this_machine(["numpy"]),
        artifacts={who: str(path) for who, path in versions.paths.items() if path is not None},
    )
    if run.scale < options.scale:
        run.notes.append(
            f"scaled down from {options.scale:g} to {run.scale:g}: that fits into this machine's free memory"
        )
    try:
        run_cases(run, cases, versions, options.only)
    except KeyboardInterrupt:
        sys.exit(130)
    if options.json is not None:
        options.json.write_text(to_json(run), encoding="utf-8")
    if options.plot is not None:
        options.plot.write_text(chart.svg(run), encoding="utf-8")
    sys.exit(1 if run.faults else 0)


def run_cases(run: Run, cases: Cases, versions: Versions, only: str = "") -> None:
    """Measures case after case and prints each table as soon as it is there."""
    style = Style(sys.stdout)
    print("\n".join([*head_lines(run, style), *note_lines(run.notes, style)]), flush=True)

    def compared(measurements: list[Measurement]) -> None:
        _progress("")
        for line in fault_lines(measurements, style):
            print(style.paint(line, "31"), flush=True)

    others, clock, swap = load.OtherPrograms(), load.ProcessorClock(), load.Memory()

    def watch(peer: str) -> None:
        clock.tick()
        _progress(peer)

    for case, at in _each_case(run, cases, versions, style):
        if only not in case.title:
            continue
        run.machine.packages.update(this_machine(p.needs for p in case.peers if p.needs).packages)
        print(flush=True)
        result = measure(case, run.rounds, watch=watch, compared=compared)
        result.scale = at
        run.used = used.used(versions.limits)
        for each in result.measurements:
            each.below = used.below(run.used, each.needs or str(each.role))
        run.cases.append(result)
        _progress("")
        print("\n".join(case_lines(result, style)), flush=True)
        del case  # Its inputs go before the next case makes its own.
    run.others = others.cores()
    if run.rounds > 1:
        under = load.Conditions(
            run.others, clock.spread, swap.swapped(), load.allowed_share(), run.machine.cores
        )
        for note in load.notes(run.cases, under):
            _note(run, note, style)
    print("\n".join(used_lines(run, style)), flush=True)
    if run.error:
        print(style.plain(f"\nstopped: {run.error}"), flush=True)


def _each_case(run: Run, cases: Cases, versions: Versions, style: Style) -> Iterator[tuple[Case, float]]:
    """The cases with their scales. If memory does not suffice, the rest is done at half the size."""
    scale = run.scale
    source: Iterator[Case] = cases(versions, scale)
    while True:
        try:
            case = next(source, None)
        except MemoryError:
            gc.collect()
            scale /= 2
            if scale < run.scale * SMALLEST_SHARE:
                run.error = "the inputs do not fit into this machine's memory; try a smaller --scale"
                return
            _note(run, f"the inputs did not fit into memory: going on at scale {scale:g}", style)
            source = islice(cases(versions, scale), len(run.cases), None)
            continue
        except Exception as error:
            run.error = f"the cases could not be made: {show_error(error)}"
            return
        if case is None:
            return
        yield case, scale
        del case


def _note(run: Run, note: str, style: Style) -> None:
    run.notes.append(note)
    print("\n".join(note_lines([note], style)), flush=True)


def _progress(peer: str) -> None:
    """The peer at work, on a terminal only, wiped afterwards."""
    if sys.stderr.isatty() and sys.stdout.isatty():
        print(f"\r\x1b[K  … {peer}" if peer else "\r\x1b[K", end="", file=sys.stderr, flush=True)
