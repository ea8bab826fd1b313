"""The same values at other places in memory: code that reads NumPy's arrays has to cope with these."""

from __future__ import annotations

from typing import Any

import numpy as np

WRITABLE = ["C", "Fortran", "every second", "backwards"]
LAYOUTS = [*WRITABLE, "read-only"]


def laid_out(values: Any, layout: str) -> Any:
    """An array with these values in the layout of that name, one of `LAYOUTS`."""
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


def packed(values: Any) -> Any:
    """A field of a packed record: strides that are no whole number of items."""
    values = np.asarray(values)
    records = np.zeros(values.shape, dtype=[("value", values.dtype), ("flag", np.int8)])
    records["value"] = values
    return records["value"]
