from __future__ import annotations

from typing import Any

import matrix_multiply
import numpy as np
import pytest
from coursekit import check, check_that, expect, likely, panicked
from coursekit.layouts import LAYOUTS, WRITABLE, laid_out, packed
from coursekit.turns import lets_another_thread_in
from hypothesis import given
from hypothesis import strategies as st
from numpy.lib.stride_tricks import as_strided, sliding_window_view

WRITES = "The caller's array must change: write through the view of `as_array_mut`."
PLACES = "Items belong together by their place in the array, not in memory: use views, not slices."
READ_ONLY = likely(
    (
        panicked,
        "`readwrite` panics for a read-only array. `try_readwrite` gives an Err: make a ValueError of it.",
    ),
    (TypeError, "`?` alone makes a TypeError of a BorrowError. Map it to a ValueError."),
    (ValueError, 'The text must say "read-only": `BorrowError::NotWriteable` has an arm of its own.'),
    otherwise="`try_readwrite` refuses a read-only array. Was it written to through a copy, or `unsafe`?",
)
BORROW = likely(
    (panicked, "`readonly` and `readwrite` panic. `try_readonly` and `try_readwrite` give an Err."),
    (TypeError, "`?` alone makes a TypeError of a BorrowError. Map it to a ValueError."),
    otherwise="Two borrows of one memory, one of them for writing, must be refused: borrow `out` by "
    "`try_readwrite`, and `a` by `try_readonly`, before you write.",
)
STRANGERS = (
    "numpy's borrow check knows only arrays with a common base:"
    " `layout::check_no_overlap` compares addresses."
)
REPEATED = "Items of this array share memory, so it cannot be a mutable view: `layout::check_distinct_items`."
SHAPES = likely(
    (panicked, "`Zip` panics if the shapes differ: compare them first."),
    otherwise=(
        '`+=` stretches an axis of length 1. Compare the shapes first: "Arrays must have the same shape".'
    ),
)


@st.composite
def arrays(draw: st.DrawFn, count: int) -> list[Any]:
    shape = tuple(draw(st.lists(st.integers(0, 4), max_size=4)))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    return [
        laid_out(np.asarray(rng.normal(size=shape)), draw(st.sampled_from(WRITABLE))) for _ in range(count)
    ]


def scaled(a: Any, factor: float) -> Any:
    expect(matrix_multiply.scale_in_place, a, factor).changes_arguments().returns(None)
    return a


def added(out: Any, a: Any) -> Any:
    expect(matrix_multiply.add_into, out, a).changes_arguments().returns(None)
    return out


def test_scales() -> None:
    check("a after scale_in_place(a, 2.0)", scaled(np.array([1.0, -2.0]), 2.0), np.array([2.0, -4.0]), WRITES)


def test_adds() -> None:
    out, a = np.array([1.0, 2.0]), np.array([10.0, 20.0])
    check("out after add_into(out, a)", added(out, a), np.array([11.0, 22.0]), WRITES)
    check("a after add_into(out, a)", a, np.array([10.0, 20.0]))


@given(arrays(1), st.floats(-10.0, 10.0))
def test_scaling_agrees_with_numpy(drawn: list[Any], factor: float) -> None:
    (a,) = drawn
    expected = np.asarray(a * factor)
    check(f"a after scale_in_place(a, {factor})", scaled(a, factor), expected, WRITES)


@given(arrays(2))
def test_adding_agrees_with_numpy(drawn: list[Any]) -> None:
    out, a = drawn
    expected = np.asarray(out + a)
    check("out after add_into(out, a)", added(out, a), expected, PLACES)


@pytest.mark.parametrize("part", [np.s_[::2], np.s_[::-3], np.s_[2:5], np.s_[7:7]])
def test_only_the_view_changes(part: slice) -> None:
    a = np.arange(10.0)
    expected = a.copy()
    expected[part] *= -1.0
    scaled(a[part], -1.0)
    check(f"a after scale_in_place(a[{part.start}:{part.stop}:{part.step}], -1.0)", a, expected, WRITES)


@pytest.mark.parametrize("layout", WRITABLE)
def test_any_two_layouts(layout: str) -> None:
    values = np.arange(60.0).reshape(3, 4, 5)
    out = laid_out(values, layout)
    for other in LAYOUTS:
        out[...] = values
        check(f"out ({layout}) plus a ({other})", added(out, laid_out(values, other)), values * 2, PLACES)


def test_reads_what_is_broadcast() -> None:
    out = np.zeros((2, 3))
    check("out", added(out, np.broadcast_to(1.5, (2, 3))), np.full((2, 3), 1.5))


def test_nan_and_infinity() -> None:
    check("a", scaled(np.array([np.nan, np.inf, 1.0]), 0.0), np.array([np.nan, np.nan, 0.0]))


def test_a_read_only_array() -> None:
    a = np.ones(3)
    a.flags.writeable = False
    expect(matrix_multiply.scale_in_place, a, 2.0).raises(ValueError, says="read-only", because=READ_ONLY)
    expect(matrix_multiply.add_into, a, np.ones(3)).raises(ValueError, says="read-only", because=READ_ONLY)
    check("the read-only array", a, np.ones(3))


