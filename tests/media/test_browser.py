"""A real browser plays the stream through hls.js: it finds the languages, changes between them and goes on playing."""

from __future__ import annotations

import json
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, SAMPLES, run

from pitchgen.recipes.make import make

HLS_JS = ROOT / ".cache" / "hls.js.tgz"
WAIT = 90.0  # seconds: a busy machine decodes slowly

PAGE = """<!doctype html><meta charset="utf-8"><video id="v" width="160"></video><script src="hls.js"></script><script>
const video = document.getElementById("v"), seen = {errors: [], switched: [], heard: []};
const wait = ms => new Promise(done => setTimeout(done, ms));
const until = async test => { for (let n = 0; n < 300 && !test(); n++) await wait(100); return test(); };
const bytes = () => video.webkitAudioDecodedByteCount;
async function play(seconds) {  // whether so much more is shown, and sound is decoded meanwhile
  const from = video.currentTime, before = bytes();
  const moved = await until(() => video.currentTime >= from + seconds || video.ended);
  return moved && bytes() > before;
}
async function test() {
  if (!Hls.isSupported()) throw new Error("no Media Source Extensions");
  const hls = new Hls({enableWorker: false});
  hls.on(Hls.Events.ERROR, (_, data) => seen.errors.push(`${data.details} ${data.fatal}`));
  hls.on(Hls.Events.AUDIO_TRACK_SWITCHED, (_, data) => seen.switched.push(data.id));
  hls.loadSource("hls/master.m3u8");
  hls.attachMedia(video);
  await until(() => hls.audioTracks.length && hls.subtitleTracks.length);
  const sound = new AudioContext(), meter = sound.createAnalyser();
  sound.createMediaElementSource(video).connect(meter);
  seen.audio = hls.audioTracks.map(t => [t.name, t.lang, t.default]);
  seen.subtitles = hls.subtitleTracks.map(t => [t.name, t.lang]);
  seen.first = hls.audioTrack;
  await video.play();
  seen.heard.push(await play(1));
  for (let n = 1; n < hls.audioTracks.length; n++) {
    hls.audioTrack = n;
    await until(() => seen.switched.includes(n));
    seen.heard.push(await play(0.7));
  }
  hls.subtitleDisplay = true;
  hls.subtitleTrack = 1;
  const shown = () => [...video.textTracks].filter(t => t.mode === "showing" && t.cues && t.cues.length);
  await until(() => shown().length);
  seen.cues = shown().flatMap(t => [...t.cues].map(c => [c.startTime, c.text]));
  seen.cueLanguage = shown().map(t => t.language);
  video.currentTime = 5.5;  // over the end of the first segment
  await until(() => !video.seeking);
  seen.crossed = await play(2);
  seen.size = [video.videoWidth, video.videoHeight];
  seen.duration = video.duration;
}
test().catch(error => seen.errors.push(String(error))).finally(
  () => fetch("result", {method: "POST", body: JSON.stringify(seen)}));
</script>"""


class Site(SimpleHTTPRequestHandler):
    """The stream and the page; what the page tells ends the wait."""

    told: dict[str, Any]
    done: threading.Event

    def do_POST(self) -> None:
        """What the page has seen."""
        self.told.update(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()
        self.done.set()

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def site(tmp_path: Path, ffmpeg: str) -> Path:
    """A folder with a stream of 14 s in three languages and hers, the page, and hls.js."""
    if not HLS_JS.exists():
        pytest.skip("hls.js is not here: run scripts/install-system where npm is")
    video = tmp_path / "pitch.mp4"
    run(ffmpeg, "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=14", "-i", SAMPLES / "umbrella.mp4",
        "-t", 14, "-map", "0:v", "-map", "1:a", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
        "-c:a", "aac", video)  # fmt: skip
    video.with_suffix(".txt").write_text("各位老板好，我是小王。\n这是我们最新款的雨伞，可以折叠。\n", "utf-8")
    outcome = make(video, ["en", "fr", "ar"], out=tmp_path / "out", store=tmp_path / "store", profile="fake",
                   package="hls")  # fmt: skip
    with tarfile.open(HLS_JS) as archive:
        script = archive.extractfile("package/dist/hls.min.js")
        assert script
        (outcome.folder / "hls.js").write_bytes(script.read())
    (outcome.folder / "page.html").write_text(PAGE, "utf-8")
    return outcome.folder


@pytest.fixture
def seen(site: Path, chromium: str, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What the page tells after the browser has played the stream."""
    told: dict[str, Any] = {}
    done = threading.Event()
    handler = type("OneSite", (Site,), {"told": told, "done": done})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
               "--autoplay-policy=no-user-gesture-required", f"--user-data-dir={tmp_path / 'browser'}",
               f"http://127.0.0.1:{server.server_port}/page.html"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as browser:
        try:
            assert done.wait(WAIT), "the browser told nothing"
            yield told
        finally:
            browser.kill()
            server.shutdown()
            server.server_close()
            thread.join()


def test_hls_js_plays_every_language(seen: dict[str, Any]) -> None:
    assert seen["errors"] == []
    assert seen["audio"] == [["English", "en", True], ["français", "fr", False], ["العربية", "ar", False],
                             ["中文", "zh", False]]  # fmt: skip
    assert [lang for _, lang in seen["subtitles"]] == ["en", "fr", "ar", "zh"]
    assert seen["first"] == 0
    assert seen["heard"] == [True] * 4, "each plays on after it was chosen"
    assert seen["switched"][-1] == 3
    assert seen["cueLanguage"] == ["fr"]
    assert seen["cues"][0][1].startswith("fr")
    assert seen["crossed"]
    assert seen["size"] == [160, 90]
    assert seen["duration"] == pytest.approx(14, abs=0.2)
