"""Filters for pictures in uint8 arrays, and thumbnails of PNG and JPEG files."""

from collections.abc import Callable, Sequence
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Buffer, disjoint_base

__all__ = ["Step", "blur", "edges", "process_image", "thumbnail", "to_gray"]

@disjoint_base
class Step:
    """One step of `process_image`."""

    def __eq__(self, other: object, /) -> bool: ...
    @final
    class Gray(Step):
        """Grey, if it is not grey already."""

        __match_args__: ClassVar[tuple[()]]
        def __new__(cls) -> Step.Gray: ...

    @final
    class Blur(Step):
        """A Gaussian blur with a standard deviation in pixels."""

        __match_args__: ClassVar[tuple[str]]
        @property
        def sigma(self) -> float: ...
        def __new__(cls, sigma: float) -> Step.Blur: ...

    @final
    class Edges(Step):
        """The length of the gradient."""

        __match_args__: ClassVar[tuple[()]]
        def __new__(cls) -> Step.Edges: ...

def to_gray(img: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The grey picture (h, w) of a colour picture (h, w, 3): 0.299 R + 0.587 G + 0.114 B, rounded half up."""

def blur(img: NDArray[np.uint8], sigma: float) -> NDArray[np.uint8]:
    """A Gaussian blur with reflected borders. ValueError if sigma is not a positive finite number."""

def edges(img: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The length of the gradient (h, w) by Sobel's operator, 255 where it is longer."""

def process_image(
    img: NDArray[np.uint8],
    steps: Sequence[Step] | None = None,
    progress: Callable[[int], object] | None = None,
) -> NDArray[np.uint8]:
    """The picture after all steps (Gray, Blur(1.0), Edges unless given). Calls progress(1) after each."""

def thumbnail(data: Buffer, max_side: int) -> bytes:
    """A PNG or JPEG, scaled down until no side exceeds max_side. ValueError for a bad file or max_side."""
