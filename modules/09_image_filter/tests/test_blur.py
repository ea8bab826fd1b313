from __future__ import annotations

import io
from importlib import import_module
from pathlib import Path
from typing import Any

import image_filter
import numpy as np
import pytest
from coursekit import check, check_that, expect
from coursekit.turns import lets_another_thread_in
from hypothesis import given, settings
from hypothesis import strategies as st

PORTRAIT = Path(__file__).resolve().parents[1] / "data" / "portrait.jpg"

BORDER = "At the border the picture is reflected, its first and last pixels repeated: dcba|abcd|dcba."
CHANNELS = "Each channel for itself: the neighbour of a red byte is three bytes away."
WEIGHTS = "The weights end at 4 sigma and add up to 1; rows and columns have the same ones."
EVEN = "A float sum a hair below 17.0 is cut to 16 by `as u8`: add a little, or one half, before the cast."
PLACES = "Every pixel counts where it is: `picture::borrow` copies what is strided."
SIGMA = "`sigma <= 0.0` is false for NaN: ask `sigma > 0.0 && sigma.is_finite()`."

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


def reference(img: Any, sigma: float) -> Any:
    """Along each axis, a sum of shifted copies, in float64."""
    radius = int(4.0 * sigma + 0.5)
    bell = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    bell /= bell.sum()
    result = img.astype(np.float64)
    for axis in (0, 1):
        length = img.shape[axis]
        if length == 0:
            return result
        place = np.arange(-radius, length + radius) % (2 * length)
        padded = np.take(result, np.minimum(place, 2 * length - 1 - place), axis=axis)
        shifted = (np.take(padded, range(far, far + length), axis=axis) for far in range(2 * radius + 1))
        result = np.asarray(sum(weight * part for weight, part in zip(bell, shifted, strict=True)))
    return result


def check_near(img: Any, sigma: float, expected: Any, because: str) -> Any:
    """The blurred picture lies within one grey level of `expected`, everywhere."""
    got = expect(image_filter.blur, img, sigma).value()
    call = f"blur(a picture of shape {img.shape}, {sigma})"
    check(f"type of {call}", type(got), np.ndarray)
    check(f"dtype and shape of {call}", (str(got.dtype), got.shape), ("uint8", img.shape))
    if got.size:
        off = np.abs(got - expected)
        place = tuple(int(i) for i in np.unravel_index(np.argmax(off), off.shape))
        check_that(
            bool(off[place] <= 1.01),  # Single precision will do.
            f"{call} at {place}",
            int(got[place]),
            f"{expected[place]:.2f}, give or take 1",
            because,
        )
    return got


def drawn(rng: np.random.Generator, *shape: int) -> Any:
    return rng.integers(0, 256, shape).astype(np.uint8)


def check_blurs(rng: np.random.Generator) -> None:
    """A function that copies every picture must not pass, so also a picture that changes."""
    img = drawn(rng, 7, 9)
    check_near(img, 1.0, reference(img, 1.0), WEIGHTS)


@st.composite
def pictures(draw: st.DrawFn) -> Any:
    shape = [draw(st.integers(0, 9)), draw(st.integers(0, 9))] + [3] * draw(st.integers(0, 1))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    values = rng.integers(0, 256, shape) if draw(st.booleans()) else rng.integers(0, 2, shape) * 255
    return laid_out(values.astype(np.uint8), draw(st.sampled_from(LAYOUTS)))


def test_one_bright_pixel(rng: np.random.Generator) -> None:
    img = np.zeros((7, 7), dtype=np.uint8)
    img[3, 3] = 255
    check_near(img, 1.0, reference(img, 1.0), WEIGHTS)
    img = np.roll(img, rng.integers(-2, 3, 2), (0, 1))
    sigma = rng.uniform(0.6, 1.5)
    check_near(img, sigma, reference(img, sigma), WEIGHTS)
    check_blurs(rng)


@pytest.mark.parametrize("corner", [(0, 0), (0, 5), (4, 0), (4, 5)])
def test_a_bright_corner(corner: tuple[int, int], rng: np.random.Generator) -> None:
    img = rng.integers(0, 60, (5, 6)).astype(np.uint8)
    img[corner] = 255
    check_near(img, 1.2, reference(img, 1.2), BORDER)


def test_channels_do_not_mix(rng: np.random.Generator) -> None:
    img = np.zeros((6, 8, 3), dtype=np.uint8)
    img[3, 4, 1] = 255
    check_near(img, 2.0, reference(img, 2.0), CHANNELS)
    img[3, 4, 1], img[..., 0] = 0, 255
    expect(image_filter.blur, img, 2.0).returns(img, because=f"{CHANNELS} {EVEN}")
    img = drawn(rng, 6, 8, 3)
    check_near(img, 2.0, reference(img, 2.0), CHANNELS)


@given(pictures(), st.floats(0.05, 9.0))
@settings(max_examples=80)
def test_agrees_with_the_definition(img: Any, sigma: float) -> None:
    check_near(img, sigma, reference(img, sigma), f"{WEIGHTS} {BORDER}")


@pytest.mark.parametrize("shape", [(70, 90), (33, 75, 3), (130, 1, 3), (1, 130)])
@pytest.mark.parametrize("sigma", [0.6, 2.0, 7.5])
def test_larger_pictures(shape: tuple[int, ...], sigma: float, rng: np.random.Generator) -> None:
    img = drawn(rng, *shape)
    check_near(img, sigma, reference(img, sigma), WEIGHTS)


