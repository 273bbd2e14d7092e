"""Photos from the field: made small, and without what a camera writes into them (place, device, time)."""

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from alignment.errors import Invalid

MOST_MEGABYTES = 5
LONGEST_SIDE = 1600
FORMATS = ("JPEG", "PNG")
_MOST_PIXELS = 80_000_000
_QUALITY = 85


def reduced(raw: bytes) -> bytes:
    """
    The picture as a JPEG of at most 1,600 pixels a side, upright, its pixels and nothing else.

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
            if picture.width * picture.height > _MOST_PIXELS:
                raise Image.DecompressionBombError
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            plain = _on_white(upright)
    except Image.DecompressionBombError as error:
        raise Invalid(
            f"The photo has more than {_MOST_PIXELS // 1_000_000} million pixels. "
            "Take it again with a lower resolution, or send the flag without it."
        ) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Invalid(
            "This file cannot be read as a photo: a JPEG or PNG picture was expected. "
            "Take the photo again, or choose another file."
        ) from error
    stored = BytesIO()
    plain.save(stored, "JPEG", quality=_QUALITY, optimize=True)
    return stored.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    """A new picture of the same pixels: metadata stay behind, what is transparent is white."""
    seen = picture.convert("RGBA")
    plain = Image.new("RGB", seen.size, "white")
    plain.paste(seen, mask=seen.getchannel("A"))
    return plain
