from __future__ import annotations

import operator
import threading
from typing import Any

import image_filter
import numpy as np
import pytest
from coursekit import check, check_that, expect
from coursekit.apart import printed
from coursekit.turns import lets_another_thread_in

VARIANTS = "Each variant of the enum is a class: `Gray {}`, `Blur { sigma: f64 }`, `Edges {}`."
EQUAL = "`eq` in #[pyclass(…)] makes `==` of the derived PartialEq."
REPR = "As it is written in Python; the repr of the float is Python's, by `PyFloat::new(py, *sigma).repr()?`."
ORDER = "Each step gets what the one before it made."
FLAT = "The result has the shape (h, w) once the picture is grey, or if it came so."
DEFAULT = "Without steps: Gray, Blur(1.0), Edges."
DEADLOCK = (
    "A deadlock: the caller holds the interpreter while it waits for a thread that waits for the interpreter."
    " Detach before you wait, or call back from the caller's own thread."
)
ONCE = "`progress(1)` after each step: one positional argument, an int."
PROPAGATES = "`?` after `call1` hands the callback's exception on, and ends the loop."
FIRST = "Check all steps before the first one begins."
COPY = (
    "Copy the picture before the first step: what happens to the caller's array afterwards changes nothing."
)
INTERRUPT = "`interrupt::run` looks for Ctrl-C while its thread works; the filter must look at `stop`."


def picture(*shape: int) -> Any:
    """For tests that look at no pixel."""
    return np.zeros(shape, dtype=np.uint8)


def drawn(rng: np.random.Generator, *shape: int) -> Any:
    return rng.integers(0, 256, shape).astype(np.uint8)


def grey(img: Any) -> Any:
    red, green, blue = np.moveaxis(img.astype(np.int64), -1, 0)
    return ((299 * red + 587 * green + 114 * blue + 500) // 1000).astype(np.uint8)


def edges(img: Any) -> Any:
    p = np.pad(img.astype(np.int64), 1, mode="symmetric")
    across = (p[:-2, 2:] - p[:-2, :-2]) + 2 * (p[1:-1, 2:] - p[1:-1, :-2]) + (p[2:, 2:] - p[2:, :-2])
    down = (p[2:, :-2] - p[:-2, :-2]) + 2 * (p[2:, 1:-1] - p[:-2, 1:-1]) + (p[2:, 2:] - p[:-2, 2:])
    return np.minimum(np.floor(np.hypot(across, down) + 0.5), 255).astype(np.uint8)


def step(name: str, *args: float) -> Any:
    """A step, or a failure that says which variant is missing."""
    return expect(lambda: getattr(image_filter.Step, name)(*args)).described(f"Step.{name}{args}").value()


def blurred(img: Any, sigma: float) -> Any:
    """The blur by one step alone, near the one that float64 gives."""
    radius = int(4.0 * sigma + 0.5)
    bell = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    bell /= bell.sum()
    expected = img.astype(np.float64)  # A copy: the call below could change the picture.
    for axis in (0, 1):
        width = [(radius, radius) if axis == each else (0, 0) for each in range(img.ndim)]
        padded = np.pad(expected, width, mode="symmetric")
        parts = (
            np.take(padded, range(far, far + img.shape[axis]), axis=axis) for far in range(2 * radius + 1)
        )
        expected = np.asarray(sum(weight * part for weight, part in zip(bell, parts, strict=True)))
    got = expect(image_filter.process_image, img, [step("Blur", sigma)]).value()
    check("type of the blurred picture", type(got), np.ndarray)
    check("dtype and shape of the blurred picture", (str(got.dtype), got.shape), ("uint8", img.shape))
    off = float(np.abs(got - expected).max())
    check_that(off <= 1.01, "how far the blur by a step is off", off, "1 or less", "Use the step's sigma.")
    return got


def check_filters(rng: np.random.Generator) -> None:
    """A function that filters nothing must not pass, so also a picture that it changes, in two steps."""
    img = drawn(rng, 6, 7, 3)
    expected, made = edges(grey(img)), [step("Gray"), step("Edges")]
    expect(image_filter.process_image, img, made, lambda n: None).returns(expected, because=ORDER)


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("Gray", (), "Step.Gray()"),
        ("Edges", (), "Step.Edges()"),
        ("Blur", (2.0,), "Step.Blur(2.0)"),
        ("Blur", (2,), "Step.Blur(2.0)"),
        ("Blur", (0.1,), "Step.Blur(0.1)"),
        ("Blur", (1e300,), "Step.Blur(1e+300)"),
        ("Blur", (float("nan"),), "Step.Blur(nan)"),
    ],
)
def test_repr(name: str, args: tuple[float, ...], expected: str, rng: np.random.Generator) -> None:
    expect(repr, step(name, *args)).described(f"repr(Step.{name}{args})").returns(expected, because=REPR)
    check_filters(rng)


