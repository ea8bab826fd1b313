# TODO: as maturin writes it where there is no such file. What is public, and from where?
from .tally import *

__doc__ = tally.__doc__
if hasattr(tally, "__all__"):
    __all__ = tally.__all__
