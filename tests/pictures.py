"""Picture files as devices make them, and as nobody should: real bytes, made by Pillow or by hand."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

HOME = ((59.0, 50.0, 2.04), (10.0, 26.0, 22.2))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new(mode, (width, height), (200, 30, 30) if mode == "RGB" else None)
    image.paste((30, 30, 200) if mode == "RGB" else 1, (width // 2, 0, width, height))
    return image


def encoded(image: Image.Image, format: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def jpeg(width: int = 640, height: int = 480, **options: Any) -> bytes:
    return encoded(picture(width, height), **options)


def from_a_phone(width: int = 640, height: int = 480, orientation: int = 6) -> bytes:
    """A JPEG that says where and when it was taken, with which phone, and which way is up."""
    exif = Image.Exif()
    exif[Base.Make] = "Telefonmerke"
    exif[Base.Orientation] = orientation
    exif[Base.DateTime] = "2026:11:24 08:15:00"
    position = exif.get_ifd(IFD.GPSInfo)
    position[GPS.GPSLatitudeRef], position[GPS.GPSLatitude] = "N", HOME[0]
    position[GPS.GPSLongitudeRef], position[GPS.GPSLongitude] = "E", HOME[1]
    return jpeg(width, height, exif=exif, comment=b"taken at home", xmp=b"<x:xmpmeta>secret place</x:xmpmeta>")


def bomb(side: int = 50_000) -> bytes:
    """A PNG of a few kilobytes that says it is ``side`` by ``side``."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def moving(format: str = "GIF") -> bytes:
    return encoded(picture(), format, save_all=True, append_images=[picture().transpose(Image.Transpose.ROTATE_180)])


def heic() -> bytes:
    """The beginning of what an iPhone keeps."""
    return struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + bytes(4000)


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
NOT_PHOTOS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "photo_empty"),
    "an SVG called .jpg": (SVG, "photo_type"),
    "a GIF": (encoded(picture(), "GIF"), "photo_type"),
    "a moving GIF": (moving(), "photo_type"),
    "a moving PNG": (moving("PNG"), "photo_animated"),
    "a moving WebP": (moving("WEBP"), "photo_animated"),
    "an iPhone's HEIC": (heic(), "photo_heic"),
    "a JPEG cut in half": (jpeg()[:3000], "photo_unreadable"),
    "a PNG cut in half": (encoded(picture(), "PNG")[:400], "photo_unreadable"),
    "only the sign of a JPEG": (b"\xff\xd8\xff\xe0", "photo_unreadable"),
    "text": ("Hei på deg".encode(), "photo_type"),
    "a bomb": (bomb(), "photo_too_many_pixels"),
    "a smaller bomb": (bomb(10_000), "photo_too_many_pixels"),
    "slightly too many pixels": (bomb(6_400), "photo_too_many_pixels"),
    "a program": (b"MZ" + bytes(5000), "photo_type"),
}
