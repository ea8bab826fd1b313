from __future__ import annotations

import io
import os
import pickle
import struct
import subprocess
import sys
import zlib
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import image_filter
import numpy as np
import pytest
from coursekit import check, check_that, expect
from coursekit.turns import lets_another_thread_in
from hypothesis import given, settings
from hypothesis import strategies as st

PORTRAIT = Path(__file__).resolve().parents[1] / "data" / "portrait.jpg"

LARGEST = 1000
"""No thumbnail of these tests has a longer side, even where `max_side` allows one."""

SIZE = "`fit`: the longest side becomes max_side, the other is rounded half up, none is enlarged."
FORMAT = "A thumbnail has the format of what it was made from."
MEAN = "Each pixel is about the mean of those that it stands for; picking one of them is not enough."
UPRIGHT = "Turn the pixels as `decoder.orientation()` says: `apply_orientation`."
DROPPED = "The pixels are upright now: a tag that says otherwise would turn them again."
DAMAGED = "What `container::open` or the decoder refuses is a ValueError."
BOMB = "`decoder.total_bytes()` is known before a pixel is decoded: compare it with LIMIT first."
BUFFER = "`PyBuffer::<u8>::get` takes bytes, bytearray and memoryview alike; `to_vec` copies them in order."


def tool(name: str) -> Any:
    """A reference, or a failure that says how to get it."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        pytest.fail(f"{name} is not installed; `cargo course check 09` installs it", pytrace=False)


def encoded(pixels: Any, kind: str, mode: str | None = None, **options: Any) -> bytes:
    """A picture as the bytes of a file, by Pillow."""
    picture = tool("PIL.Image").fromarray(pixels)
    file = io.BytesIO()
    (picture if mode is None else picture.convert(mode)).save(file, kind, **options)
    return file.getvalue()


def smooth(height: int, width: int) -> Any:
    """A picture that shrinks well: colours that change slowly."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [x * 255 // max(width - 1, 1), y * 255 // max(height - 1, 1), (x + y) * 255 // (height + width)]
    return np.stack(planes, axis=-1).astype(np.uint8)


def drawn(rng: np.random.Generator, height: int, width: int) -> Any:
    """A picture that shrinks well, too: from a drawn colour at its left to others at its right and bottom.

    No colour is near to grey, so that an even grey is far off.
    """
    y, x = np.mgrid[0:height, 0:width]
    planes = []
    for dark in rng.permutation([True, False, bool(rng.integers(0, 2))]):
        across, down = rng.integers(10, 50, 2)
        plane = across * x / max(width - 1, 1) + down * y / max(height - 1, 1)
        planes.append(plane if dark else 255 - plane)
    return np.stack(planes, axis=-1).astype(np.uint8)


def shrunk(pixels: Any, size: tuple[int, int]) -> Any:
    """By the mean of each box."""
    image = tool("PIL.Image")
    return np.asarray(image.fromarray(pixels).resize(size, image.Resampling.BOX), dtype=np.float64)


