"""
What a visitor is sent: at most 3.0 MB the first time, 1.0 MB the second, nothing from another host.

Streamlit leaves its bundle uncompressed: the first page with a chart is then 7.9 MB (performance.md).
"""

import pytest

from benchmarks.browser import first_and_second, wait_until_packed
from benchmarks.serving import Server

FIRST, SECOND = 3_000_000, 1_000_000


@pytest.mark.parametrize("path", ["", pytest.param("territories", marks=pytest.mark.slow)])
def test_the_bytes_of_a_first_and_a_second_visit(browser, served, path):
    """The map page is the largest: 2.8 MB, 1.2 of it plotly and 0.55 fonts."""
    server = Server(port=served.port, pid=served.process.pid)
    wait_until_packed(server)

    first, second = first_and_second(browser, server, path)

    assert 500_000 < first.bytes < FIRST
    assert second.bytes < SECOND
    assert first.foreign == second.foreign == []
