"""Every kind of file carries the implicit label, and gives it back to other programs than ours."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import run

from pitchgen.core.errors import EngineError, InputError, MediaError, UnsupportedError
from pitchgen.edges import boxes, marks
from pitchgen.edges.carriers import CARRIERS, carrier, check, labels_in, write, write_hls
from pitchgen.edges.labels import aigc, codes_allowed, read_aigc

LABEL = aigc("91330782MA2", "fr-0a1b")
HOSTILE = aigc("shop-->&<'/>", "en-[]{}|;#--><script>")  # all of it allowed by the standard
OTHER = aigc("another", "zh-9")

CODED = {
    ".mp4": ("-c:v", "mpeg4", "-c:a", "aac"),
    ".mov": ("-c:v", "mpeg4", "-c:a", "aac"),
    ".m4v": ("-c:v", "mpeg4", "-c:a", "aac"),
    ".mkv": ("-c:v", "mpeg4", "-c:a", "aac"),
    ".webm": ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"),
    ".m4a": ("-vn", "-c:a", "aac"),
    ".mka": ("-vn", "-c:a", "aac"),
    ".mp3": ("-vn", "-c:a", "libmp3lame"),
    ".flac": ("-vn", "-c:a", "flac"),
    ".ogg": ("-vn", "-c:a", "libvorbis"),
    ".opus": ("-vn", "-c:a", "libopus"),
    ".wav": ("-vn", "-c:a", "pcm_s16le"),
    ".jpg": ("-an", "-frames:v", "1"),
    ".jpeg": ("-an", "-frames:v", "1"),
    ".png": ("-an", "-frames:v", "1"),
}
WRITTEN = {
    ".html": "<!doctype html>\n<html><head><title>Socks</title></head><body><p>袜子</p></body></html>",
    ".htm": "<p>Only a piece",
    ".md": "---\ntitle: Socks\n---\n# Socks\n",
    ".vtt": "WEBVTT\nKind: captions\n\n00:00.000 --> 00:01.000\nHello\n",
    ".m3u8": "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-STREAM-INF:BANDWIDTH=1\nvideo.m3u8\n",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, ffmpeg: str) -> Path:
    """One small file of each kind, with a title."""
    folder = tmp_path_factory.mktemp("files")
    for suffix, coded in CODED.items():
        media = ["-f", "lavfi", "-i", "testsrc2=size=96x64:rate=10:duration=1", "-f", "lavfi"]
        media += ["-i", "sine=sample_rate=48000:duration=1", "-metadata", "title=Socks"]
        run(ffmpeg, *media, *coded, folder / f"file{suffix}")
    for suffix, text in WRITTEN.items():
        (folder / f"file{suffix}").write_text(text, "utf-8")
    return folder


def test_every_carrier_is_tested() -> None:
    assert set(CODED) | set(WRITTEN) == set(CARRIERS)


@pytest.mark.parametrize("label", [LABEL, HOSTILE], ids=["plain", "hostile"])
@pytest.mark.parametrize("suffix", CARRIERS)
def test_the_label_comes_back(suffix: str, label: str, files: Path, tmp_path: Path) -> None:
    source, target = files / f"file{suffix}", tmp_path / f"out{suffix}"
    assert labels_in(source) == ()
    write(source, target, label)
    assert labels_in(target) == (read_aigc(label),)


@pytest.mark.parametrize("suffix", CARRIERS)
def test_a_second_label_takes_the_place_of_the_first(suffix: str, files: Path, tmp_path: Path) -> None:
    first, second = tmp_path / f"first{suffix}", tmp_path / f"second{suffix}"
    write(files / f"file{suffix}", first, OTHER)
    write(first, second, LABEL)
    assert labels_in(second) == (read_aigc(LABEL),)
    data = second.read_bytes()
    assert b"zh-9" not in data
    assert data.count(b"fr-0a1b") == 2  # as ProduceID and as PropagateID


@pytest.mark.parametrize("suffix", [s for s in CODED if s not in (".wav", ".jpg", ".jpeg", ".png")])
def test_the_rest_of_the_file_stays(suffix: str, files: Path, tmp_path: Path, ffmpeg: str) -> None:
    source, target = files / f"file{suffix}", tmp_path / f"out{suffix}"
    write(source, target, LABEL)
    assert packets(ffmpeg, source) == packets(ffmpeg, target)


@pytest.mark.parametrize("suffix", [".wav", ".jpg", ".png"])
def test_the_rest_of_a_file_of_chunks_stays(suffix: str, files: Path, tmp_path: Path, ffmpeg: str) -> None:
    source, target = files / f"file{suffix}", tmp_path / f"out{suffix}"
    write(source, target, LABEL)
    assert decoded(ffmpeg, source) == decoded(ffmpeg, target)


def packets(ffmpeg: str, path: Path) -> str:
    """Digest of each stream, not decoded."""
    command = [ffmpeg, "-v", "error", "-i", path, "-map", "0", "-c", "copy", "-f", "streamhash", "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def decoded(ffmpeg: str, path: Path) -> bytes:
    command = [ffmpeg, "-v", "error", "-i", path, "-f", "hash", "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def test_pillow_finds_the_label_in_pictures(files: Path, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    for suffix in (".jpg", ".png"):
        write(files / f"file{suffix}", tmp_path / f"out{suffix}", LABEL)
        with image.open(tmp_path / f"out{suffix}") as picture:
            packet = picture.info["xmp"]
        assert b"http://www.tc260.org.cn/ns/AIGC/1.0/" in packet
        assert json.loads(LABEL)["ProduceID"].encode() in packet


def test_a_packet_that_is_there_is_gone_on_with(files: Path, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    packet = (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{rdf}"><rdf:Description rdf:about="" title="袜"/>'
    )
    packet += "</rdf:RDF></x:xmpmeta>"
    with image.open(files / "file.jpg") as picture:
        picture.save(tmp_path / "with.jpg", xmp=packet.encode())
    write(tmp_path / "with.jpg", tmp_path / "out.jpg", LABEL)
    assert 'title="袜"'.encode() in (tmp_path / "out.jpg").read_bytes()
    assert labels_in(tmp_path / "out.jpg") == (read_aigc(LABEL),)


def test_wav_of_other_programs_stays_readable(tmp_path: Path) -> None:
    samples = np.linspace(-0.5, 0.5, 4801, dtype=np.float32)
    soundfile.write(tmp_path / "odd.wav", samples, 48_000, subtype="PCM_U8")  # an odd number of bytes: padded
    write(tmp_path / "odd.wav", tmp_path / "out.wav", LABEL)
    before, after = (soundfile.read(tmp_path / name)[0] for name in ("odd.wav", "out.wav"))
    assert np.array_equal(before, after)


def test_the_words_that_readers_see() -> None:
    page = marks.shown_html(WRITTEN[".html"], "fr")
    assert page.index("Généré par IA") < page.index("袜子")
    assert marks.shown_html(page, "fr") == page
    text = marks.shown_markdown(WRITTEN[".md"], "zh")
    assert text.startswith("---\ntitle: Socks\n---\n**AI生成**\n")
    assert marks.shown_markdown(text, "zh") == text


def test_a_stream_of_hls(ffmpeg: str, tmp_path: Path) -> None:
    folder = tmp_path / "hls"
    folder.mkdir()
    media = ["-f", "lavfi", "-i", "testsrc2=size=96x64:rate=10:duration=2", "-f", "lavfi", "-i", "sine=duration=2"]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "10", "-c:a", "aac"]
    run(ffmpeg, *media, *coded, "-f", "hls", "-hls_time", "1", "-hls_segment_type", "fmp4", "-hls_playlist_type", "vod",
        "-master_pl_name", "master.m3u8", folder / "video.m3u8")  # fmt: skip
    before = decoded(ffmpeg, folder / "video.m3u8")
    write_hls(folder / "master.m3u8", LABEL)
    write_hls(folder / "master.m3u8", LABEL)  # again: not twice
    assert decoded(ffmpeg, folder / "video.m3u8") == before
    assert labels_in(folder / "master.m3u8") == (read_aigc(LABEL),)
    assert boxes.read_init(folder / "init.mp4") == [LABEL]
    whole = tmp_path / "whole.mp4"
    whole.write_bytes((folder / "init.mp4").read_bytes() + (folder / "video0.m4s").read_bytes())
    assert labels_in(whole) == (read_aigc(LABEL),)  # ffmpeg finds it where we put it


def test_a_playlist_names_no_file_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\0\0\0\x08ftyp")
    (tmp_path / "hls").mkdir()
    master = tmp_path / "hls" / "master.m3u8"
    master.write_text('#EXTM3U\n#EXT-X-MAP:URI="../secret"\n')
    write_hls(master, LABEL)
    assert (tmp_path / "secret").read_bytes() == b"\0\0\0\x08ftyp"


@pytest.mark.parametrize("name", ["fr.srt", "a.ts", "a.exe", "noname"])
def test_files_without_a_place_say_so(name: str) -> None:
    with pytest.raises(UnsupportedError, match="place"):
        carrier(Path(name))


@pytest.mark.parametrize("suffix", CARRIERS)
def test_what_is_no_such_file_is_one_line(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"junk{suffix}"
    path.write_bytes(b"\xff\x00\xfe" * 100)
    with pytest.raises(MediaError, match="junk"):
        labels_in(path) or write(path, tmp_path / f"out{suffix}", LABEL)


def test_metadata_that_injects_stays_a_code() -> None:
    source = read_aigc(
        json.dumps({
            "Label": "1", "ContentProducer": '义乌"; rm -rf /\n', "ProduceID": "x" * 10_000, "ReservedCode1": "",
            "ContentPropagator": "", "PropagateID": "", "ReservedCode2": "",
        })
    )  # fmt: skip
    made = read_aigc(aigc("shop", "fr-1", source))
    assert codes_allowed(made)
    assert made.propagator == "%E4%B9%89%E4%B9%8C%22;%20rm%20-rf%20/%0A"
    assert made.propagate_id.startswith("sha256:")
    assert made.producer == "shop"


def test_a_label_of_10_mb_is_no_label(files: Path, tmp_path: Path) -> None:
    flood = LABEL.replace("fr-0a1b", "A" * 10_000_000)
    target = tmp_path / "flood.wav"
    CARRIERS[".wav"].write(files / "file.wav", target, flood)
    with pytest.raises(InputError, match="characters"):
        labels_in(target)


def test_a_label_that_is_not_there_withholds_the_file(files: Path) -> None:
    with pytest.raises(EngineError, match="withheld"):
        check(files / "file.mp4", LABEL)
