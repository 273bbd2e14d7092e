"""The compressed bundle: the same bytes after unpacking, a third of them on the way."""

import gzip

import pyarrow as pa
import pytest

from alignment.ui.packed import BUNDLE, Bundle, PackedBundle, accepts_brotli, accepts_gzip


@pytest.fixture
def bundle(tmp_path):
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "static" / "js" / "index.Abc.js").write_text("let answer = 42;" * 200)
    (tmp_path / "static" / "js" / "late.Def.js").write_text("late")
    (tmp_path / "static" / "font.woff2").write_bytes(b"packed already")
    return Bundle(tmp_path)


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.8", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("br", False),
        ("", False),
    ],
)
def test_gzip_is_sent_only_to_who_takes_it(header, accepted):
    """RFC 9110, section 12.5.3: a weight of zero means not acceptable."""
    assert accepts_gzip(header) is accepted


@pytest.mark.parametrize(
    ("header", "accepted"),
    [("gzip, deflate, br, zstd", True), ("br;q=0", False), ("gzip", False), ("*", False)],
)
def test_brotli_is_sent_only_to_who_names_it(header, accepted):
    assert accepts_brotli(header) is accepted


def test_what_was_packed_early_is_sent_smaller_to_who_takes_brotli(ask, bundle):
    """Before it is packed so, and to others, the same script comes with gzip."""
    make = lambda app: PackedBundle(app, bundle=bundle)  # noqa: E731
    path, browser = "/static/js/index.Abc.js", {"accept-encoding": "gzip, deflate, br"}

    before = ask(make, path=path, headers=browser)
    bundle.pack_early("")
    after = ask(make, path=path, headers=browser)
    other = ask(make, path=path, headers={"accept-encoding": "gzip"})

    assert [each.headers["content-encoding"] for each in (before, after, other)] == ["gzip", "br", "gzip"]
    whole = b"let answer = 42;" * 200
    assert pa.Codec("brotli").decompress(after.body, len(whole), asbytes=True) == whole
    assert len(after.body) < len(other.body)
    assert before.body == other.body


def test_a_script_is_packed_and_kept_for_good(ask, bundle):
    answer = ask(
        lambda app: PackedBundle(app, bundle=bundle),
        path="/static/js/index.Abc.js",
        headers={"accept-encoding": "gzip"},
    )

    assert gzip.decompress(answer.body) == b"let answer = 42;" * 200
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/static/js/index.Abc.js", {}),
        ("/static/font.woff2", {"accept-encoding": "gzip"}),
        ("/static/js/missing.js", {"accept-encoding": "gzip"}),
        ("/", {"accept-encoding": "gzip"}),
    ],
)
def test_all_else_is_streamlits(ask, bundle, path, headers):
    assert ask(lambda app: PackedBundle(app, bundle=bundle), path=path, headers=headers).reached_app


def test_the_base_path_is_taken_off(ask, bundle):
    make = lambda app: PackedBundle(app, base="/align", bundle=bundle)  # noqa: E731

    assert not ask(
        make, path="/align/static/js/index.Abc.js", headers={"accept-encoding": "gzip"}
    ).reached_app


def test_what_the_first_page_names_is_packed_early(bundle):
    bundle.pack_early('<script src="./static/js/late.Def.js">')

    assert set(bundle._packed) == {"/static/js/index.Abc.js", "/static/js/late.Def.js"}


def test_the_real_bundle_has_the_chart_library():
    assert any("PlotlyChart" in path for path in BUNDLE._files)
