"""Means."""

from ._tally.stats import mean

__all__ = ["mean"]
