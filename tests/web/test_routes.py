"""Own routes: health and map geometry, on a real database file."""

import gzip
import json
import os
from datetime import UTC, datetime

import pytest
from starlette.requests import Request

from alignment.tables import BoundarySet
from alignment.ui.geometry import geometry, geometry_url, serve_geometry, serve_topology
from alignment.ui.health import serve_health
from alignment.ui.store import open_database

GEOJSON = b'{"type":"FeatureCollection","features":[]}'
SHA256 = "a" * 64


@pytest.fixture
def served(database, monkeypatch):
    """The test's database, as the one that the settings name."""
    url = f"sqlite:///{database.path}"
    monkeypatch.setenv("ALIGN_DATABASE_URL", url)
    yield database
    open_database(url).close()


def request(path="/", *, accept="gzip", **params):
    headers = [(b"accept-encoding", accept.encode())]
    return Request({"type": "http", "method": "GET", "path": path, "headers": headers, "path_params": params})


def store_boundaries(database):
    with database.writing() as session:
        session.add(BoundarySet(name="x", sha256=SHA256, geojson=GEOJSON, recorded_at=datetime.now(UTC)))


class TestGeometry:
    def test_is_sent_packed_and_kept_for_good(self, served):
        store_boundaries(served)
        response = serve_geometry(request(sha256=SHA256))

        assert gzip.decompress(response.body) == GEOJSON
        assert response.headers["content-encoding"] == "gzip"
        assert response.headers["cache-control"] == "public, immutable, max-age=31536000"

    def test_is_sent_plain_to_who_does_not_unpack(self, served):
        store_boundaries(served)

        assert serve_geometry(request(sha256=SHA256, accept="identity")).body == GEOJSON

    @pytest.mark.parametrize("sha256", ["b" * 64, "../secrets", "A" * 64, ""])
    def test_an_unknown_hash_is_not_found(self, served, sha256):
        assert serve_geometry(request(sha256=sha256)).status_code == 404

    def test_a_set_that_comes_later_is_found_later(self, served):
        """A hash that was asked for too early is not remembered as missing."""
        before = serve_geometry(request(sha256=SHA256)).status_code
        store_boundaries(served)

        assert (before, serve_geometry(request(sha256=SHA256)).status_code) == (404, 200)

    def test_the_stored_bytes_are_returned_as_they_are(self, served):
        store_boundaries(served)

        assert geometry(SHA256) == GEOJSON
        assert geometry("b" * 64) is None

    def test_the_address_names_the_content(self):
        assert geometry_url(SHA256) == f"/geo/{SHA256}.json"


def test_the_base_map_is_empty_whatever_is_asked_for():
    topology = json.loads(serve_topology(request(accept="", name="world_110m.json")).body)

    assert topology["arcs"] == []
    assert all(layer["geometries"] == [] for layer in topology["objects"].values())


class TestHealth:
    def test_says_ok_with_the_version_of_the_numbers(self, served):
        response = serve_health(request())

        assert response.status_code == 200
        assert json.loads(response.body) == {"status": "ok", "data_version": 0}
        assert response.headers["cache-control"] == "no-store"

    def test_a_file_moved_away_is_seen(self, served, tmp_path):
        """The pool's open handles would go on reading it (joints.md, a)."""
        serve_health(request())
        os.rename(served.path, tmp_path / "elsewhere.db")

        assert serve_health(request()).status_code == 503

    def test_a_file_replaced_is_seen(self, served, tmp_path):
        serve_health(request())
        other = tmp_path / "other.db"
        other.write_bytes(served.path.read_bytes())
        os.replace(other, served.path)
        response = serve_health(request())

        assert response.status_code == 503
        assert "replaced" in json.loads(response.body)["problem"]

    def test_no_database_is_said_with_what_to_do(self, monkeypatch, tmp_path):
        monkeypatch.setenv("ALIGN_DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
        response = serve_health(request())

        assert response.status_code == 503
        assert "alignment init" in json.loads(response.body)["problem"]
