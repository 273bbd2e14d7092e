"""The guard over real HTTP and a real socket, and the first visitor after a start."""

import base64
import gzip
import http.client
import json
import os
import socket
import subprocess
import sys
import time

import pytest

from alignment.ui.navigation import PAGES
from tests.browser.harness import ROOT, Served, free_port, status_of, wait_for, wait_until_up


def handshake(port: int, host: str, origin: str) -> int:
    """The status that a websocket request gets."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        "GET /_stcore/stream HTTP/1.1", f"Host: {host}", f"Origin: {origin}", "Upgrade: websocket",
        "Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: streamlit",
    ]  # fmt: skip
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return int(connection.recv(64).split()[1])


def get(port, path, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=headers or {})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body


def test_a_rebound_name_gets_nothing(served):
    """Host and Origin agree, as they do after DNS rebinding: without the guard this socket opened."""
    evil = f"evil.example:{served.port}"

    assert status_of(served.port, "/", {"Host": evil}) == 421
    assert handshake(served.port, evil, f"http://{evil}") == 403


def test_a_page_on_another_local_port_gets_no_socket(served):
    assert handshake(served.port, f"127.0.0.1:{served.port}", "http://localhost:3000") == 403


def test_the_own_page_gets_one(served):
    host = f"127.0.0.1:{served.port}"

    assert handshake(served.port, host, f"http://{host}") == 101


def test_twenty_wrong_origins_cost_nothing(served):
    """Without the guard each one blocks the server's loop on a look-up: 5 s for twenty (reliability.md)."""
    started = time.monotonic()
    statuses = {handshake(served.port, f"127.0.0.1:{served.port}", "http://evil.example") for _ in range(20)}
    status = status_of(served.port)

    assert (statuses, status) == ({403}, 200)
    assert time.monotonic() - started < 4


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/mcp", "/app/static/x.json"])
def test_closed_routes_give_nothing_away(served, path):
    status, _, body = get(served.port, path)

    assert status == 404 or body.startswith(b"<!")


def test_every_kind_of_answer_has_the_headers(served):
    for path in ("/", "/funnel", "/health", "/geo/topojson/world_110m.json", "/_stcore/health"):
        _, headers, _ = get(served.port, path)
        assert "default-src 'self'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff"


def test_the_bundle_is_compressed(served):
    """2.7 MB instead of 7.8 for the first page with a chart (joints.md, a)."""
    _, _, index = get(served.port, "/")
    script = index.decode().split('src="./static/js/index.')[1].split('"')[0]
    _, headers, packed = get(served.port, f"/static/js/index.{script}", {"Accept-Encoding": "gzip"})
    _, _, plain = get(served.port, f"/static/js/index.{script}")

    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == plain
    assert len(packed) < 0.45 * len(plain)


@pytest.mark.parametrize("entry", [PAGES[2], PAGES[5]], ids=lambda entry: entry.title)
def test_the_first_visitor_may_come_by_a_deep_link(fresh_server, open_page, entry):
    """It opened under a dialog "Page not found" (joints.md, a); /import is not even in the sponsor's menu."""
    server = fresh_server()
    wait_until_up(server)
    page = open_page(f"/{entry.path}", server=server)

    assert page.locator(".st-key-frameline").get_by_role("heading", name=entry.title, exact=True).is_visible()
    assert page.get_by_role("dialog").count() == 0


def test_under_a_base_path_everything_is_below_it(fresh_server, open_page):
    server = fresh_server(arguments=("--server.baseUrlPath", "align"))
    wait_until_up(server, "/align/health")
    page = open_page("/align/funnel", server=server)

    assert status_of(server.port, "/health") != 200
    assert json.loads(get(server.port, "/align/geo/topojson/world_110m.json")[2])["type"] == "Topology"
    assert status_of(server.port, "/align/_stcore/metrics") == 404
    assert page.get_by_role("dialog").count() == 0


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (("--server.address", "0.0.0.0"), {}, "server.address is '0.0.0.0'"),
        (("--server.enableXsrfProtection", "false"), {}, "server.enableXsrfProtection"),
        (("--client.showErrorDetails", "full"), {}, "client.showErrorDetails"),
        ((), {"ALIGN_MODE": "shared"}, "no sign-in"),
    ],
)
def test_a_wrong_setting_stops_the_start(fresh_server, arguments, environment, words):
    server = fresh_server(arguments=arguments, environment=environment)
    wait_for(lambda: server.process.poll() is not None, 30, "the refusal")

    assert server.process.returncode != 0
    assert words in server.log.read_text()


def test_a_missing_database_is_a_page_that_says_what_to_do(fresh_server, open_page, tmp_path):
    server = fresh_server(environment={"ALIGN_DATABASE_URL": f"sqlite:///{tmp_path}/none.db"})
    wait_until_up(server, status=503)
    page = open_page("/funnel", server=server)

    assert "alignment init" in page.locator("[data-testid='stAlert']").inner_text()
    assert page.get_by_role("dialog").count() == 0


def test_uvicorn_serves_the_same(chromium, sample_file, tmp_path):
    """`uvicorn dashboard:app` has the guard, the settings and the routes too."""
    port = free_port()
    log = tmp_path / "uvicorn.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "dashboard:app", "--port", str(port)],
            cwd=ROOT,
            env=os.environ | {"ALIGN_DATABASE_URL": f"sqlite:///{sample_file}"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Served(url=f"http://127.0.0.1:{port}", log=log, process=process)
    try:
        wait_until_up(server)
        assert status_of(port, "/", {"Host": "evil.example"}) == 421
    finally:
        server.stop()