def fitted(size: tuple[int, int], max_side: int) -> tuple[int, int]:
    """The size whose longest side is `max_side`; the other side is rounded half up."""
    longest = max(size)
    width, height = ((2 * side * max_side + longest) // (2 * longest) for side in size)
    return width, height


def thumbnail(data: Any, max_side: int) -> Any:
    """Opens the thumbnail with Pillow. It must be a PNG or a JPEG, and no larger than asked."""
    got = expect(image_filter.thumbnail, data, max_side).value()
    check("type of the thumbnail", type(got), bytes)
    try:
        picture = tool("PIL.Image").open(io.BytesIO(got), formats=("PNG", "JPEG"))
        check_that(
            max(picture.size) <= min(max_side, LARGEST),
            "size of the thumbnail",
            picture.size,
            f"sides of {max_side} or less",
            SIZE,
        )
        picture.load()
    except (OSError, ValueError, SyntaxError) as error:
        pytest.fail(f"Pillow cannot read the thumbnail: {error}", pytrace=False)
    return picture


def check_near(picture: Any, expected: Any, tolerance: float, because: str) -> None:
    got = np.asarray(picture, dtype=np.float64)
    check("shape of the thumbnail", got.shape, expected.shape, because)
    off = float(np.abs(got - expected).mean())
    check_that(
        off <= tolerance, "how far its pixels are off, on average", off, f"{tolerance} or less", because
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize(
    ("size", "max_side", "expected"),
    [
        ((80, 60), 40, (40, 30)),
        ((60, 80), 40, (30, 40)),
        ((51, 60), 26, (22, 26)),
        ((80, 30), 4, (4, 2)),
        ((30, 80), 4, (2, 4)),
        ((50, 50), 7, (7, 7)),
        ((90, 2), 9, (9, 1)),
        ((40, 1), 4, (4, 1)),
        ((40, 30), 1, (1, 1)),
        ((40, 30), 40, (40, 30)),
        ((40, 30), 41, (40, 30)),
        ((40, 30), 10**12, (40, 30)),
        ((1, 1), 5, (1, 1)),
    ],
)
def test_size(
    size: tuple[int, int], max_side: int, expected: tuple[int, int], kind: str, rng: np.random.Generator
) -> None:
    pixels = drawn(rng, size[1], size[0])
    picture = thumbnail(encoded(pixels, kind), max_side)
    check(f"size of a {kind} of {size}, at most {max_side}", picture.size, expected, SIZE)
    check("format", picture.format, kind, FORMAT)
    check_near(picture, shrunk(pixels, expected), 10.0, MEAN)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("max_side", [16, 50, 99])
def test_pixels(kind: str, max_side: int, rng: np.random.Generator) -> None:
    pixels = drawn(rng, 75, 100)
    picture = thumbnail(encoded(pixels, kind), max_side)
    check_near(picture, shrunk(pixels, fitted((100, 75), max_side)), 4.0, MEAN)


def test_every_pixel_counts(rng: np.random.Generator) -> None:
    # Black and white in turn: their mean is grey, and any single one of them is not.
    pixels = np.zeros((64, 64), dtype=np.uint8)
    pixels[::2, ::2] = pixels[1::2, 1::2] = 255
    picture = thumbnail(encoded(pixels, "PNG"), 16)
    check_near(picture, np.full((16, 16), 127.5), 2.0, MEAN)
    # And one of other greys.
    dark, bright = rng.integers(0, 60), rng.integers(120, 190)
    pixels[::2, ::2] = pixels[1::2, 1::2] = bright
    pixels[1::2, ::2] = pixels[::2, 1::2] = dark
    picture = thumbnail(encoded(pixels, "PNG"), 16)
    check_near(picture, np.full((16, 16), (float(dark) + float(bright)) / 2), 2.0, MEAN)


@pytest.mark.parametrize("max_side", [20, 60])
def test_the_portrait(max_side: int) -> None:
    data = PORTRAIT.read_bytes()
    picture = thumbnail(data, max_side)
    reference = tool("PIL.Image").open(io.BytesIO(data))
    expected = np.asarray(reference.resize(fitted(reference.size, max_side), 4), dtype=np.float64)
    check_near(picture, expected, 12.0, MEAN)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_modes_of_png(mode: str, rng: np.random.Generator) -> None:
    pixels = drawn(rng, 40, 60)
    if mode == "I;16":
        data = encoded(pixels[..., 0].astype(np.uint16) * 257, "PNG")
    else:
        data = encoded(pixels, "PNG", mode)
    picture = thumbnail(data, 30)
    check("format and size", (picture.format, picture.size), ("PNG", (30, 20)), FORMAT)
    image = tool("PIL.Image")
    wanted = image.fromarray(pixels[..., 0]) if mode == "I;16" else image.open(io.BytesIO(data))
    if mode == "I;16":
        picture = image.fromarray((np.asarray(picture) // 257).astype(np.uint8))
    expected = shrunk(np.asarray(wanted.convert("RGB")), (30, 20))
    check_near(picture.convert("RGB"), expected, 12.0, MEAN)


@pytest.mark.parametrize(("mode", "options"), [("L", {}), ("RGB", {"progressive": True}), ("CMYK", {})])
def test_modes_of_jpeg(mode: str, options: dict[str, Any], rng: np.random.Generator) -> None:
    data = encoded(drawn(rng, 40, 60), "JPEG", mode, **options)
    picture = thumbnail(data, 30)
    check("format and size", (picture.format, picture.size), ("JPEG", (30, 20)), FORMAT)
    wanted = tool("PIL.Image").open(io.BytesIO(data)).convert("RGB")
    check_near(picture.convert("RGB"), shrunk(np.asarray(wanted), (30, 20)), 12.0, MEAN)


def exif_with(orientation: int) -> bytes:
    tags = tool("PIL.Image").Exif()
    tags[0x0112] = orientation
    return bytes(tags.tobytes())


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(orientation: int, kind: str, rng: np.random.Generator) -> None:
    pixels = np.zeros((32, 64, 3), dtype=np.uint8)
    colours = rng.permutation([(250, 0, 0), (0, 250, 0), (0, 0, 250), (0, 0, 0)])
    pixels[:16, :32], pixels[16:, :32], pixels[:16, 32:], pixels[16:, 32:] = colours
    data = encoded(pixels, kind, exif=exif_with(orientation))
    picture = thumbnail(data, 16)
    upright = tool("PIL.ImageOps").exif_transpose(tool("PIL.Image").open(io.BytesIO(data)))
    expected = np.asarray(upright.resize(tuple(side // 4 for side in upright.size), 4), dtype=np.float64)
    check_near(picture, expected, 8.0, f"{UPRIGHT} This one is {orientation}.")
    check("orientation tag of the thumbnail", picture.getexif().get(0x0112, 1), 1, DROPPED)


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x09\0\0\0",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0",
        b"Exif\0\0" + bytes(range(256)),
        b"Exif\0\0" + b"\xff" * 60_000,
    ],
)
def test_malformed_exif(exif: bytes, rng: np.random.Generator) -> None:
    pixels = drawn(rng, 20, 40)
    data = bytearray(encoded(pixels, "JPEG"))
    data[2:2] = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    because = "Only the orientations 2 to 8 turn or mirror a picture."
    picture = thumbnail(bytes(data), 20)
    check("size", picture.size, (20, 10), because)
    check_near(picture, shrunk(pixels, (20, 10)), 10.0, because)


@pytest.mark.parametrize("max_side", [0, -1, -(10**10)])
def test_no_side(max_side: int) -> None:
    expect(image_filter.thumbnail, encoded(smooth(4, 4), "PNG"), max_side).raises(ValueError, says="max_side")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"\x89PNG",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8",
        b"\xff\xd8\xff\xd9",
        b"GIF89a" + b"\0" * 99,
        b"\0" * 999,
    ],
)
def test_no_picture(data: bytes) -> None:
    expect(image_filter.thumbnail, data, 10).raises(ValueError, because=DAMAGED)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "progressive JPEG"])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_truncated(kind: str, share: float) -> None:
    data = encoded(smooth(60, 80), kind.removeprefix("progressive "), progressive=" " in kind)
    expect(image_filter.thumbnail, data[: int(len(data) * share)], 20).described(
        f"thumbnail(the first {share:.0%} of a {kind})"
    ).raises(ValueError, because=DAMAGED)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_last_byte_is_missing(kind: str) -> None:
    data = encoded(smooth(20, 30), kind)
    expect(image_filter.thumbnail, data[:-1], 10).raises(ValueError, because=DAMAGED)


def test_a_jpeg_that_ends_early_but_ends() -> None:
    data = encoded(np.random.default_rng(1).integers(0, 256, (64, 64, 3)).astype(np.uint8), "JPEG")
    expect(image_filter.thumbnail, data[: len(data) // 2] + b"\xff\xd9", 10).raises(
        ValueError, because=DAMAGED
    )


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, packed: bytes, *, extra: bytes = b"", **header: int) -> bytes:
    """A PNG that claims this size, whatever its data says: RGB of 8 bits, unless told otherwise."""
    depth, color = header.get("depth", 8), header.get("color", 2)
    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    """A JPEG of 48 x 48 pixels whose header claims this size."""
    pixels = np.random.default_rng(1).integers(0, 256, (48, 48, 3)).astype(np.uint8)
    data = bytearray(encoded(pixels, "JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


PIXELS = zlib.compress((b"\0" + b"\x80" * 30) * 10)
"""Ten rows of ten grey pixels."""

LIES = {
    "PNG, twice as wide": partial(png, 20, 10, PIXELS),
    "PNG, twice as high": partial(png, 10, 20, PIXELS),
    "PNG, 100000 x 100000": partial(png, 100_000, 100_000, PIXELS),
    "PNG, 2**31 - 1 squared": partial(png, 2**31 - 1, 2**31 - 1, PIXELS),
    "PNG, 2**32 - 1 squared": partial(png, 2**32 - 1, 2**32 - 1, PIXELS),
    "PNG, no width": partial(png, 0, 10, PIXELS),
    "PNG, no height": partial(png, 10, 0, PIXELS),
    "PNG, 16 bits": partial(png, 10, 10, PIXELS, depth=16),
    "PNG, depth 3": partial(png, 10, 10, PIXELS, depth=3),
    "PNG, colour 7": partial(png, 10, 10, PIXELS, color=7),
    "PNG, no zlib": partial(png, 10, 10, b"no zlib at all"),
    "PNG, no data": partial(png, 10, 10, b""),
    "PNG, no palette": partial(png, 30, 10, PIXELS, color=3),
    "JPEG, 65500 x 65500": partial(jpeg, 65_500, 65_500),
    "JPEG, 13000 x 13000": partial(jpeg, 13_000, 13_000),
    "JPEG, twice as high": partial(jpeg, 48, 96),
    "JPEG, twice as wide": partial(jpeg, 96, 48),
    "JPEG, no width": partial(jpeg, 0, 48),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_header_that_lies(lie: str) -> None:
    expect(image_filter.thumbnail, LIES[lie](), 10).described(f"thumbnail({lie})").raises(
        ValueError, because=DAMAGED
    )


@cache
def bomb() -> bytes:
    """65536 x 8200 pixels of one bit, truly there: 300 kB, and 537 MB once each has a byte."""
    pack = zlib.compressobj(1)
    packed = b"".join(pack.compress(bytes(8193 * 100)) for _ in range(82)) + pack.flush()
    return png(65_536, 8_200, packed, depth=1, color=0)


def test_a_bomb() -> None:
    expect(image_filter.thumbnail, bomb(), 10).described("thumbnail(a PNG of 65536 x 8200 pixels)").raises(
        ValueError, says="too large", because=BOMB
    )


def test_bombs_beside_the_pixels() -> None:
    zeros = zlib.compress(bytes(30_000_000))
    extra = chunk(b"iCCP", b"name\0\0" + zeros)
    extra += chunk(b"iTXt", b"XML:com.adobe.xmp\0\x01\0\0\0" + zeros) + chunk(b"zTXt", b"Comment\0\0" + zeros)
    extra += chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)) + chunk(b"eXIf", bytes(200_000))
    data = png(10, 10, PIXELS, extra=extra)
    check("size", thumbnail(data, 5).size, (5, 5), "A thumbnail needs the pixels alone.")


@pytest.mark.soft
@pytest.mark.skipif(sys.platform != "linux", reason="platform: reads /proc/self/status")
def test_memory_is_not_taken() -> None:
    expect(image_filter.thumbnail, encoded(smooth(4, 4), "PNG"), 2).value()
    code = """
import pickle, sys, image_filter

def peak():
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])

for name, data in pickle.load(sys.stdin.buffer).items():
    before = peak()
    try:
        image_filter.thumbnail(data, 10)
        print(name, "has a thumbnail")
    except ValueError:
        print(name, "ValueError, and", "little" if peak() - before < 65536 else "much", "memory taken")
"""
    bombs = {"bomb": bomb()} | {name: make() for name, make in LIES.items() if "00 x " in name}
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(Path(str(image_filter.__file__)).parent)},
        input=pickle.dumps(bombs),
        capture_output=True,
        check=False,
        timeout=15,
    )
    outcomes = (run.stdout + run.stderr).decode().splitlines()
    check(
        "thumbnail of each", outcomes, [f"{name} ValueError, and little memory taken" for name in bombs], BOMB
    )


