"""Feeds the oracle's decoder with random and mutated frames, and uses what comes out as tests and reports do.

    python shared/python/tests/fuzz_codec.py --frames 1000000 [--seed 1] [--jobs 2]

Nothing may escape but `BadFrame`: no crash, no other exception, no frame that takes more than a second, no
more memory than `MOST_TIMES` the frame's size. No text that is shown may hold bytes that were not in the
frame: the decoder's own memory is filled with a canary beforehand. The last line says how many frames were
tried and how many of them had a value. `test_fuzz_codec.py` runs some thousand of them.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import pickle
import random
import sys
import time
import traceback
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from coursekit.compare import same
from coursekit.show import show, show_error
from grader.codec.decoder import Decoder
from grader.codec.encoder import Encoder
from grader.codec.exceptions import STANDARD_NAMES
from grader.codec.side import NotPlainData, Side
from grader.stand_ins.session import Session
from grader.transport import frames
from grader.transport.frames import BadFrame, Message

MOST_TIMES = 64
"""Bytes of the oracle's memory for each byte of a frame, at most; an empty JSON list is the dearest."""

MOST_MORE = 1 << 20
"""Bytes on top, whatever the size: a class of the submission's is made once."""

MOST_SECONDS = 1.0

MOST_PROCESS_MEMORY = 512 << 20
"""Bytes of a process that fuzzes. The frames here have some hundred bytes."""

CANARY = b"CANARY-OF-THE-ORACLE"


class Silent:
    """A channel whose other end answers every request with None."""

    generation = 1

    def ask(self, message: Message) -> Message:
        """The same answer, always."""
        return Message({"result": None})


class Example:
    """As the worker encodes its own objects: all of one class."""

    largest_array, trusts_other = 1 << 62, True

    def export(self, value: Any) -> Any:
        """A handle with a class."""
        if isinstance(value, type):
            return {
                "handle": 5,
                "kind": "class",
                "name": "Own",
                "module": "m",
                "doc": None,
                "bases": [],
                "exception": "ValueError",
                "specials": ["__eq__", "__iter__", "__len__"],
                "hashable": True,
                "abcs": [],
            }
        own = {
            "handle": 6,
            "kind": "class",
            "name": "C",
            "module": "m",
            "doc": "x",
            "bases": [],
            "specials": ["__len__"],
            "hashable": True,
            "abcs": ["Sequence"],
        }
        return {"handle": 7, "kind": "instance", "class": own}

    def foreign_name(self, value: Any) -> Any:
        """Nothing came from the oracle."""
        return None

    def exception_handle(self, error: BaseException) -> int:
        """Any."""
        return 8


def examples() -> list[tuple[Any, list[bytes]]]:
    """Honest forms: what mutations start from."""
    rows = np.arange(24.0).reshape(4, 6)
    record = np.zeros(3, dtype=[("a", "<i4"), ("b", "?"), ("c", "<U3"), ("d", "<f8", (2,))])
    wrong = UnicodeDecodeError("utf-8", b"abc", 1, 2, "no")
    chained = ValueError("x", 1)
    chained.add_note("a note")
    chained.__cause__ = KeyError("k")

    class Own(ValueError):
        pass

    values: list[Any] = [
        None,
        True,
        5,
        1 << 70,
        -0.0,
        1j,
        "text",
        "\ud800",
        "x" * 2000,
        b"bytes",
        bytearray(b"x"),
        [1, 2.0],
        list(range(9)),
        (1,),
        {1, 2},
        frozenset("ab"),
        {"a": [1], 2: None},
        slice(1, None, 2),
        range(5),
        Decimal("1.5E+3"),
        Fraction(1, 3),
        Path("a/b"),
        Ellipsis,
        rows,
        rows[::2, ::-1],
        rows.T,
        np.broadcast_to(rows[0, 0], (3, 2)),
        rows[:0],
        record,
        record["a"],
        np.array([True, False]),
        np.array(["ab", "c"]),
        np.array(["2020-01-01"], "M8[D]"),
        np.array([1, "x", None], dtype=object),
        np.float32(1.5),
        np.datetime64("2020", "Y"),
        [rows[0], rows[1:], rows[0]],
        np.frombuffer(bytes(33), "<f8", 4, 1),
        wrong,
        chained,
        OSError(2, "no", "f"),
        SyntaxError("no", ("f", 1, 2, "text", 1, 3)),
        ImportError("no", name="m", path="p"),
        StopIteration(5),
        SystemExit(3),
        ExceptionGroup("g", [ValueError(1), TypeError(2)]),
        AttributeError("a", name="n"),
        NameError("n", name="x"),
        Own("own"),
        object(),
    ]
    made = []
    for value in values:
        encoder = Encoder(cast(Side, Example()))
        form = encoder.value(value)
        encoder.finish()
        made.append((json.loads(json.dumps(form)), encoder.blobs))
    return made


