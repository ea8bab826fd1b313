"""The part that each side of the connection adds to the codec."""

from __future__ import annotations

from typing import Any, Protocol


class NotPlainData(TypeError):
    """A value that cannot travel. A test that needs it is marked soft."""


class Side(Protocol):
    """The treatment that one side of the connection gives objects that are no plain data."""

    largest_array: int
    """Bytes that all arrays of one message may seem to have: with strides of 0, few bytes seem endless."""

    trusts_other: bool
    """Whether the other side is the oracle. The worker rebuilds arrays with exactly the strides they had;
    the oracle never hands a foreign stride to NumPy."""

    def export(self, value: Any) -> Any:
        """The JSON form of an object of this side; `NotPlainData` if it must not leave."""

    def foreign_name(self, value: Any) -> Any:
        """The JSON form of an object that came from the other side, or None if this one did not."""

    def import_object(self, form: Any) -> Any:
        """Stands for an object of the other side."""

    def exported(self, form: Any) -> Any:
        """The object of this side that was exported under this name."""

    def exception_class(self, form: Any) -> type[BaseException]:
        """The class for an exception that the other side describes."""

    def made_exception(
        self, kind: type[BaseException], args: list[Any], attributes: dict[str, Any], form: dict[str, Any]
    ) -> BaseException:
        """An exception of that class, with these arguments and attributes."""

    def exception_handle(self, error: BaseException) -> int | None:
        """The name under which the other side can ask about this exception later."""