@cache
def damaged() -> list[bytes]:
    return [
        encoded(smooth(24, 32), "PNG"),
        encoded(smooth(24, 32), "JPEG"),
        encoded(smooth(24, 32), "JPEG", progressive=True),
    ]


@given(
    st.integers(0, 2),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4),
)
@settings(max_examples=60)
def test_damaged_bytes(which: int, changes: list[tuple[float, int]]) -> None:
    data = bytearray(damaged()[which])
    for place, value in changes:
        data[int(place * len(data))] = value
    call = expect(lambda: outcome(bytes(data))).described(
        f"thumbnail(a file with {len(changes)} bytes changed)"
    )
    check_that(
        call.value() in {"bytes", "ValueError"}, "its outcome", call.value(), "bytes or a ValueError", DAMAGED
    )


def outcome(data: bytes) -> str:
    try:
        got = image_filter.thumbnail(data, 10)
        return "bytes" if type(got) is bytes else f"an object of the class {type(got).__name__}"
    except ValueError:
        return "ValueError"


def test_kinds_of_bytes(rng: np.random.Generator) -> None:
    pixels = drawn(rng, 20, 30)
    data = encoded(pixels, "PNG")
    check_near(thumbnail(data, 10), shrunk(pixels, (10, 7)), 10.0, MEAN)
    expected = expect(image_filter.thumbnail, data, 10).value()
    changed = bytearray(data)
    expect(image_filter.thumbnail, changed, 10).returns(expected, because=BUFFER)
    changed.extend(b"more")  # It is exported no longer, so it may grow.
    expect(image_filter.thumbnail, np.frombuffer(data, dtype=np.uint8), 10).returns(expected, because=BUFFER)


