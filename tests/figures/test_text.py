"""Text from files and people stays text; lines fit."""

from hypothesis import given
from hypothesis import strategies as st

from alignment.figures.text import joined, safe, shortened, text_width, wrapped


def test_tags_in_a_name_are_shown_not_obeyed():
    """Plotly reads <a href>, <b> and <span style> in any text; a territory may be called anything."""
    assert safe("<a href='javascript:x'>North & South</a>") == (
        "&lt;a href='javascript:x'&gt;North &amp; South&lt;/a&gt;"
    )


def test_line_breaks_in_a_name_become_spaces():
    assert safe("North\n  West") == "North West"


def test_lines_come_out_about_equally_long():
    """A last line with one word is the mark of a machine."""
    lines = wrapped("Too few interviews to tell which territory is weakest of them all", size=20, width=680)

    assert lines == ("Too few interviews to tell which", "territory is weakest of them all")


def test_headlines_wrap_at_sixty_characters_however_wide_the_wall_is():
    assert max(len(line) for line in wrapped("word " * 60, size=36, width=4000)) <= 60


def test_a_number_is_not_parted_from_its_sign():
    lines = wrapped("aaaa aaaa 12\N{NO-BREAK SPACE}%", size=10, width=50)

    assert lines == ("aaaa aaaa", "12\N{NO-BREAK SPACE}%")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200), st.integers(100, 1200))
def test_wrapping_keeps_every_word_and_escapes_after_it(text, width):
    lines = wrapped(text, size=16, width=width)

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert "<" not in joined(lines).replace("<br>", "")


def test_width_is_not_below_what_chromium_measured():
    """Source Sans at 100 px in headless Chromium: see the numbers; the estimate may only be larger."""
    for text, measured in {"Marketing-qualified": 818, "Mecklenburg-Vorpommern": 1124, "1,204": 224}.items():
        assert measured <= text_width(text, 100) <= 1.35 * measured


def test_shortened_says_that_it_is():
    assert shortened("Mecklenburg-Vorpommern", 10) == "Mecklenbu…"
    assert shortened("Hessen", 10) == "Hessen"