@pytest.mark.parametrize(
    ("one", "other"),
    [((2, 3), (3, 2)), ((2, 3), (1, 3)), ((2, 3), (3,)), ((6,), (2, 3)), ((3,), ()), ((1,), (3,))],
)
def test_shapes_that_differ(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    out = np.zeros(one)
    expect(matrix_multiply.add_into, out, np.ones(other)).raises(
        ValueError, says="same shape", because=SHAPES
    )
    check("out after the error", out, np.zeros(one))


def test_an_array_into_itself() -> None:
    a = np.arange(4.0)
    expect(matrix_multiply.add_into, a, a).raises(ValueError, because=BORROW)
    check("a after the error", a, np.arange(4.0))


@pytest.mark.parametrize(
    ("out", "a"),
    [(np.s_[1:], np.s_[:-1]), (np.s_[:-1], np.s_[1:]), (np.s_[::-1], np.s_[:]), (np.s_[::2], np.s_[:5])],
)
def test_overlapping_views(out: slice, a: slice) -> None:
    base = np.arange(10.0)
    expect(matrix_multiply.add_into, base[out], base[a]).raises(ValueError, because=BORROW)
    check("the array after the error", base, np.arange(10.0))


def test_views_that_are_apart() -> None:
    base = np.arange(8.0)
    check("base[:4] plus base[4:]", added(base[:4], base[4:]), np.array([4.0, 6.0, 8.0, 10.0]))
    base = np.arange(8.0)
    check("base[::2] plus base[1::2]", added(base[::2], base[1::2]), np.array([1.0, 5.0, 9.0, 13.0]))


@pytest.mark.parametrize(
    ("out", "a"),
    [
        (np.s_[1:], np.s_[:-1]),
        (np.s_[:-1], np.s_[1:]),
        (np.s_[:], np.s_[:]),
        (np.s_[1:3], np.s_[:2]),
        (np.s_[5:0:-1], np.s_[:5]),
        (np.s_[::3], np.s_[6:]),
    ],
)
def test_two_arrays_over_one_buffer(out: slice, a: slice) -> None:
    buffer = bytearray(np.arange(10.0).tobytes())
    one, other = np.frombuffer(buffer)[out], np.frombuffer(buffer)[a]
    expect(matrix_multiply.add_into, one, other).raises(ValueError, because=STRANGERS)
    check("the buffer after the error", np.frombuffer(buffer), np.arange(10.0))


def test_items_that_share_memory() -> None:
    base = np.arange(6.0)
    repeated = as_strided(base, shape=(3, 2), strides=(0, 8))
    windows = sliding_window_view(base, 3, writeable=True)
    for array in (repeated, windows, as_strided(base, shape=(4,), strides=(0,))):
        expect(matrix_multiply.scale_in_place, array, 2.0).raises(ValueError, because=REPEATED)
        expect(matrix_multiply.add_into, array, np.ones(array.shape)).raises(ValueError, because=REPEATED)
    check("the array after the errors", base, np.arange(6.0))


@pytest.mark.soft
def test_borrows_end_with_the_call() -> None:
    a = np.ones(2)
    expect(matrix_multiply.add_into, a, a).raises(ValueError, because=BORROW)
    check("a, scaled after the error", scaled(a, 3.0), np.full(2, 3.0), "A borrow must end with its call.")


@pytest.mark.parametrize("dtype", ["float32", "int64", "object"])
def test_another_dtype(dtype: str) -> None:
    other = np.ones(2, dtype=dtype)
    expect(matrix_multiply.scale_in_place, other, 2.0).raises(TypeError)
    expect(matrix_multiply.add_into, other, np.ones(2)).raises(TypeError)
    expect(matrix_multiply.add_into, np.ones(2), other).raises(TypeError)


def test_a_list() -> None:
    expect(matrix_multiply.scale_in_place, [1.0, 2.0], 2.0).raises(TypeError)


def test_a_field_of_a_packed_record() -> None:
    because = "`as_array` would look at the wrong places: `layout::check_aligned` for each array."
    field = packed([1.0, 2.0, 3.0])
    expect(matrix_multiply.scale_in_place, field, 2.0).raises(ValueError, says="aligned", because=because)
    expect(matrix_multiply.add_into, field, np.ones(3)).raises(ValueError, says="aligned", because=because)
    expect(matrix_multiply.add_into, np.ones(3), field).raises(ValueError, says="aligned", because=because)
    check("the field after the errors", np.array(field), np.array([1.0, 2.0, 3.0]))


@pytest.mark.soft
@pytest.mark.parametrize("name", ["scale_in_place", "add_into"])
def test_other_threads_run_meanwhile(name: str) -> None:
    a, b = np.ones(1_000_000), np.ones(1_000_000)
    arguments: tuple[object, object] = (a, 1.0) if name == "scale_in_place" else (a, b)
    function = getattr(matrix_multiply, name)
    expect(function, *arguments).changes_arguments().described(f"{name} of a million items").returns(None)
    check_that(
        lets_another_thread_in(function, *arguments),
        f"another thread's turns while {name} ran",
        "none",
        "at least one",
        "The array was changed attached to the interpreter: wrap the loop in `py.detach(|| …)`.",
    )