@pytest.mark.soft
def test_memoryviews() -> None:
    data = encoded(smooth(20, 30), "PNG")
    expected = expect(image_filter.thumbnail, data, 10).value()
    spread = bytearray(2 * len(data))
    spread[::2] = data
    for view in (
        memoryview(data),
        memoryview(bytearray(data)),
        memoryview(spread)[::2],
        memoryview(data[::-1])[::-1],
    ):
        expect(image_filter.thumbnail, view, 10).returns(expected, because=BUFFER)


@pytest.mark.soft
def test_a_memoryview_of_something_else() -> None:
    view = memoryview(bytes(64)).cast("I")
    expect(image_filter.thumbnail, view, 10).raises(
        TypeError, because="A buffer of other items is a TypeError."
    )


@pytest.mark.parametrize("data", ["text", None, 5, [1, 2], 1.5])
def test_no_bytes(data: object) -> None:
    expect(image_filter.thumbnail, data, 10).raises(TypeError)


@pytest.mark.parametrize("dtype", ["float64", "uint16", "int32"])
def test_an_array_of_something_else(dtype: str) -> None:
    expect(image_filter.thumbnail, np.zeros(9, dtype=dtype), 10).raises(
        TypeError, because="A buffer of other items is a TypeError."
    )


@pytest.mark.soft
def test_other_threads_run_meanwhile() -> None:
    data = encoded(np.zeros((1500, 1500), dtype=np.uint8), "PNG", compress_level=1)
    expect(image_filter.thumbnail, encoded(smooth(4, 4), "PNG"), 2).value()
    expect(image_filter.thumbnail, data, 100).described("thumbnail(a PNG of 1500 x 1500)").value()
    check_that(
        lets_another_thread_in(image_filter.thumbnail, data, 100),
        "what another thread got while thumbnail ran",
        "none",
        "a turn",
        "The work ran attached to the interpreter: copy the bytes, then `py.detach(|| …)`.",
    )
