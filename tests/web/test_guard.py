"""The door before Streamlit. Attacks: DNS rebinding, foreign pages on other ports, closed routes, floods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment.settings import Mode
from alignment.ui.guard import MAX_UPLOAD_BYTES, MAX_UPLOADS_AT_ONCE, Guard, _hostname


def local(app):
    return Guard(app, mode=Mode.LOCAL)


def shared(app):
    return Guard(app, mode=Mode.SHARED, hosts=["align.example.com"])


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8501", "127.0.0.1:1", "[::1]:8501", "LOCALHOST:9", "localhost."]
)
def test_loopback_names_on_any_port_are_served(ask, host):
    assert ask(local, host=host).body == b"inside"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8501",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "user@localhost",
        "localhost:port",
        "localhost/../x",
        "0.0.0.0",
        "127.0.0.2",
        "",
        [],
        ["localhost", "evil.example"],
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_any_other_name_is_refused_before_the_app(ask, host, kind):
    """DNS rebinding: the browser sends the attacker's name, which now points to this machine."""
    answer = ask(local, host=host, kind=kind)

    assert not answer.reached_app
    assert answer.closed if kind == "websocket" else answer.status == 421


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://localhost:3000",
        "null",
        "http://localhost",
        "file://",
        "localhost:8501",
        "",
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_another_origin_is_refused(ask, origin, kind):
    """A page on another local port is a stranger too."""
    answer = ask(local, headers={"origin": origin}, kind=kind)

    assert not answer.reached_app
    assert answer.closed if kind == "websocket" else answer.status == 403


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_the_own_origin_is_served(ask, kind):
    assert ask(local, headers={"origin": "http://localhost:8501"}, kind=kind).reached_app


@pytest.mark.parametrize(
    "client", [("192.168.1.7", 4), ("2001:db8::1", 4), ("::ffff:10.0.0.1", 4), ("host", 4)]
)
def test_local_mode_answers_no_other_machine(ask, client):
    """Whoever started the server on all interfaces has not opened it to the room."""
    answer = ask(local, client=client)

    assert (answer.status, answer.reached_app) == (403, False)


@pytest.mark.parametrize("client", [("127.0.0.1", 4), ("::1", 4), ("::ffff:127.0.0.1", 4), None])
def test_local_mode_answers_this_machine(ask, client):
    assert ask(local, client=client).reached_app


def test_shared_mode_answers_its_own_name_only(ask):
    far = ("192.168.1.7", 4)

    assert ask(shared, host="align.example.com", client=far).reached_app
    assert ask(shared, host="localhost", client=far).status == 421


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/agent",
        "/_stcore/agent/mcp",
        "/_stcore/agent/openapi.json",
        "/_stcore/script-health-check",
    ],
)
@pytest.mark.parametrize("base", ["", "/align"])
def test_closed_routes_are_not_found(ask, path, base):
    answer = ask(lambda app: Guard(app, mode=Mode.LOCAL, base=base), path=f"{base}{path}")

    assert (answer.status, answer.reached_app) == (404, False)


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/stream", "/_stcore/agentless", "/funnel"])
def test_other_routes_are_open(ask, path):
    assert ask(local, path=path).reached_app


class TestUploads:
    """Streamlit would read the body whole into memory before it looks at its size."""

    path = "/_stcore/upload_file/session/file"

    def test_a_file_of_25_megabytes_passes(self, ask):
        length = {"content-length": str(25 * 1024 * 1024)}

        assert ask(local, path=self.path, method="PUT", headers=length).reached_app

    @pytest.mark.parametrize(
        ("length", "status"), [(str(MAX_UPLOAD_BYTES + 1), 413), ("", 411), ("-1", 411), ("1e3", 411)]
    )
    def test_an_oversized_or_unmeasured_body_does_not(self, ask, length, status):
        answer = ask(local, path=self.path, method="PUT", headers={"content-length": length})

        assert (answer.status, answer.reached_app) == (status, False)

    def test_without_a_length_it_is_refused(self, ask):
        assert ask(local, path=self.path, method="PUT").status == 411

    def test_deleting_needs_no_length(self, ask):
        assert ask(local, path=self.path, method="DELETE").reached_app

    def test_a_session_cannot_fill_the_memory(self, ask):
        """Twenty files of 20 MB into a page without an uploader stayed in memory (reliability.md)."""
        guards = []

        def one_guard(app):
            guards.append(Guard(app, mode=Mode.LOCAL) if not guards else guards[0])
            return guards[0]

        length = {"content-length": str(20 * 1024 * 1024)}
        statuses = [
            ask(one_guard, path=f"/_stcore/upload_file/one/{n}", method="PUT", headers=length).status
            for n in range(20)
        ]
        other = ask(one_guard, path="/_stcore/upload_file/two/1", method="PUT", headers=length).status

        assert statuses == [200] * 13 + [413] * 7
        assert other == 200

    def test_more_than_a_few_at_once_wait(self, ask):
        """Counted down again whatever happens to an upload."""

        def full(app):
            guard = Guard(app, mode=Mode.LOCAL)
            guard._uploads = MAX_UPLOADS_AT_ONCE
            return guard

        assert ask(full, path=self.path, method="PUT", headers={"content-length": "1"}).status == 503


@given(st.text(max_size=60))
def test_no_host_header_breaks_the_guard(text):
    """Whatever is sent, the answer is a plain name or a refusal, never an exception."""
    name = _hostname(text)

    assert name is None or ("/" not in name and "@" not in name and "?" not in name)
