"""The rules of `shared/python/README.md`, each shown by a test that is run as a lecturer's hidden one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import data_processor
import numpy as np
import pytest
from coursekit import check, expect
from hypothesis import given
from hypothesis import strategies as st


class Broken(Exception):
    """A test's own exception."""


class Number:
    """A test's own object: the submission may call its special methods."""

    def __float__(self) -> float:
        return 2.5


def total(processor: data_processor.DataProcessor) -> int:
    return processor.total_seen


def test_plain_data_travels() -> None:
    processor = data_processor.DataProcessor(2)
    for values in (
        [1.0, 2],
        (3.0, True),
        range(2),
        {5.0},
        [Decimal("6.5"), Fraction(1, 2)],
        np.array([7.0, -0.0]),
    ):
        processor.add_data(values)
    check("total_seen", total(processor), 11)
    expect(processor.__getitem__, slice(-2, None)).returns(np.array([7.0, -0.0]))
    expect(processor.__getitem__, 1).returns(2.0)


def test_generators_and_objects_of_a_test_are_asked_back() -> None:
    def numbers() -> Iterator[object]:
        yield 1.0
        yield Number()

    processor = data_processor.DataProcessor(2)
    processor.add_data(numbers())
    check("process_chunks()", processor.process_chunks(), [1.75])


def test_callbacks_are_called_here() -> None:
    seen = []
    processor = data_processor.DataProcessor(2)
    processor.on_chunk(lambda chunk: seen.append(chunk.copy()))
    processor.add_data([1.0, 2.0, 3.0, 4.0])
    processor.process_chunks()
    check("the chunks", seen, [np.array([1.0, 2.0]), np.array([3.0, 4.0])])


def test_an_exception_of_a_test_comes_back_as_itself() -> None:
    def callback(chunk: object) -> None:
        raise Broken("here")

    processor = data_processor.DataProcessor(1)
    processor.on_chunk(callback)
    processor.add_data([1.0])
    expect(processor.process_chunks).raises(Broken, says="here")


@pytest.mark.parametrize(("value", "what"), [(math, "a module"), (Number, "the class Number")])
def test_modules_and_classes_do_not_travel(value: object, what: str) -> None:
    with pytest.raises(TypeError, match=what):
        data_processor.DataProcessor(1).add_data(value)


def test_what_holds_itself_does_not_travel() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(TypeError, match="too deep"):
        data_processor.DataProcessor(1).add_data(endless)


def test_the_module_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="cannot be changed"):
        data_processor.DataProcessor = None


@given(st.lists(st.floats(-1e6, 1e6)))
def test_inputs_are_drawn(values: list[float]) -> None:
    processor = data_processor.DataProcessor(3)
    processor.add_data(values)
    check("total_seen", total(processor), len(values))
