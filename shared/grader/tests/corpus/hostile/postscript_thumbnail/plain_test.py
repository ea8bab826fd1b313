import io

import image_filter
from PIL import Image


def test_thumbnail():
    picture = Image.new("RGB", (40, 30))
    file = io.BytesIO()
    picture.save(file, "PNG")
    thumbnail = Image.open(io.BytesIO(image_filter.thumbnail(file.getvalue(), 20)))
    thumbnail.load()
    assert max(thumbnail.size) == 20
