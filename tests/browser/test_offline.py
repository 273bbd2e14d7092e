"""Every page without internet. `open_page` fails a test on any request to another host."""

import pytest

from alignment.ui.navigation import PAGES
from tests.browser.harness import settle


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
def test_every_page_draws_with_nothing_but_this_server(open_page, shoot, entry, theme):
    page = open_page(f"/{entry.path}", theme=theme)
    act_as(page, "Administrator")
    shoot(page, f"{theme} {entry.title}")

    assert page.locator("[data-testid='stException']").count() == 0
    assert "Something went wrong" not in page.locator("[data-testid='stMain']").inner_text()
    assert page.locator("[data-testid='stMainBlockContainer'] h2").count() >= 1


def test_the_watch_itself_sees_a_foreign_request(open_page, watched):
    """A watch that cannot see is a defect: this request must be noticed (and is blocked by the policy)."""
    page = open_page("/")
    page.evaluate("fetch('https://example.invalid/x').catch(() => null)")
    page.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://example.invalid/y.png'}))")
    page.wait_for_timeout(300)
    noticed = watched.foreign + page.evaluate("window.__violations")
    watched.foreign.clear()
    page.evaluate("window.__violations = []")

    assert any("example.invalid" in each for each in noticed)


def act_as(page, role: str) -> None:
    page.get_by_role("combobox", name="Acting as").click()
    page.get_by_role("option", name=role).click()
    page.locator(f".st-key-pick_role input[value='Acting as: {role}']").wait_for()
    settle(page)
