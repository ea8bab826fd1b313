"""Makes portrait.jpg, and the picture in the lesson.

python -m pip install matplotlib pillow
python modules/09_image_filter/data/make_data.py     # with the solved extension on sys.path

"""

from __future__ import annotations

from pathlib import Path

import image_filter
import numpy as np
from matplotlib import cbook
from PIL import Image

MODULE = Path(__file__).resolve().parents[1]
SIZE = (256, 300)


def main() -> None:
    with cbook.get_sample_data("grace_hopper.jpg") as file:
        portrait = Image.open(file).convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)
    portrait.save(MODULE / "data/portrait.jpg", quality=85, optimize=True)
    img = np.asarray(portrait)
    gray = image_filter.to_gray(img)
    blurred = image_filter.blur(img, 4.0)
    edges = image_filter.process_image(img)
    strip = [img, np.repeat(gray[..., None], 3, axis=2), blurred, np.repeat(edges[..., None], 3, axis=2)]
    Image.fromarray(np.hstack(strip)).save(MODULE / "portrait_steps.jpg", quality=80, optimize=True)


if __name__ == "__main__":
    main()