def test_fields(rng: np.random.Generator) -> None:
    check("Step.Blur(2.5).sigma", step("Blur", 2.5).sigma, 2.5, VARIANTS)
    by_name = expect(lambda: image_filter.Step.Blur(sigma=1.5)).described("Step.Blur(sigma=1.5)").value()
    check("Step.Blur(sigma=1.5).sigma", by_name.sigma, 1.5, VARIANTS)
    check_filters(rng)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (("Gray",), ("Gray",), True),
        (("Blur", 2.0), ("Blur", 2.0), True),
        (("Blur", 2.0), ("Blur", 2.5), False),
        (("Gray",), ("Edges",), False),
        (("Blur", float("nan")), ("Blur", float("nan")), False),
    ],
)
def test_equality(one: Any, other: Any, equal: bool, rng: np.random.Generator) -> None:
    what = f"Step.{one[0]}{one[1:]} == Step.{other[0]}{other[1:]}"
    expect(operator.eq, step(*one), step(*other)).described(what).returns(equal, because=EQUAL)
    check_filters(rng)


def test_equal_to_no_stranger(rng: np.random.Generator) -> None:
    expect(operator.eq, step("Blur", 2.0), step("Blur", 2.0)).returns(True, because=EQUAL)
    for stranger in (2.0, "Step.Blur(2.0)", None):
        what = f"Step.Blur(2.0) == {stranger!r}"
        expect(operator.eq, step("Blur", 2.0), stranger).described(what).returns(False, because=EQUAL)
    check_filters(rng)


@pytest.mark.soft
def test_match() -> None:
    def name(a_step: Any) -> str:
        match a_step:
            case image_filter.Step.Gray():
                return "gray"
            case image_filter.Step.Blur(sigma):
                return f"blur {sigma}"
            case image_filter.Step.Edges():
                return "edges"
        return "no variant"

    for a_step, expected in (
        (step("Gray"), "gray"),
        (step("Blur", 3.0), "blur 3.0"),
        (step("Edges"), "edges"),
    ):
        expect(name, a_step).described(f"match {a_step!r}").returns(expected, because=VARIANTS)
    check("isinstance(Step.Gray(), Step)", isinstance(step("Gray"), image_filter.Step), True, VARIANTS)


def test_gray(rng: np.random.Generator) -> None:
    img = drawn(rng, 7, 9, 3)
    expect(image_filter.process_image, img, [step("Gray")]).returns(grey(img), because=FLAT)
    expect(image_filter.process_image, grey(img), [step("Gray")]).returns(
        grey(img), because="Grey stays grey."
    )


def test_edges(rng: np.random.Generator) -> None:
    img = drawn(rng, 7, 9, 3)
    expect(image_filter.process_image, img, [step("Edges")]).returns(edges(grey(img)), because=FLAT)


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3)])
@pytest.mark.parametrize("sigma", [0.7, 2.0])
def test_blur(shape: tuple[int, ...], sigma: float, rng: np.random.Generator) -> None:
    blurred(drawn(rng, *shape), sigma)


