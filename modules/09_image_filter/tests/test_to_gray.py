from __future__ import annotations

from typing import Any

import image_filter
import numpy as np
import pytest
from coursekit import check, check_that, expect
from coursekit.turns import lets_another_thread_in
from hypothesis import given
from hypothesis import strategies as st

WRAPS = "299 · 255 does not fit in a u8, where arithmetic wraps round: convert each channel to u32 first."
HALF = "Rounded half up: in thousandths, add 500 before you divide by 1000."
PLACES = "Go through the view: the bytes of a strided picture do not lie side by side."
SHAPE = "Check the shape yourself, and put it into the message with {:?}."
DTYPE = "`picture::uint8` says what was given."

LAYOUTS = ["C", "Fortran", "every second", "backwards", "read-only"]


def laid_out(values: Any, layout: str) -> Any:
    """The same values at other places in memory."""
    values = np.asarray(values)
    if layout == "Fortran":
        return np.array(values, order="F")
    if layout == "every second":
        view: Any = np.full([2 * length for length in values.shape], 99, dtype=values.dtype)
        every_second: Any = (..., *[slice(None, None, 2)] * values.ndim)
        view = view[every_second]
        view[...] = values
        return view
    backwards: Any = (..., *[slice(None, None, -1)] * values.ndim)
    array = np.array(values[backwards], order="C")[backwards] if layout == "backwards" else values.copy()
    array.flags.writeable = layout != "read-only"
    return array


def reference(img: Any) -> Any:
    """In integers, which are exact."""
    red, green, blue = np.moveaxis(img.astype(np.int64), -1, 0)
    return ((299 * red + 587 * green + 114 * blue + 500) // 1000).astype(np.uint8)


def drawn(rng: np.random.Generator, *shape: int) -> Any:
    return rng.integers(0, 256, shape).astype(np.uint8)


@st.composite
def pictures(draw: st.DrawFn) -> Any:
    height, width = draw(st.integers(0, 7)), draw(st.integers(0, 7))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    return laid_out(rng.integers(0, 256, (height, width, 3)).astype(np.uint8), draw(st.sampled_from(LAYOUTS)))


@pytest.mark.parametrize(
    ("pixel", "expected"),
    [((0, 0, 0), 0), ((255, 255, 255), 255), ((255, 0, 0), 76), ((0, 255, 0), 150), ((0, 0, 255), 29)],
)
def test_one_pixel(pixel: tuple[int, int, int], expected: int, rng: np.random.Generator) -> None:
    img = np.array([[pixel]], dtype=np.uint8)
    expect(image_filter.to_gray, img).returns(
        np.array([[expected]], dtype=np.uint8), because=f"{WRAPS} {HALF}"
    )
    img = np.concatenate([drawn(rng, 1, 3, 3), img], axis=1)
    expect(image_filter.to_gray, img).returns(reference(img), because=f"{WRAPS} {HALF}")


def test_rounding(rng: np.random.Generator) -> None:
    # 114 · 250 = 28500 thousandths, exactly a half; one less and one more beside it.
    img = np.array([[[0, 0, 250], [0, 0, 249], [1, 0, 250]]], dtype=np.uint8)
    expect(image_filter.to_gray, img).returns(np.array([[29, 28, 29]], dtype=np.uint8), because=HALF)
    # And others that are a half: of so many, one in a thousand.
    many = drawn(rng, 200_000, 3)
    img = many[many.astype(np.int64) @ [299, 587, 114] % 1000 == 500][None]
    expect(image_filter.to_gray, img).returns(reference(img), because=HALF)


@given(pictures())
def test_agrees_with_integers(img: Any) -> None:
    expect(image_filter.to_gray, img).returns(reference(img), because=f"{HALF} {PLACES}")


def test_many_colours(rng: np.random.Generator) -> None:
    img = drawn(rng, 150, 210, 3)
    expect(image_filter.to_gray, img).returns(reference(img), because=HALF)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout(layout: str, rng: np.random.Generator) -> None:
    values = drawn(rng, 5, 4, 3)
    expect(image_filter.to_gray, laid_out(values, layout)).returns(reference(values), because=PLACES)


def test_bgr_turned_round(rng: np.random.Generator) -> None:
    values = drawn(rng, 5, 4, 3)
    expect(image_filter.to_gray, values[..., ::-1]).returns(reference(values[..., ::-1]), because=PLACES)


def test_the_picture_stays_as_it_was(rng: np.random.Generator) -> None:
    img = drawn(rng, 4, 5, 3)
    before = img.copy()
    expect(image_filter.to_gray, img).returns(reference(before), because=HALF)
    check("img after to_gray(img)", img, before)


@pytest.mark.parametrize("shape", [(0, 0, 3), (0, 5, 3), (5, 0, 3)])
def test_no_pixels(shape: tuple[int, ...], rng: np.random.Generator) -> None:
    expect(image_filter.to_gray, np.zeros(shape, dtype=np.uint8)).returns(np.zeros(shape[:2], dtype=np.uint8))
    img = drawn(rng, 4, 5, 3)
    expect(image_filter.to_gray, img).returns(reference(img), because=HALF)


@pytest.mark.parametrize(
    "shape", [(), (3,), (4, 5), (4, 3), (4, 5, 4), (4, 5, 1), (4, 5, 0), (3, 4, 5), (2, 4, 5, 3)]
)
def test_another_shape(shape: tuple[int, ...]) -> None:
    expect(image_filter.to_gray, np.zeros(shape, dtype=np.uint8)).raises(
        ValueError, says=("[" + ", ".join(map(str, shape)) + "]",), because=SHAPE
    )


@pytest.mark.parametrize("dtype", ["float64", "float32", "int8", "uint16", "int64", "bool"])
def test_another_dtype(dtype: str) -> None:
    expect(image_filter.to_gray, np.zeros((2, 2, 3), dtype=dtype)).raises(
        TypeError, says=dtype, because=DTYPE
    )


@pytest.mark.parametrize("img", [[[[1, 2, 3]]], None, 5, "portrait.jpg", b"abc"])
def test_no_array(img: object) -> None:
    expect(image_filter.to_gray, img).raises(TypeError, says=type(img).__name__, because=DTYPE)


@pytest.mark.soft
def test_a_picture_that_cannot_be_had() -> None:
    huge = np.broadcast_to(np.zeros(3, dtype=np.uint8), (2**30, 2**30, 3))
    expect(image_filter.to_gray, huge).described("to_gray(a picture of 2**30 x 2**30 pixels)").raises(
        MemoryError,
        because="`Picture::black` asks for the memory and reports an error; `vec!` ends the process.",
    )


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    img = np.broadcast_to(np.full(3, 7, dtype=np.uint8), (2000, 2000, 3))
    expect(image_filter.to_gray, img[:2, :2]).value()
    expect(image_filter.to_gray, img).described("to_gray(2000 x 2000 pixels)").value()
    check_that(
        lets_another_thread_in(image_filter.to_gray, img),
        "what another thread got while to_gray ran",
        "none",
        "a turn",
        "The work ran attached to the interpreter: wrap it in `py.detach(|| …)`.",
    )
