"""The oracle's decoder, fed with nonsense: some thousand of what `fuzz_codec.py` tries by the million."""

from __future__ import annotations

import importlib.util
import os
import random
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

spec = importlib.util.spec_from_file_location("fuzz_codec", Path(__file__).with_name("fuzz_codec.py"))
assert spec is not None
assert spec.loader is not None
fuzz: ModuleType = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fuzz)


@pytest.mark.parametrize("seed", range(4))
def test_random_and_mutated_frames_do_no_harm(seed: int) -> None:
    # Its own seeds in each run: what was found once is a test of its own.
    tried, had_value = fuzz.run(random.randrange(1 << 30) if seed else 0, 1_000)
    assert tried == 1_000
    assert had_value > 50, "nearly all were refused: the mutations go too far"


def nested(count: int) -> Any:
    form: Any = {"l": []}
    for _ in range(count):
        form = {"l": [form]}
    return form


ZERO_STRIDES = {
    "dtype": "<f8",
    "shape": [1 << 22],
    "strides": [0],
    "offset": 0,
    "align": 0,
    "buffer": 0,
    "writeable": True,
}
DEAR: dict[str, tuple[Any, list[bytes]]] = {
    "empty lists": ({"l": [{"l": []} for _ in range(50_000)]}, []),
    "JSON within JSON": ([[[]] for _ in range(100_000)], []),
    "objects with a key": ([{"": 1} for _ in range(100_000)], []),
    "small integers": ({"L": ["q", 0]}, [os.urandom(800_000)]),
    "floats": ({"L": ["d", 0]}, [os.urandom(800_000)]),
    "deep": (nested(50), []),
    "dicts": ({"d": [[n, {"d": []}] for n in range(50_000)]}, []),
    "text": ({"s": 0}, [b"\x41\0\0\0" * 100_000]),
    "classes": (
        {
            "l": [
                {"o": {"handle": n, "kind": "class", "name": "C", "bases": [], "specials": []}}
                for n in range(3, 3_000)
            ]
        },
        [],
    ),
    "arrays that seem endless": (
        {"l": [{"a": {**ZERO_STRIDES, "number": n}} for n in range(1_000)]},
        [bytes(8)],
    ),
    "a large array": (
        {"a": {**ZERO_STRIDES, "shape": [100_000], "strides": [8], "number": 0}},
        [bytes(800_000)],
    ),
    "overlapping items": (
        {"a": {**ZERO_STRIDES, "shape": [100_000], "strides": [3], "number": 0}},
        [bytes(300_008)],
    ),
    "exceptions": (
        {
            "l": [
                {"x": {"class": "ValueError", "args": [], "attributes": {}, "notes": []}}
                for _ in range(10_000)
            ]
        },
        [],
    ),
}


@pytest.mark.skipif(sys.platform != "linux", reason="the figures are for one platform")
@pytest.mark.parametrize("what", DEAR)
def test_a_frame_takes_no_more_than_a_multiple_of_its_size(what: str) -> None:
    size, peak = fuzz.memory_of(*DEAR[what])
    assert peak <= fuzz.MOST_TIMES * size + fuzz.MOST_MORE, f"{peak / size:.0f} times {size} bytes"
