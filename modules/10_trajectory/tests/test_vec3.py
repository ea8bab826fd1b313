from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
import pytest
import trajectory
from coursekit import check, expect
from hypothesis import given
from hypothesis import strategies as st

STRANGER = (
    "Take `&Self` or a number as the type of the argument: PyO3 then answers NotImplemented for all else."
)
REFLECTED = "Python asks the right operand, with `__rmul__`, where the left one does not know what to do."
DOUBLE = "Square in f64: the square of 1e30 is beyond every f32."

numbers = st.floats(-1e3, 1e3, width=32)
triples = st.tuples(numbers, numbers, numbers)


def vector(x: float, y: float, z: float) -> Any:
    return expect(trajectory.Vec3, x, y, z).value()


def is_vector(got: Any, expected: Any, because: str = "") -> None:
    """Its coordinates are these, as float32."""
    wanted = tuple(float(np.float32(value)) for value in expected)
    check("(x, y, z)", (got.x, got.y, got.z), wanted, because)


def single(values: Any) -> Any:
    return np.array(values, dtype=np.float32)


@given(triples)
def test_coordinates(values: tuple[float, float, float]) -> None:
    is_vector(vector(*values), values)


def test_coordinates_are_single_precision() -> None:
    is_vector(vector(0.1, 1, 1e300), (np.float32(0.1), 1.0, math.inf))


def test_coordinates_can_be_set() -> None:
    v = vector(1.0, 2.0, 3.0)
    v.x, v.y, v.z = 5, 0.1, -1.0
    is_vector(v, (5.0, 0.1, -1.0))
    expect(setattr, v, "x", "5").raises(TypeError)
    is_vector(v, (5.0, 0.1, -1.0))


@given(triples, triples)
def test_sums(a: tuple[float, float, float], b: tuple[float, float, float]) -> None:
    is_vector(expect(lambda: vector(*a) + vector(*b)).described("a + b").value(), single(a) + single(b))
    is_vector(expect(lambda: vector(*a) - vector(*b)).described("a - b").value(), single(a) - single(b))
    is_vector(expect(lambda: -vector(*a)).described("-a").value(), -single(a))


@given(triples, numbers)
def test_multiples(a: tuple[float, float, float], factor: float) -> None:
    is_vector(expect(lambda: vector(*a) * factor).described("a * factor").value(), single(a) * single(factor))
    got = expect(lambda: factor * vector(*a)).described("factor * a").value(REFLECTED)
    is_vector(got, single(a) * single(factor))
    if factor != 0.0:
        with np.errstate(over="ignore"):
            wanted = single(a) / single(factor)
        is_vector(expect(lambda: vector(*a) / factor).described("a / factor").value(), wanted)


def test_an_operation_changes_neither() -> None:
    a, b = vector(1, 2, 3), vector(4, 5, 6)
    expect(lambda: [a + b, a - b, 2 * a, a * 2, a / 2, -a]).described("sums and multiples").value()
    is_vector(a, (1, 2, 3))
    is_vector(b, (4, 5, 6))


@pytest.mark.parametrize("zero", [0, 0.0, -0.0])
def test_division_by_zero(zero: float) -> None:
    expect(lambda: vector(1, 2, 3) / zero).described(f"v / {zero!r}").raises(ZeroDivisionError)


