"""
Map geometry by URL: sent once to each browser, named by its hash, kept for good.

Plotly fetches a base map for every map trace, even a hidden one; it is answered
here with an empty one, so that a map needs no internet.
"""

import gzip
import re
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from alignment.errors import AlignmentError, NotFound
from alignment.imports.boundaries import EMPTY_TOPOLOGY
from alignment.queries.frame import boundary_geojson
from alignment.settings import read_settings
from alignment.ui.packed import accepts_gzip
from alignment.ui.startup import base_path
from alignment.ui.store import open_database

_HASH = re.compile(r"[0-9a-f]{64}")
_FOR_GOOD = "public, immutable, max-age=31536000"


def geometry_url(sha256: str) -> str:
    """Where the browser fetches a boundary set; for `go.Choropleth(geojson=...)`."""
    return f"{base_path()}/geo/{sha256}.json"


def topology_url() -> str:
    """Plotly's `config={"topojsonURL": ...}`: the empty base map."""
    return f"{base_path()}/geo/topojson/"


def geometry(sha256: str) -> bytes | None:
    """The GeoJSON stored under the hash; None if there is none."""
    return _stored(read_settings().url(), sha256)


def _stored(url: str, sha256: str) -> bytes | None:
    with open_database(url).reading() as session:
        return boundary_geojson(session, sha256)


@lru_cache(maxsize=8)
def _packed(url: str, sha256: str) -> bytes:
    """
    Raises:
        NotFound: There is no such set (yet); nothing is kept, so that it is looked for again.
    """
    found = _stored(url, sha256)
    if found is None:
        raise NotFound("There is no such geometry.")
    return gzip.compress(found, 6, mtime=0)


def serve_geometry(request: Request) -> Response:
    """`/geo/<sha256>.json`."""
    sha256 = request.path_params["sha256"]
    try:
        if not _HASH.fullmatch(sha256):
            raise NotFound("There is no such geometry.")
        return _json(request, _packed(read_settings().url(), sha256), cache=_FOR_GOOD)
    except AlignmentError as error:
        return Response(str(error), status_code=404, media_type="text/plain")


def serve_topology(request: Request) -> Response:
    """`/geo/topojson/<anything>.json`: always the empty topology, whatever scope plotly asks for."""
    return _json(request, gzip.compress(EMPTY_TOPOLOGY, 6, mtime=0), cache="public, max-age=86400")


def _json(request: Request, packed: bytes, *, cache: str) -> Response:
    headers = {"cache-control": cache, "vary": "accept-encoding"}
    if accepts_gzip(request.headers.get("accept-encoding", "")):
        headers["content-encoding"] = "gzip"
        return Response(packed, media_type="application/json", headers=headers)
    return Response(gzip.decompress(packed), media_type="application/json", headers=headers)
