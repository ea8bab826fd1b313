"""Filters and thumbnails: the figures of module 09's lesson."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from coursekit.bench import Case, Goal, Peer, Versions, main

PORTRAIT = Path(__file__).resolve().parent / "data" / "portrait.jpg"


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    height, width = size(1080, scale**0.5), size(1920, scale**0.5)
    noise = np.random.default_rng(9).integers(0, 256, (height, width, 3)).astype(np.uint8)
    yield from blurs(versions, noise)
    yield gray(versions, noise)
    yield edges(versions, noise)
    yield from thumbnails(versions, scale)


def blurs(versions: Versions, img: Any) -> Iterator[Case]:
    for sigma in (1.0, 2.0, 4.0):
        yield Case(
            f"blur of {img.shape[1]} × {img.shape[0]} RGB, sigma {sigma:g}",
            args=(img, sigma),
            items=img.shape[0] * img.shape[1],
            bytes=2 * img.nbytes,
            peers=[
                Peer("SciPy", scipy_blur, needs="scipy"),
                Peer("OpenCV", opencv_blur, needs="cv2"),
                versions.yours("blur"),
                versions.solution("blur"),
            ],
            goals=[Goal("SciPy", 8.0), Goal("OpenCV", 1 / 1.5)] if sigma == 2.0 else [],
            same=near(4),  # SciPy cuts off fractions twice, and OpenCV has weights of eight bits.
        )


def gray(versions: Versions, img: Any) -> Case:
    return Case(
        f"grey of {img.shape[1]} × {img.shape[0]} RGB",
        args=(img,),
        items=img.shape[0] * img.shape[1],
        bytes=img.nbytes + img.nbytes // 3,
        peers=[
            Peer("NumPy", numpy_gray, needs="numpy"),
            Peer("Pillow", pillow_gray, needs="PIL"),
            Peer("OpenCV", opencv_gray, needs="cv2"),
            versions.yours("to_gray"),
            versions.solution("to_gray"),
        ],
        same=near(1),
    )


def edges(versions: Versions, img: Any) -> Case:
    return Case(
        f"edges of {img.shape[1]} × {img.shape[0]} RGB",
        args=(img,),
        items=img.shape[0] * img.shape[1],
        bytes=img.nbytes + img.nbytes // 3,
        peers=[
            Peer("SciPy", scipy_edges, needs="scipy"),
            Peer("OpenCV", opencv_edges, needs="cv2"),
            versions.yours("edges"),
            versions.solution("edges"),
        ],
        goals=[Goal("SciPy", 5.0)],
        same=near(6),  # A grey that is rounded otherwise weighs up to four times in a gradient.
    )


def thumbnails(versions: Versions, scale: float) -> Iterator[Case]:
    for kind, documented in (("JPEG", 4096), ("JPEG", 1024), ("PNG", 2048)):
        width = max(size(documented, scale**0.5), 16)
        data = enlarged(kind, width)
        side = min(256, width // 2)
        yield Case(
            f"thumbnail of a {kind} of {width} × {width * 3 // 4}, {side} pixels wide",
            args=(data, side),
            items=1,
            bytes=len(data),
            peers=[
                Peer("Pillow", pillow_thumbnail, needs="PIL"),
                Peer("Pillow, all pixels decoded", pillow_full_thumbnail, needs="PIL"),
                Peer("OpenCV", opencv_thumbnail, needs="cv2"),
                versions.yours("thumbnail"),
                versions.solution("thumbnail"),
            ],
            goals=[Goal("Pillow", 1.0)],
            same=similar,
        )


def enlarged(kind: str, width: int) -> bytes:
    """The portrait with grain, as large as a camera would have made it."""
    image = import_module("PIL.Image")
    portrait = image.open(PORTRAIT).crop((0, 0, 256, 192)).resize((width, width * 3 // 4))
    grain = np.random.default_rng(9).normal(0.0, 4.0, (*portrait.size[::-1], 1))
    pixels = np.clip(np.asarray(portrait) + grain, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    image.fromarray(pixels).save(file, kind, quality=90)
    return file.getvalue()


def scipy_blur(img: Any, sigma: float) -> Any:
    return import_module("scipy.ndimage").gaussian_filter(img, (sigma, sigma, 0), mode="reflect")


def opencv_blur(img: Any, sigma: float) -> Any:
    cv2 = import_module("cv2")
    side = 2 * int(4.0 * sigma + 0.5) + 1
    return cv2.GaussianBlur(img, (side, side), sigma, borderType=cv2.BORDER_REFLECT)


def numpy_gray(img: Any) -> Any:
    return (img @ np.array([0.299, 0.587, 0.114]) + 0.5).astype(np.uint8)


def pillow_gray(img: Any) -> Any:
    return np.asarray(import_module("PIL.Image").fromarray(img).convert("L"))


def opencv_gray(img: Any) -> Any:
    cv2 = import_module("cv2")
    return cv2.cvtColor(img, cv2.COLOR_RGB2GRAY)


def scipy_edges(img: Any) -> Any:
    sobel = import_module("scipy.ndimage").sobel
    grey = numpy_gray(img).astype(np.float32)
    return np.minimum(np.hypot(sobel(grey, 0), sobel(grey, 1)) + 0.5, 255).astype(np.uint8)


def opencv_edges(img: Any) -> Any:
    cv2 = import_module("cv2")
    grey = cv2.cvtColor(img, cv2.COLOR_RGB2GRAY)
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, borderType=cv2.BORDER_REFLECT)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, borderType=cv2.BORDER_REFLECT)
    return cv2.convertScaleAbs(cv2.magnitude(across, down))


def pillow_thumbnail(data: bytes, side: int) -> bytes:
    """As Pillow's documentation shows it: a JPEG is decoded at a fraction of its size."""
    picture = import_module("PIL.Image").open(io.BytesIO(data))
    return pillow_encoded(picture, side)


def pillow_full_thumbnail(data: bytes, side: int) -> bytes:
    picture = import_module("PIL.Image").open(io.BytesIO(data))
    picture.load()
    return pillow_encoded(picture, side)


def pillow_encoded(picture: Any, side: int) -> bytes:
    kind = picture.format
    picture.thumbnail((side, side))
    file = io.BytesIO()
    picture.save(file, kind, **({"quality": 85} if kind == "JPEG" else {}))
    return file.getvalue()


def opencv_thumbnail(data: bytes, side: int) -> bytes:
    cv2 = import_module("cv2")
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    height, width = picture.shape[:2]
    picture = cv2.resize(picture, (side, round(height * side / width)), interpolation=cv2.INTER_AREA)
    kind = ".png" if data.startswith(b"\x89PNG") else ".jpg"
    return bytes(cv2.imencode(kind, picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1])


def near(levels: int) -> Callable[[Any, Any], bool]:
    def same(one: Any, other: Any) -> bool:
        return one.shape == other.shape and int(np.abs(one.astype(int) - other.astype(int)).max()) <= levels

    return same


def similar(one: bytes, other: bytes) -> bool:
    """Two files that show the same. The filters differ, and at tiny sizes the grain of the picture shows."""
    image = import_module("PIL.Image")
    pixels = [np.asarray(image.open(io.BytesIO(data)).convert("RGB"), dtype=float) for data in (one, other)]
    return pixels[0].shape == pixels[1].shape and float(np.abs(pixels[0] - pixels[1]).mean()) < 20.0


def size(documented: int, scale: float) -> int:
    return max(8, int(documented * scale))


if __name__ == "__main__":
    main("image_filter", cases, gigabytes=0.5)