OPERATIONS: dict[str, Any] = {
    "v + 1": lambda v: v + 1,
    "1 + v": lambda v: 1 + v,
    "v - 1.5": lambda v: v - 1.5,
    "v + (1, 2, 3)": lambda v: operator.add(v, (1, 2, 3)),
    "v * v": lambda v: v * v,
    "v / v": lambda v: v / v,
    "1 / v": lambda v: 1 / v,
    "v * '2'": lambda v: v * "2",
    "v + None": lambda v: v + None,
    "v < v": lambda v: operator.lt(v, v),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_strangers(operation: str) -> None:
    v = vector(1, 2, 3)
    expect(OPERATIONS[operation], v).described(operation).raises(TypeError, because=STRANGER)


class Stranger:
    """Knows what to do with a vector: Python asks it once the vector says NotImplemented."""

    def __radd__(self, other: Any) -> str:
        return "asked"

    def __rmul__(self, other: Any) -> str:
        return "asked"

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = object.__hash__


def test_a_stranger_is_asked() -> None:
    v = vector(1, 2, 3)
    expect(lambda: v + Stranger()).described("v + stranger").returns("asked", because=STRANGER)
    expect(lambda: v * Stranger()).described("v * stranger").returns("asked", because=STRANGER)
    expect(lambda: v == Stranger()).described("v == stranger").returns(True, because=STRANGER)


def test_equality() -> None:
    v = vector(1, 2, 3)
    for other, equal in [((1, 2, 3), True), ((1, 2, 4), False), ((1, 0, 3), False), ((0, 2, 3), False)]:
        expect(lambda o=other: v == vector(*o)).described(f"v == Vec3{other}").returns(equal)
        expect(lambda o=other: v != vector(*o)).described(f"v != Vec3{other}").returns(not equal)
    expect(lambda: v == (1.0, 2.0, 3.0)).described("v == (1.0, 2.0, 3.0)").returns(False)
    expect(lambda: v == None).described("v == None").returns(False)  # noqa: E711
    nan = vector(math.nan, 0, 0)
    expect(lambda: nan == nan).described("nan == nan").returns(False)  # noqa: PLR0124


def test_no_hash() -> None:
    expect(hash, vector(1, 2, 3)).raises(TypeError, because="It can change, so it must not be a key.")


@given(triples, triples)
def test_products(a: tuple[float, float, float], b: tuple[float, float, float]) -> None:
    u, v = vector(*a), vector(*b)
    wide, other = np.array(a), np.array(b)
    expect(u.dot, v).approximates(float(wide @ other), rel=1e-6, abs=1e-9)
    cross = expect(u.cross, v).value()
    exact = np.cross(wide, other)
    slack = 1e-6 * (1.0 + float(np.linalg.norm(wide) * np.linalg.norm(other)))
    expect(lambda: [cross.x, cross.y, cross.z]).described("a.cross(b)").approximates(
        exact.tolist(), rel=1e-6, abs=slack
    )
    expect(u.distance, v).approximates(float(np.linalg.norm(wide - other)), rel=1e-6, abs=1e-6)
    expect(u.length).approximates(float(np.linalg.norm(wide)), rel=1e-6, abs=1e-9)


def test_large_coordinates() -> None:
    expect(vector(3e30, 4e30, 0).length).approximates(5e30, rel=1e-6, because=DOUBLE)
    expect(vector(3e30, 0, 0).distance, vector(0, 4e30, 0)).approximates(5e30, rel=1e-6, because=DOUBLE)
    expect(vector(3e-30, 4e-30, 0).length).approximates(5e-30, rel=1e-6, because=DOUBLE)


def test_normalized() -> None:
    for values in [(3.0, 4.0, 0.0), (0.0, 0.0, -2e30), (1e-30, 0.0, 0.0)]:
        got = expect(vector(*values).normalized).value()
        wanted = np.array(values) / np.linalg.norm(np.array(values))
        expect(lambda g=got: [g.x, g.y, g.z]).described(f"Vec3{values}.normalized()").approximates(
            wanted.tolist(), rel=1e-6, abs=1e-9, because=DOUBLE
        )


@pytest.mark.parametrize("values", [(0.0, 0.0, 0.0), (math.nan, 0.0, 0.0), (math.inf, 0.0, 0.0)])
def test_no_direction(values: tuple[float, float, float]) -> None:
    expect(vector(*values).normalized).raises(ValueError, says="direction")


def test_to_and_from_numpy() -> None:
    got = expect(vector(1, 2, 3).to_numpy).returns(single([1, 2, 3]))
    got[0] = 9.0
    is_vector(expect(trajectory.Vec3.from_numpy, got).value(), (9, 2, 3))
    backwards = single([1, 2, 3])[::-1]
    is_vector(expect(trajectory.Vec3.from_numpy, backwards).value(), (3, 2, 1), "The strides count.")
    record = np.zeros(3, dtype=[("tag", np.uint8), ("x", np.float32)])
    record["x"] = [4, 5, 6]
    is_vector(expect(trajectory.Vec3.from_numpy, record["x"]).value(), (4, 5, 6))


@pytest.mark.parametrize("shape", [(2,), (4,), (0,), (3, 1), (1, 3), ()])
def test_wrong_shapes(shape: tuple[int, ...]) -> None:
    says = ("Expected shape (3,)", f"got {shape}")
    expect(trajectory.Vec3.from_numpy, np.zeros(shape, np.float32)).raises(ValueError, says=says)


@pytest.mark.parametrize("dtype", ["float64", "int32", "float16", "complex64", "bool"])
def test_wrong_dtypes(dtype: str) -> None:
    expect(trajectory.Vec3.from_numpy, np.zeros(3, dtype)).raises(TypeError, says=("float32", dtype))


@pytest.mark.parametrize("no_array", [[1.0, 2.0, 3.0], None, 1.0])
def test_no_arrays(no_array: Any) -> None:
    expect(trajectory.Vec3.from_numpy, no_array).raises(TypeError)


def test_iteration() -> None:
    expect(list, vector(1, 2, 3)).returns([1.0, 2.0, 3.0])
    expect(lambda: sum(vector(1, 2, 3))).described("sum(v)").returns(6.0)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((1, 2, 3), "Vec3(1.0000, 2.0000, 3.0000)"),
        ((0.1, -0.00001, 1234.56789), "Vec3(0.1000, -0.0000, 1234.5679)"),
        ((math.inf, -math.inf, math.nan), "Vec3(inf, -inf, nan)"),
    ],
)
def test_repr(values: tuple[float, float, float], text: str) -> None:
    expect(repr, vector(*values)).returns(text)