def test_an_even_picture_stays_even(rng: np.random.Generator) -> None:
    check_blurs(rng)
    for value in (0, 1, 17, 128, 254, 255):
        img = np.full((9, 11, 3), value, dtype=np.uint8)
        for sigma in (0.3, 1.0, 2.5, 20.0):
            expect(image_filter.blur, img, sigma).returns(img, because=EVEN)


def test_a_tiny_sigma_changes_nothing(rng: np.random.Generator) -> None:
    check_blurs(rng)
    img = drawn(rng, 6, 7, 3)
    for sigma in (0.1, 1e-3, 1e-200, 5e-324):
        expect(image_filter.blur, img, sigma).returns(img, because=WEIGHTS)


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (2, 1), (1, 3, 3), (2, 2, 3)])
@pytest.mark.parametrize("sigma", [1.0, 5.0, 40.0])
def test_a_radius_larger_than_the_picture(
    shape: tuple[int, ...], sigma: float, rng: np.random.Generator
) -> None:
    check_blurs(rng)
    img = drawn(rng, *shape)
    check_near(
        img, sigma, reference(img, sigma), f"{BORDER} Over and over, where the radius is larger. {EVEN}"
    )


@pytest.mark.parametrize("sigma", [1e4, 1e9, 1e100, 1.7e308])
def test_a_huge_sigma_gives_the_mean(sigma: float, rng: np.random.Generator) -> None:
    img = drawn(rng, 12, 9, 3)
    expected = np.broadcast_to(img.mean(axis=(0, 1)), img.shape)
    check_near(img, sigma, expected, "`filters::weights` needs no more weights than the picture has rows.")
    check_blurs(rng)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout(layout: str, rng: np.random.Generator) -> None:
    values = drawn(rng, 8, 9, 3)
    check_near(laid_out(values, layout), 1.5, reference(values, 1.5), PLACES)


def test_part_of_a_picture(rng: np.random.Generator) -> None:
    img = drawn(rng, 30, 40, 3)
    for part in (img[::-1], img[:, ::-2], img[5:20, 3:-4], img[..., ::-1], img[..., 1], img.swapaxes(0, 1)):
        check_near(part, 1.0, reference(part, 1.0), PLACES)


def test_the_picture_stays_as_it_was(rng: np.random.Generator) -> None:
    img = drawn(rng, 5, 6, 3)
    before = img.copy()
    check_near(img.copy(), 1.0, reference(img, 1.0), WEIGHTS)
    expect(image_filter.blur, img, 3.0).value()
    check("img after blur(img, 3.0)", img, before)


def test_no_pixels(rng: np.random.Generator) -> None:
    check_blurs(rng)
    for shape in ((0, 0), (0, 4), (4, 0), (0, 0, 3), (0, 4, 3), (4, 0, 3)):
        img = np.zeros(shape, dtype=np.uint8)
        expect(image_filter.blur, img, 1.0).returns(img, because="Nothing to do: chunks of 0 bytes panic.")


@pytest.mark.parametrize("sigma", [0.0, -0.0, -1.0, -1e-300, float("nan"), float("inf"), -float("inf")])
def test_a_bad_sigma(sigma: float) -> None:
    for img in (np.zeros((3, 3), dtype=np.uint8), np.zeros((0, 0, 3), dtype=np.uint8)):
        expect(image_filter.blur, img, sigma).raises(ValueError, says="sigma", because=SIGMA)


@pytest.mark.parametrize("sigma", ["2", None, [1.0], 1j])
def test_no_number(sigma: object) -> None:
    expect(image_filter.blur, np.zeros((3, 3), dtype=np.uint8), sigma).raises(TypeError)


def test_an_integer_sigma(rng: np.random.Generator) -> None:
    img = drawn(rng, 16, 17)
    check_near(img, 2, reference(img, 2.0), WEIGHTS)


@pytest.mark.parametrize("shape", [(), (3,), (4, 5, 4), (4, 5, 1), (4, 5, 2), (2, 4, 5, 3)])
def test_another_shape(shape: tuple[int, ...]) -> None:
    expect(image_filter.blur, np.zeros(shape, dtype=np.uint8), 1.0).raises(
        ValueError, says="[" + ", ".join(map(str, shape)) + "]", because="`picture::pixels` says so."
    )


@pytest.mark.parametrize("dtype", ["float64", "int8", "uint16", "bool"])
def test_another_dtype(dtype: str) -> None:
    expect(image_filter.blur, np.zeros((2, 2), dtype=dtype), 1.0).raises(TypeError, says=dtype)


def tool(name: str) -> Any:
    """A reference, or a failure that says how to get it."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        pytest.fail(f"{name} is not installed; `cargo course check 09` installs it", pytrace=False)


@pytest.mark.parametrize("sigma", [1.0, 4.0])
def test_agrees_with_scipy(sigma: float, rng: np.random.Generator) -> None:
    img = np.asarray(tool("PIL.Image").open(io.BytesIO(PORTRAIT.read_bytes())))
    top, left = rng.integers(0, 20, 2)
    img = img[top : top + 150, left : left + 120]
    expected = tool("scipy.ndimage").gaussian_filter(
        img.astype(np.float64), (sigma, sigma, 0), mode="reflect"
    )
    check_near(img, sigma, expected, f"{WEIGHTS} {BORDER}")


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    img = np.zeros((500, 500, 3), dtype=np.uint8)
    expect(image_filter.blur, img[:2, :2], 1.0).value()
    expect(image_filter.blur, img, 8.0).described("blur(500 x 500 pixels, 8.0)").value()
    check_that(
        lets_another_thread_in(image_filter.blur, img, 8.0),
        "what another thread got while blur ran",
        "none",
        "a turn",
        "The work ran attached to the interpreter: `interrupt::run` detaches.",
    )
