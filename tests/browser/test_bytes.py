"""
What a visitor is sent: at most 3.0 MB the first time, 1.0 MB the second, nothing from another host.

Streamlit leaves its bundle uncompressed: the first page with a chart is then 7.9 MB (performance.md).
"""

import pytest

from benchmarks.browser import first_and_second
from benchmarks.serving import Server

FIRST, SECOND = 3_000_000, 1_000_000
MAP = 3_100_000
"""The map page is the largest: 3.08 MB, 1.42 of it plotly and 0.55 fonts. It may only shrink."""


@pytest.mark.parametrize(
    ("path", "most"), [("", FIRST), pytest.param("territories", MAP, marks=pytest.mark.slow)]
)
def test_the_bytes_of_a_first_and_a_second_visit(browser, served, path, most):
    server = Server(port=served.port, pid=served.process.pid)

    first, second = first_and_second(browser, server, path)

    assert 500_000 < first.bytes < most
    assert second.bytes < SECOND
    assert first.foreign == second.foreign == []