ODD: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2,
    7,
    8,
    63,
    64,
    65,
    255,
    1 << 20,
    1 << 31,
    (1 << 31) - 1,
    -(1 << 31),
    1 << 32,
    1 << 62,
    (1 << 63) - 1,
    -(1 << 63),
    1 << 64,
    10**18,
    -(10**15),
    10**400,
    "",
    "a",
    "\0",
    "\ud800",
    "O",
    "|O8",
    "<f8",
    "<f16",
    "|b1",
    "|S0",
    "|V9",
    "<U1",
    "<M8[ns]",
    "<M8[25us]",
    "<m8",
    "<i8,<i8",
    "f" * 300,
    "1e999999999",
    "sNaN",
    "NaN123",
    "7ff8000000000001",
    "__class__",
    "args",
    "with_traceback",
    "start",
    "Exception",
    "UnicodeDecodeError",
    "BaseExceptionGroup",
    "eval",
    [],
    {},
    [[]],
    [0],
    [1, 2, 3],
    [-8],
    [1 << 62],
    [0] * 40,
    {"f": "7ff0000000000001"},
    {"i": "f" * 400},
    {"l": []},
    {"t": [1]},
    {"e": [{"l": []}]},
    {"y": 0},
    {"o": {"handle": 3, "kind": "callable"}},
    {"o": {"builtin": "type"}},
    {"o": {"builtin": "bytearray"}},
    {"b": 0},
    {"s": 0},
    {"D": "1e9999999"},
    {"F": [1, 0]},
    {"r": [0, 1, 0]},
    {"S": [1]},
    {"P": "\0"},
    {"k": "Other"},
]
TAGS = [*"ifcsubBlLtezdSrDFPkaAnxoy", "?"]
ATTRIBUTES = [
    "start",
    "end",
    "object",
    "encoding",
    "reason",
    "errno",
    "strerror",
    "filename",
    "filename2",
    "lineno",
    "offset",
    "text",
    "msg",
    "end_lineno",
    "end_offset",
    "name",
    "path",
    "name_from",
    "obj",
    "value",
    "code",
    "print_file_and_line",
    "exceptions",
    "message",
    "characters_written",
]


