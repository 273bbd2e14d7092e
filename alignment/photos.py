"""Photos from the field: made small, and without what a camera writes into them (place, device, time)."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from alignment.errors import Invalid

MOST_MEGABYTES = 5
LONGEST_SIDE = 1600
FORMATS = ("JPEG", "PNG")
_MOST_PIXELS = {"JPEG": 80_000_000, "PNG": 25_000_000}
"""A JPEG is unpacked small; a PNG is unpacked whole."""
_QUALITY = 85


@dataclass(frozen=True, slots=True)
class SmallPhoto:
    """What `reduced` made of a photo: a JPEG that may be stored."""

    jpeg: bytes


def reduced(raw: bytes) -> SmallPhoto:
    """
    The picture as a JPEG of at most 1,600 pixels a side, upright, its pixels and nothing else.

    A large one takes a second: it is made small before the database is opened for writing.

    Raises:
        Invalid: It is larger than 5 MB or no readable JPEG or PNG; nothing was stored.
    """
    if len(raw) > MOST_MEGABYTES * 1024 * 1024:
        raise Invalid(
            f"The photo has {len(raw) / 1024 / 1024:.1f} MB; at most {MOST_MEGABYTES} MB can be stored. "
            "Take it again with a lower resolution, or send the flag without it."
        )
    try:
        with Image.open(BytesIO(raw), formats=FORMATS) as picture:
            if picture.width * picture.height > _MOST_PIXELS[picture.format or "PNG"]:
                raise Image.DecompressionBombError
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            plain = _on_white(upright)
    except Image.DecompressionBombError as error:
        raise Invalid(
            "The photo has more pixels than can be stored: 80 million of a JPEG, 25 million of a PNG. "
            "Take it again with a lower resolution, or send the flag without it."
        ) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Invalid(
            "This file cannot be read as a photo: a JPEG or PNG picture was expected. "
            "Take the photo again, or choose another file."
        ) from error
    stored = BytesIO()
    plain.save(stored, "JPEG", quality=_QUALITY, optimize=True)
    return SmallPhoto(stored.getvalue())


def _on_white(picture: Image.Image) -> Image.Image:
    """A new picture of the same pixels: metadata stay behind, what is transparent is white."""
    seen = picture.convert("RGBA")
    plain = Image.new("RGB", seen.size, "white")
    plain.paste(seen, mask=seen.getchannel("A"))
    return plain
