from __future__ import annotations

import io
from importlib import import_module
from pathlib import Path
from typing import Any

import image_filter
import numpy as np
import pytest
from coursekit import check, expect
from hypothesis import given
from hypothesis import strategies as st

PORTRAIT = Path(__file__).resolve().parents[1] / "data" / "portrait.jpg"

WRAPS = "Differences of bytes do not fit in a byte, nor their squares in an i16: i16, then i32."
SATURATES = "A gradient longer than 255 is 255: cast the float, `as u8` saturates."
ROUNDS = "The length is rounded to the nearest integer, not cut off."
BORDER = "At the border the picture is reflected: outside of the first row lies the first row again."
GRAY = "A colour picture is made grey first, as by `to_gray`; not its channels one by one."
PLACES = "Every pixel counts where it is: go through the view, or copy it first."

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


def grey(img: Any) -> Any:
    if img.ndim == 2:
        return img.astype(np.int64)
    red, green, blue = np.moveaxis(img.astype(np.int64), -1, 0)
    return (299 * red + 587 * green + 114 * blue + 500) // 1000


def reference(img: Any) -> Any:
    """Sums of shifted copies of a padded picture, in integers."""
    if img.shape[0] == 0 or img.shape[1] == 0:
        return np.zeros(img.shape[:2], dtype=np.uint8)
    p = np.pad(grey(img), 1, mode="symmetric")
    across = (p[:-2, 2:] - p[:-2, :-2]) + 2 * (p[1:-1, 2:] - p[1:-1, :-2]) + (p[2:, 2:] - p[2:, :-2])
    down = (p[2:, :-2] - p[:-2, :-2]) + 2 * (p[2:, 1:-1] - p[:-2, 1:-1]) + (p[2:, 2:] - p[:-2, 2:])
    return np.minimum(np.floor(np.hypot(across, down) + 0.5), 255).astype(np.uint8)


def drawn(rng: np.random.Generator, *shape: int, contrast: int = 60) -> Any:
    return rng.integers(0, contrast, shape).astype(np.uint8)


def check_finds(rng: np.random.Generator) -> None:
    """A function that never finds an edge must not pass, so also a picture that has some."""
    img = drawn(rng, 3, 4)
    expect(image_filter.edges, img).returns(reference(img), because=BORDER)


@st.composite
def pictures(draw: st.DrawFn) -> Any:
    shape = [draw(st.integers(0, 8)), draw(st.integers(0, 8))] + [3] * draw(st.integers(0, 1))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    contrast = draw(st.sampled_from([3, 60, 256]))
    values = rng.integers(0, contrast, shape).astype(np.uint8)
    return laid_out(values, draw(st.sampled_from(LAYOUTS)))


def test_a_step(rng: np.random.Generator) -> None:
    img = np.zeros((4, 6), dtype=np.uint8)
    img[:, 3:] = 10
    expected = np.zeros((4, 6), dtype=np.uint8)
    expected[:, 2:4] = 40
    expect(image_filter.edges, img).returns(expected, because=f"{WRAPS} {BORDER}")
    expect(image_filter.edges, img[:, ::-1]).returns(expected[:, ::-1].copy(), because=WRAPS)
    expect(image_filter.edges, img.T).returns(expected.T.copy(), because=PLACES)
    at, high = int(rng.integers(1, 8)), int(rng.integers(20, 60))
    img = np.zeros((5, 9), dtype=np.uint8)
    img[:, at:] = high
    expect(image_filter.edges, img).returns(reference(img), because=f"{WRAPS} {BORDER}")


def test_too_long_for_a_byte(rng: np.random.Generator) -> None:
    img = np.zeros((4, 9), dtype=np.uint8)
    at = int(rng.integers(1, 8))
    img[:, at:] = 255
    expected = np.zeros((4, 9), dtype=np.uint8)
    expected[:, at - 1 : at + 1] = 255
    expect(image_filter.edges, img).returns(expected, because=SATURATES)
    img = drawn(rng, 8, 9, contrast=256)
    expect(image_filter.edges, img).returns(reference(img), because=SATURATES)


