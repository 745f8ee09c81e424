"""The walker itself: does it notice what it is there to notice?"""

import pytest
from playwright.sync_api import Browser

from tests.journeys.walker import Installation, Walker

pytestmark = pytest.mark.journey

BAD = """<!doctype html><html><title>x</title><body>
<img src="/hilang.png"><p style="color:#bbb;background:#fff">hampir tidak terbaca</p>
<div style="width:3000px">terlalu lebar</div><script>tidakAda()</script>"""


def test_it_notices(balai: Installation, browser: Browser) -> None:
    walker = Walker(browser, "phone", "walker")
    walker.page.route("**/buruk/", lambda route: route.fulfill(body=BAD, content_type="text/html"))
    walker.go(f"{balai.url}/buruk/", "bad")
    said = "\n".join(walker.problems)
    walker.context.close()
    for expected in ("image-alt", "color-contrast", "html-has-lang", "wider than the screen",
                     "tidakAda", "missing"):  # fmt: skip
        assert expected in said, said


def test_it_is_content_with_a_good_page(balai: Installation, browser: Browser) -> None:
    walker = Walker(browser, "phone", "walker")
    walker.go(f"{balai.url}/", "good")
    assert walker.problems == []
    walker.context.close()
