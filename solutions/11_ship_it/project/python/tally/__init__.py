"""Sums and means that say when they cannot be right."""

from ._tally import __version__, total, units

__all__ = ["__version__", "total", "units"]
