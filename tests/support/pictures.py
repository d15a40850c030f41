"""Small pictures as cameras make them."""

import io

from PIL import Image

#: GPSInfo, Orientation, Artist.
GPS, ORIENTATION, ARTIST = 0x8825, 0x0112, 0x013B


def picture(kind: str = "PNG", *, size: tuple[int, int] = (8, 4), traces: bool = False) -> bytes:
    """A picture of that kind, with a place, a turn to the right and an author written into it if wanted."""
    content, exif = io.BytesIO(), Image.Exif()
    if traces:
        exif[ORIENTATION], exif[ARTIST] = 6, "Dr Zhang"
        exif[GPS] = {1: "N", 2: (31.0, 14.0, 0.0), 3: "E", 4: (121.0, 29.0, 0.0)}
    Image.new("RGB", size, "teal").save(content, kind, exif=exif)
    return content.getvalue()
