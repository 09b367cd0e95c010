"""The page of a report in a browser: on a phone and on a desk, in both languages, with captions, for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import FfmpegCall
from playwright.sync_api import Browser, Page, sync_playwright
from reports import SENTENCE, everything, report, shown, version

from pitchgen.core.report import Level, Look, Reason, Report
from pitchgen.edges.page import page as drawn
from pitchgen.languages import LANGUAGES

PHONE, DESK = (390, 844), (1280, 800)
OWNING = ("</script><script>document.title='owned'</script>", "\"><img src=x onerror=document.title='owned'>")
INJECTED = """() => {
  const script = document.createElement("script");
  script.text = "document.title = 'owned'";
  document.body.append(script);
}"""
LONG = "Sehr lange Wörter: Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 4
MIXED = report(
    version("en", level=Level.WRONG, look=(Look(Reason.CHANGED, 1, "三块五", "35"),)),
    version("ar", level=Level.LOOK, look=(Look(Reason.LATE, 1, seconds=0.4),)),
    version("de", sentences=(replace(SENTENCE, source="很长的句子，" * 40, text=LONG, facts=()),)),
    video="'名字' \"长\" <b>.mp4" * 3,
)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(browser: Browser, found: Report, folder: Path, size: tuple[int, int] = PHONE) -> Page:
    """The page, as a file, with every section unfolded; what the browser complains of fails the test."""
    path = folder / "report.html"
    path.write_text(drawn(shown(found)), "utf-8")
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.on("request", lambda request: request.url.startswith(("file:", "data:")) or pytest.fail(request.url))
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    return page


@pytest.mark.parametrize("size", [PHONE, DESK, (320, 640)], ids=["phone", "desk", "narrow"])
def test_nothing_runs_over_the_side(browser: Browser, tmp_path: Path, size: tuple[int, int]) -> None:
    page = opened(browser, MIXED, tmp_path, size)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_everybody_can_read_it(browser: Browser, tmp_path: Path, size: tuple[int, int], tongue: str) -> None:
    page = opened(browser, MIXED, tmp_path, size)
    page.click(f"[data-tongue={tongue}]")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
    assert not found.response["violations"], found.generate_report()
    page.close()


def test_the_switch_changes_the_language_and_nothing_that_was_said(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, MIXED, tmp_path)
    headline = page.locator("#en .headline")
    assert headline.inner_text() == "✗ 请先改这几行，再发布"
    page.keyboard.press("Tab")  # past the link that skips to the versions
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert headline.inner_text() == "✗ Correct these lines before you publish"
    assert page.get_attribute("html", "lang") == "en"
    assert page.locator("#en .facts mark").first.is_visible()
    assert page.locator("#en .text[lang=en]").first.is_visible(), "words in English are no label of the page"
    page.close()


def test_a_link_unfolds_what_it_leads_to(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, report(*map(version, (code for code in LANGUAGES if code != "zh"))), tmp_path)
    page.click(".index a[href='#sw']")
    page.wait_for_function("document.getElementById('sw').getBoundingClientRect().top < innerHeight / 2")
    page.close()


def test_hostile_text_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    for text in (
        "</script><script>document.title='owned'</script>",
        '"><img src=x onerror="document.title=\'owned\'">',
    ):
        page = opened(browser, everything(text), tmp_path)
        assert page.title() != "owned"
        assert text in page.locator(".warnings li").inner_text()
        page.evaluate(
            "const s = document.createElement('script'); s.text = \"document.title='owned'\"; document.body.append(s)"
        )
        assert page.title() != "owned", "even markup that came in would not run"
        page.close()


def test_the_video_plays_with_its_captions(browser: Browser, tmp_path: Path, pitch: FfmpegCall) -> None:
    pitch(
        "en.mp4",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "aac",
        "-movflags",
        "+faststart",
    )
    page = opened(browser, report(version()), tmp_path)
    page.wait_for_function("document.querySelector('video').readyState >= 1")
    page.locator(".facts [data-at]").first.click()
    page.wait_for_function("document.querySelector('video').currentTime >= 1.1")
    page.wait_for_function("document.querySelector('video').textTracks[0].activeCues.length === 1")
    said = page.evaluate("document.querySelector('video').textTracks[0].activeCues[0].text")
    assert "100 pairs" in said
    page.close()