def paths(form: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a form."""
    yield path
    parts: Any = form.items() if isinstance(form, dict) else enumerate(form) if isinstance(form, list) else ()
    for key, part in parts:
        yield from paths(part, (*path, key))


def mutated(  # noqa: PLR0912  (one for each kind of change)
    draw: random.Random, form: Any, blobs: list[bytes], others: list[Any]
) -> tuple[Any, list[bytes]]:
    """The same with a few places changed."""
    form, blobs = copy.deepcopy(form), list(blobs)

    def one_of(choices: list[Any]) -> Any:
        return copy.deepcopy(draw.choice(choices))

    for _ in range(draw.randint(1, 4)):
        place = draw.choice(list(paths(form)))
        if not place or draw.random() < 0.02:
            form = draw.choice([form, [form], {draw.choice(TAGS): form}, one_of(others)])
            continue
        holder = form
        for key in place[:-1]:
            holder = holder[key]
        key, old = place[-1], holder[place[-1]]
        match draw.randint(0, 7):
            case 0 | 1:
                holder[key] = one_of(ODD)
            case 2 if type(old) is int:
                holder[key] = old + draw.choice([-1, 1, 8, -8, 64, 1 << 30, -old * 2])
            case 3:
                holder[key] = one_of(others)
            case 4 if isinstance(holder, dict):
                del holder[key]
            case 5 if isinstance(old, list):
                old.extend(copy.deepcopy(old)[: draw.randint(0, 8)])
            case 6 if isinstance(old, dict) and "attributes" in old:
                old["attributes"] = {draw.choice(ATTRIBUTES): one_of([*ODD, *others]) for _ in range(5)}
                old["class"] = draw.choice(STANDARD_NAMES)
            case 7 if isinstance(holder, dict) and len(holder) == 1:
                holder[draw.choice(TAGS)] = holder.pop(key)
            case _:
                holder[key] = draw.choice([old, [old], {draw.choice(TAGS): old}])
    if blobs and draw.random() < 0.3:
        index = draw.randrange(len(blobs))
        blob = bytearray(blobs[index])
        for _ in range(draw.randint(1, 8)):
            if blob:
                blob[draw.randrange(len(blob))] = draw.randrange(256)
        blobs[index] = bytes(blob[: draw.randint(0, len(blob))] if draw.random() < 0.3 else blob)
    return form, blobs


def random_form(draw: random.Random, depth: int = 0) -> Any:
    """Anything that has the look of a form."""
    if depth > 4 or draw.random() < 0.3:
        return copy.deepcopy(draw.choice(ODD))
    if draw.random() < 0.6:
        return {draw.choice(TAGS): random_form(draw, depth + 1)}
    return [random_form(draw, depth + 1) for _ in range(draw.randint(0, 4))]


def frames_of(seed: int, count: int) -> Iterator[tuple[Any, list[bytes]]]:
    """So many forms with their byte strings."""
    draw, honest = random.Random(seed), examples()
    others = [form for form, _ in honest]
    for _ in range(count):
        if draw.random() < 0.1:
            yield random_form(draw), [draw.randbytes(draw.randint(0, 40)) for _ in range(draw.randint(0, 2))]
        else:
            form, blobs = draw.choice(honest)
            yield mutated(draw, form, blobs, others)


def use(value: Any) -> str:
    """Does with a value what tests and reports do; returns the text that they would show of it."""
    shown = [show(value)]
    for doing in (repr, str, hash, bool, len, list, copy.deepcopy):
        try:
            shown.append(str(doing(value))[:10_000])
        except MemoryError:
            raise
        except Exception as error:
            shown.append(show_error(error))
    same(value, value)
    same(value, [value])
    same(value, copy.copy(value) if type(value) in (list, dict, tuple) else 5)
    if isinstance(value, BaseException):
        shown.append(show_error(value))
        shown += traceback.format_exception(value)
        for name in ATTRIBUTES:
            shown.append(show(getattr(value, name, None)))
        pickle_of_plain(value)
    if isinstance(value, np.ndarray):
        shown.append(repr(value.tolist())[:10_000])
        value.copy()
        if value.size and value.dtype.kind == "b":
            shown.append(repr(value[value]))
    return "\n".join(shown)


def pickle_of_plain(error: BaseException) -> None:
    """Its own arguments may refuse it."""
    try:
        pickle.dumps(error.args)
    except Exception:
        return


def try_out(session: Session, form: Any, blobs: list[bytes]) -> bool:
    """Decodes and uses one frame; whether it had a value."""
    text = json.dumps({"sizes": [len(blob) for blob in blobs], "result": form}, ensure_ascii=True).encode()
    began = time.process_time()
    try:
        message = frames.parsed(text, b"".join(blobs))
        value = Decoder(session, message.blobs).value(message.body["result"])
    except (BadFrame, NotPlainData) as refusal:
        if "memory" in str(refusal):
            raise
        return False
    shown = use(value)
    if CANARY.decode() in shown or CANARY.hex() in shown:
        raise AssertionError(f"the oracle's memory was shown by {text[:500]!r}")
    took = time.process_time() - began
    if took > MOST_SECONDS:
        raise AssertionError(f"{took:.1f} s for {text[:500]!r}")
    return True


def memory_of(form: Any, blobs: list[bytes]) -> tuple[int, int]:
    """The size of a frame, and the most memory that decoding it took."""
    session = Session("m", "m.so", {}, Silent())
    text = json.dumps({"sizes": [len(blob) for blob in blobs], "result": form}).encode()
    data = b"".join(blobs)
    tracemalloc.start()
    try:
        message = frames.parsed(text, data)
        value = Decoder(session, message.blobs).value(message.body["result"])
        del value
    except (BadFrame, NotPlainData):
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return len(text) + len(data), peak


def fill_memory() -> None:
    """Leaves a canary in what will be handed out as new memory."""
    held: list[Any] = [CANARY * count for count in range(1, 400) for _ in range(4)]
    held += [np.frombuffer(CANARY * 50, dtype=np.uint8).copy() for _ in range(200)]
    del held


def run(seed: int, count: int) -> tuple[int, int]:
    """Tries so many; how many had a value."""
    had_value = 0
    session = Session("m", "m.so", {}, Silent())
    for number, (form, blobs) in enumerate(frames_of(seed, count)):
        if number % 500 == 0:
            session = Session("m", "m.so", {}, Silent())
            fill_memory()
        try:
            had_value += try_out(session, form, blobs)
        except BaseException as error:
            raise AssertionError(
                f"seed {seed}, frame {number}: {show_error(error)}\n{str(form)[:2000]}\n{blobs!r:.2000}"
            ) from error
    return count, had_value


def limit_memory() -> None:
    """A frame that takes too much shall be found by it, and not take the machine along."""
    if sys.platform == "linux":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_PROCESS_MEMORY, hard))


def main() -> None:
    """The long run, by hand."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    pieces = max(1, options.frames // 10_000)
    seeds = range(options.seed, options.seed + pieces)
    tried = had_value = 0
    with ProcessPoolExecutor(options.jobs, initializer=limit_memory) as pool:
        for count, values in pool.map(run, seeds, [options.frames // pieces] * pieces):
            tried, had_value = tried + count, had_value + values
            print(f"{tried} frames, {had_value} with a value", flush=True)


if __name__ == "__main__":
    main()