def test_rounding(rng: np.random.Generator) -> None:
    img = np.zeros((3, 3), dtype=np.uint8)
    img[2, 2] = 1
    # In the middle both gradients are 1, and the root of 2 is 1.41; beside the corner 3 and 1 give 3.16.
    expect(image_filter.edges, img).returns(reference(img), because=ROUNDS)
    img[2, 2] = 2
    expect(image_filter.edges, img).returns(reference(img), because=ROUNDS)
    img = drawn(rng, 9, 9, contrast=3)
    expect(image_filter.edges, img).returns(reference(img), because=ROUNDS)


@given(pictures())
def test_agrees_with_the_definition(img: Any) -> None:
    expect(image_filter.edges, img).returns(reference(img), because=f"{ROUNDS} {BORDER} {GRAY}")


@pytest.mark.parametrize("shape", [(70, 90), (33, 75, 3), (130, 1, 3), (1, 130)])
def test_larger_pictures(shape: tuple[int, ...], rng: np.random.Generator) -> None:
    img = drawn(rng, *shape, contrast=70)
    expect(image_filter.edges, img).returns(reference(img), because=ROUNDS)


def test_the_border(rng: np.random.Generator) -> None:
    img = drawn(rng, 5, 6)
    expect(image_filter.edges, img).returns(reference(img), because=BORDER)


def test_grey_first(rng: np.random.Generator) -> None:
    # Red and blue change, in opposite directions, and grey hardly does.
    img = np.zeros((4, 6, 3), dtype=np.uint8)
    img[:, :3, 0], img[:, 3:, 2] = 38, 100
    expect(image_filter.edges, img).returns(reference(img), because=GRAY)
    img = drawn(rng, 5, 6, 3)
    expect(image_filter.edges, img).returns(reference(img), because=GRAY)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(8, 9), (8, 9, 3)])
def test_any_layout(layout: str, shape: tuple[int, ...], rng: np.random.Generator) -> None:
    values = drawn(rng, *shape)
    expect(image_filter.edges, laid_out(values, layout)).returns(reference(values), because=PLACES)


def test_part_of_a_picture(rng: np.random.Generator) -> None:
    img = drawn(rng, 30, 40, 3)
    for part in (img[::-1], img[:, ::-2], img[5:20, 3:-4], img[..., ::-1], img[..., 1], img.swapaxes(0, 1)):
        expect(image_filter.edges, part).returns(reference(part), because=PLACES)


def test_the_picture_stays_as_it_was(rng: np.random.Generator) -> None:
    img = drawn(rng, 5, 6)
    before = img.copy()
    expect(image_filter.edges, img.copy()).returns(reference(img), because=BORDER)
    expect(image_filter.edges, img).value()
    check("img after edges(img)", img, before)


def test_nothing_to_find(rng: np.random.Generator) -> None:
    check_finds(rng)
    for shape in ((1, 1), (1, 1, 3), (0, 0), (0, 4), (4, 0), (0, 4, 3), (4, 0, 3)):
        img = np.full(shape, 200, dtype=np.uint8)
        expect(image_filter.edges, img).returns(np.zeros(shape[:2], dtype=np.uint8), because=BORDER)


@pytest.mark.parametrize("shape", [(), (3,), (4, 5, 4), (4, 5, 1), (2, 4, 5, 3)])
def test_another_shape(shape: tuple[int, ...]) -> None:
    expect(image_filter.edges, np.zeros(shape, dtype=np.uint8)).raises(
        ValueError, says="[" + ", ".join(map(str, shape)) + "]", because="`picture::pixels` says so."
    )


@pytest.mark.parametrize("dtype", ["float64", "int8", "uint16", "bool"])
def test_another_dtype(dtype: str) -> None:
    expect(image_filter.edges, np.zeros((2, 2), dtype=dtype)).raises(TypeError, says=dtype)


def tool(name: str) -> Any:
    """A reference, or a failure that says how to get it."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        pytest.fail(f"{name} is not installed; `cargo course check 09` installs it", pytrace=False)


def test_agrees_with_scipy(rng: np.random.Generator) -> None:
    img = np.asarray(tool("PIL.Image").open(io.BytesIO(PORTRAIT.read_bytes())))
    top, left = rng.integers(0, 20, 2)
    img = img[top:, left:]
    sobel = tool("scipy.ndimage").sobel
    gradient = np.hypot(sobel(grey(img), axis=0, mode="reflect"), sobel(grey(img), axis=1, mode="reflect"))
    expected = np.minimum(np.floor(gradient + 0.5), 255).astype(np.uint8)
    expect(image_filter.edges, img).returns(expected, because=f"{ROUNDS} {GRAY}")