def test_one_step_after_the_other(rng: np.random.Generator) -> None:
    img = drawn(rng, 20, 30, 3)
    steps = [step("Blur", 1.5), step("Gray"), step("Edges"), step("Blur", 2.0)]
    expected = blurred(edges(grey(blurred(img, 1.5))), 2.0)
    expect(image_filter.process_image, img, steps).returns(expected, because=ORDER)


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3)])
def test_the_call_of_the_tutorials(shape: tuple[int, ...], rng: np.random.Generator) -> None:
    img = drawn(rng, *shape)
    expected = edges(blurred(grey(img) if len(shape) == 3 else img, 1.0))
    expect(image_filter.process_image, img).returns(expected, because=DEFAULT)
    expect(image_filter.process_image, img, None, None).returns(expected, because=DEFAULT)
    expect(image_filter.process_image, img=img, steps=None, progress=None).returns(expected, because=DEFAULT)


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 3), (0, 5), (4, 0, 3)])
def test_no_steps_give_a_copy(shape: tuple[int, ...], rng: np.random.Generator) -> None:
    img = drawn(rng, *shape)
    before = img.copy()
    result = expect(image_filter.process_image, img, []).returns(before, because="No steps change nothing.")
    del result
    expect(image_filter.process_image, img[::-1], []).returns(before[::-1])
    check_filters(rng)


def test_a_tuple_of_steps(rng: np.random.Generator) -> None:
    img = drawn(rng, 4, 5, 3)
    expect(image_filter.process_image, img, (step("Gray"),)).returns(grey(img))


@pytest.mark.parametrize("shape", [(0, 0), (0, 5, 3), (5, 0, 3), (1, 1), (1, 1, 3)])
def test_small_and_empty(shape: tuple[int, ...], rng: np.random.Generator) -> None:
    img = drawn(rng, 4, 5, 3)  # A function that gives a black picture for every one must not pass.
    expect(image_filter.process_image, img, (step("Gray"),)).returns(grey(img))
    expect(image_filter.process_image, drawn(rng, *shape)).returns(np.zeros(shape[:2], dtype=np.uint8))


def test_progress_comes_back(rng: np.random.Generator) -> None:
    code = """
import numpy as np
calls = []
image_filter.process_image(np.zeros((4, 5, 3), np.uint8), [image_filter.Step.Gray()], calls.append)
show(*calls)
"""
    step("Gray")
    got = printed(image_filter, code)
    check("what progress was called with, in a process of its own", got, "1", DEADLOCK)
    check_filters(rng)


def test_progress(rng: np.random.Generator) -> None:
    calls: list[Any] = []
    steps = [step("Gray"), step("Blur", 1.0), step("Edges")]
    expect(image_filter.process_image, picture(6, 7, 3), steps, calls.append).value()
    check("what progress was called with", calls, [1, 1, 1], ONCE)
    calls.clear()
    expect(image_filter.process_image, picture(6, 7, 3), progress=calls.append).value()
    check("what progress was called with, default steps", calls, [1, 1, 1], ONCE)
    calls.clear()
    expect(image_filter.process_image, picture(6, 7, 3), [], calls.append).value()
    check("what progress was called with, no steps", calls, [], ONCE)
    check_filters(rng)


def test_what_progress_returns_does_not_matter(rng: np.random.Generator) -> None:
    img = drawn(rng, 6, 7, 3)
    expect(image_filter.process_image, img, [step("Gray")], lambda n: "stop").returns(grey(img))


class Stop(BaseException):
    """Not even an Exception."""


@pytest.mark.parametrize("error", [KeyError("third"), StopIteration(), KeyboardInterrupt(), Stop("now")])
@pytest.mark.parametrize("fails_at", [1, 2, 3])
def test_an_exception(error: BaseException, fails_at: int, rng: np.random.Generator) -> None:
    calls: list[Any] = []

    def failing(n: int) -> None:
        calls.append(n)
        if len(calls) == fails_at:
            raise error

    steps = [step("Gray"), step("Blur", 1.0), step("Edges")]
    raised = expect(image_filter.process_image, picture(6, 7, 3), steps, failing).raises(
        type(error), because=PROPAGATES
    )
    check("the very exception came through", raised is error, True, PROPAGATES)
    check("calls of progress", len(calls), fails_at, "An exception ends it at once.")
    check_filters(rng)


