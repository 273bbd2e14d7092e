"""A photo from a phone, as it is stored: small, upright, and silent about where it was taken."""

from io import BytesIO

import pytest
from PIL import Image

from alignment.errors import Invalid
from alignment.photos import SmallPhoto, reduced

ORIENTATION, GPS, MODEL = 0x0112, 0x8825, 0x0110


def picture(size=(40, 20), kind="JPEG", mode="RGB", exif=None, **more) -> bytes:
    """The left half red, the right half blue."""
    image = Image.new(mode, size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    raw = BytesIO()
    image.save(raw, kind, exif=exif or Image.Exif(), **more)
    return raw.getvalue()


def read(photo: SmallPhoto) -> Image.Image:
    image = Image.open(BytesIO(photo.jpeg))
    image.load()
    return image


@pytest.mark.parametrize(
    ("size", "stored"),
    [
        ((1600, 1600), (1600, 1600)),
        ((4000, 1000), (1600, 400)),
        ((1000, 4000), (400, 1600)),
        ((3, 2), (3, 2)),
    ],
)
def test_no_side_is_longer_than_1600_pixels_and_the_shape_stays(size, stored):
    assert read(reduced(picture(size))).size == stored


def test_what_the_camera_wrote_is_gone():
    """A phone writes the place into each photo: a rep's visit would be traced by it."""
    exif = Image.Exif()
    exif[MODEL] = "Phone of Rae"
    exif[GPS] = {1: "N", 2: (51.0, 3.0, 0.0)}
    raw = picture(exif=exif, comment=b"at the customer's")
    assert b"Phone of Rae" in raw

    stored = reduced(raw)
    image = read(stored)

    assert dict(image.getexif()) == {}
    assert not {"exif", "comment", "icc_profile"} & image.info.keys()
    assert b"Phone of Rae" not in stored.jpeg


def test_a_photo_held_sideways_stands_upright():
    """Orientation 6: the first column of the sensor is the top. Without the tag the pixels must be turned."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    image = read(reduced(picture((400, 200), exif=exif)))
    top, bottom = image.getpixel((100, 50)), image.getpixel((100, 350))

    assert image.size == (200, 400)
    assert top[0] > 200 > 60 > top[2]
    assert bottom[2] > 200 > 60 > bottom[0]


def test_what_is_transparent_is_white():
    raw = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(raw, "PNG")

    assert read(reduced(raw.getvalue())).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "P", "1", "LA", "I;16"])
def test_every_kind_of_png_is_a_photo(mode):
    raw = BytesIO()
    Image.new(mode, (8, 8)).save(raw, "PNG")

    assert read(reduced(raw.getvalue())).mode == "RGB"


@pytest.mark.parametrize(
    "raw",
    [b"", b"x", b"%PDF-1.7", b"GIF89a" + bytes(40), picture()[:200], picture(kind="PNG")[:60]],
    ids=["empty", "letter", "pdf", "gif", "cut jpeg", "cut png"],
)
def test_what_is_no_photo_is_refused_in_words(raw):
    with pytest.raises(Invalid, match="a JPEG or PNG picture was expected"):
        reduced(raw)


def test_more_than_five_megabytes_are_refused():
    with pytest.raises(Invalid, match=r"5\.0 MB; at most 5 MB"):
        reduced(picture() + bytes(5 * 1024 * 1024))


@pytest.mark.parametrize("side", [5_001, 9_000, 15_000])
def test_a_bomb_of_pixels_is_refused_before_it_is_unpacked(side):
    """A PNG of 15,000 x 15,000 equal pixels has 30 kB and needs 900 MB as a picture."""
    raw = BytesIO()
    Image.new("1", (side, side)).save(raw, "PNG")

    with pytest.raises(Invalid, match="more pixels than can be stored"):
        reduced(raw.getvalue())