def test_the_callback_may_call_back(rng: np.random.Generator) -> None:
    img = drawn(rng, 6, 7, 3)
    before = img.copy()
    inner: list[Any] = []
    expect(
        image_filter.process_image,
        img,
        [step("Gray")],
        lambda n: inner.append(image_filter.process_image(img, [])),
    ).returns(grey(img), because="Nothing may be borrowed or locked while the callback runs.")
    check("what the inner call gave", inner, [before])


@pytest.mark.soft
def test_the_callback_may_change_the_picture(rng: np.random.Generator) -> None:
    img = drawn(rng, 6, 7, 3)
    expected = edges(grey(img))

    def spoil(n: int) -> None:
        img[...] = 0

    steps = [step("Gray"), step("Edges")]
    # The callback is the test's own: it changes the picture, not the call.
    expect(image_filter.process_image, img, steps, spoil).changes_arguments().returns(expected, because=COPY)


@pytest.mark.parametrize("progress", [5, "len", [len]])
def test_no_callable(progress: Any, rng: np.random.Generator) -> None:
    expect(image_filter.process_image, picture(4, 5, 3), [step("Gray")], progress).raises(TypeError)
    check_filters(rng)


@pytest.mark.parametrize("sigma", [0.0, -1.0, float("nan"), float("inf")])
def test_a_bad_sigma(sigma: float, rng: np.random.Generator) -> None:
    calls: list[Any] = []
    steps = [step("Gray"), step("Blur", 1.0), step("Blur", sigma)]
    expect(image_filter.process_image, picture(4, 5, 3), steps, calls.append).raises(
        ValueError, says=("steps[2]", "sigma"), because=FIRST
    )
    check("calls of progress", calls, [], FIRST)
    check_filters(rng)


@pytest.mark.parametrize("steps", [5, "Gray", [1], ["Gray"], [None], [2.0]])
def test_no_steps(steps: Any, rng: np.random.Generator) -> None:
    expect(image_filter.process_image, picture(4, 5, 3), steps).raises(TypeError)
    check_filters(rng)


@pytest.mark.parametrize("shape", [(3,), (4, 5, 4), (4, 5, 1)])
def test_another_shape(shape: tuple[int, ...]) -> None:
    expect(image_filter.process_image, picture(*shape)).raises(
        ValueError, says="[" + ", ".join(map(str, shape)) + "]"
    )


@pytest.mark.parametrize("img", [np.zeros((4, 5, 3)), [[1, 2]], None, "photo.jpg"])
def test_no_picture(img: Any) -> None:
    expect(image_filter.process_image, img).raises(TypeError)


@pytest.mark.soft
def test_progress_is_called_by_the_caller() -> None:
    threads: list[int] = []
    expect(
        image_filter.process_image,
        picture(6, 7, 3),
        [step("Gray")],
        lambda n: threads.append(threading.get_ident()),
    ).value()
    check("the threads that called progress", threads, [threading.get_ident()], "Call back after the work.")


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    img = np.zeros((200, 300, 3), dtype=np.uint8)
    steps = [step("Blur", 8.0)]
    expect(image_filter.process_image, img, steps).described(
        "process_image(200 x 300, [Step.Blur(8.0)])"
    ).value()
    check_that(
        lets_another_thread_in(image_filter.process_image, img, steps),
        "what another thread got while process_image ran",
        "none",
        "a turn",
        "The work ran attached to the interpreter: `interrupt::run` detaches.",
    )


@pytest.mark.soft
def test_ctrl_c_stops_it() -> None:
    steps = [step("Blur", 1.0)]
    expect(image_filter.process_image, picture(4, 5, 3), steps).value()
    code = """
import _thread, threading, numpy as np, image_filter
img = np.zeros((4000, 4000, 3), dtype=np.uint8)
threading.Timer(0.3, _thread.interrupt_main).start()
try:
    image_filter.process_image(img, [image_filter.Step.Blur(900.0)])
except KeyboardInterrupt:
    print("KeyboardInterrupt", flush=True)
"""
    got = printed(image_filter, code, 12.0)
    check("process_image with Ctrl-C pressed after 0.3 s", got, "KeyboardInterrupt", INTERRUPT)
