"""HTTP Live Streaming: one picture, every language as a sound and as subtitles that a viewer chooses.

Source: RFC 8216 and its draft successor; Apple's HLS authoring specification for segments of 6 s.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pitchgen.core.caption import Cue
from pitchgen.edges.carriers import write_hls
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.program import source
from pitchgen.edges.subtitle_formats import write_vtt

SEGMENT = 6.0  # seconds, as Apple advises
KEY_SECONDS = 2.0  # between frames that a segment may begin with; SEGMENT is a multiple
MASTER, MEDIA, INIT = "master.m3u8", "index.m3u8", "init.mp4"
LABEL, LABEL_ID = "aigc.json", "cn.gb45438.aigc"
AAC = "mp4a.40.2"  # low complexity, as all our sounds are
VERSION = 7  # of the protocol: fragmented MP4


@dataclass(frozen=True, slots=True)
class Rendition:
    """One language of a stream."""

    code: str
    """BCP-47: its folder and its tag."""
    name: str
    """As a player shows it."""
    sound: Path | None
    """None for a language that is only subtitled."""
    cues: tuple[Cue, ...]
    """None where no subtitles are asked for."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a rendition."""

    path: Path
    seconds: float

    @property
    def bits_per_second(self) -> float:
        """Of this piece alone."""
        return 8 * self.path.stat().st_size / self.seconds if self.seconds else 0.0


def write_stream(
    folder: Path, picture: Path, renditions: Sequence[Rendition], label: str, seconds: float, ffmpeg: Ffmpeg
) -> None:
    """The whole stream in `folder`; of the sounds the first is what a player takes by itself.

    Args:
        folder: empty.
        picture: encoded, with a frame to start from every `KEY_SECONDS`.
        renditions: in the order in which a player lists them.
        label: the implicit AI label, as JSON.
        seconds: of the longest rendition.
        ffmpeg: cuts; nothing is encoded again.

    Raises:
        EngineError: the label cannot be read back.
    """
    shown = _cut(picture, "v", folder / "video", ffmpeg, seconds)
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines.append(f'#EXT-X-SESSION-DATA:DATA-ID="{LABEL_ID}",URI="{LABEL}"')
    (folder / LABEL).write_text(label, "utf-8")
    heard: list[list[Segment]] = []
    for rendition in renditions:
        if rendition.sound:
            place = Path("audio", rendition.code)
            heard.append(_cut(rendition.sound, "a", folder / place, ffmpeg, seconds))
            lines.append(_sound_line(rendition, place, default=len(heard) == 1))
    subtitled = [rendition for rendition in renditions if rendition.cues]
    for rendition in subtitled:
        place = Path("subtitles", rendition.code)
        _write_subtitles(folder / place, rendition, seconds)
        lines.append(
            f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="{_quoted(rendition.name)}",'
            f'LANGUAGE="{rendition.code}",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="{place / MEDIA}"'
        )
    lines += [_stream_line(picture, shown, heard, subtitled=bool(subtitled)), f"video/{MEDIA}", ""]
    (folder / MASTER).write_text("\n".join(lines), "utf-8")
    write_hls(folder / MASTER, label)


def segments(playlist: Path) -> list[Segment]:
    """The pieces that a media playlist lists."""
    found, seconds = [], 0.0
    for line in playlist.read_text("utf-8").splitlines():
        if line.startswith("#EXTINF:"):
            seconds = float(line[8:].split(",")[0])
        elif line and not line.startswith("#"):
            found.append(Segment(playlist.parent / line, seconds))
    return found


def _cut(track: Path, kind: str, folder: Path, ffmpeg: Ffmpeg, seconds: float) -> list[Segment]:
    """The first picture (`v`) or sound (`a`) of a file as fragmented MP4 in pieces of `SEGMENT`."""
    folder.mkdir(parents=True)
    graph = source(track)[f"{kind}:0"].output(
        str(folder / MEDIA), f="hls", c="copy", copyts=None, map_metadata=-1,
        hls_time=SEGMENT, hls_playlist_type="vod", hls_segment_type="fmp4", hls_flags="independent_segments",
        hls_fmp4_init_filename=INIT, hls_segment_filename=str(folder / "%04d.m4s"),
    )  # fmt: skip
    ffmpeg.run(graph, track, seconds)
    return segments(folder / MEDIA)


def _write_subtitles(folder: Path, rendition: Rendition, seconds: float) -> None:
    """WebVTT in pieces as long as those of picture and sound; a cue that lies in two of them is in both."""
    folder.mkdir(parents=True)
    count = max(1, math.ceil(seconds / SEGMENT))
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", f"#EXT-X-TARGETDURATION:{round(SEGMENT)}",
             "#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD"]  # fmt: skip
    for number in range(count):
        start, end = number * SEGMENT, min((number + 1) * SEGMENT, seconds)
        within = [cue for cue in rendition.cues if cue.span.start < end and cue.span.end > start]
        head, _, body = write_vtt(within, rendition.code).partition("\n")
        stamp = "X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000"
        (folder / f"{number:04}.vtt").write_text(f"{head}\n{stamp}\n{body}", "utf-8")
        lines += [f"#EXTINF:{end - start:.6f},", f"{number:04}.vtt"]
    (folder / MEDIA).write_text("\n".join([*lines, "#EXT-X-ENDLIST", ""]), "utf-8")


def _sound_line(rendition: Rendition, place: Path, *, default: bool) -> str:
    chosen = "YES" if default else "NO"
    return (
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="{_quoted(rendition.name)}",LANGUAGE="{rendition.code}",'
        f'DEFAULT={chosen},AUTOSELECT=YES,CHANNELS="{_channels(rendition.sound)}",URI="{place / MEDIA}"'
    )


def _stream_line(picture: Path, shown: list[Segment], heard: Sequence[list[Segment]], *, subtitled: bool) -> str:
    """What a player has to know before it loads anything: with the sound that takes most."""
    peak = max(piece.bits_per_second for piece in shown)
    peak += max((piece.bits_per_second for pieces in heard for piece in pieces), default=0.0)
    mean = _mean(shown) + max((_mean(pieces) for pieces in heard), default=0.0)
    context, rate = _codec(picture)
    codecs = f"{_avc(context.extradata)},{AAC}" if heard else _avc(context.extradata)
    line = (
        f"#EXT-X-STREAM-INF:BANDWIDTH={math.ceil(peak)},AVERAGE-BANDWIDTH={math.ceil(mean)},"
        f'CODECS="{codecs}",RESOLUTION={context.width}x{context.height},FRAME-RATE={rate:.3f}'
    )
    line += ',AUDIO="audio"' if heard else ""
    line += ',SUBTITLES="subtitles"' if subtitled else ""
    return line + ",CLOSED-CAPTIONS=NONE"


def _mean(pieces: Sequence[Segment]) -> float:
    return 8 * sum(piece.path.stat().st_size for piece in pieces) / sum(piece.seconds for piece in pieces)


def _avc(configuration: bytes) -> str:
    """The profile, constraints and level that an AVC decoder configuration record begins with. Source: RFC 6381."""
    return f"avc1.{configuration[1:4].hex()}"


def _codec(picture: Path) -> tuple[Any, float]:
    import av

    with av.open(f"file:{picture}", options={"protocol_whitelist": "file"}) as container:
        stream = container.streams.video[0]
        return stream.codec_context, float(stream.average_rate or 0.0)


def _channels(sound: Path | None) -> int:
    import av

    with av.open(f"file:{sound}", options={"protocol_whitelist": "file"}) as container:
        return int(container.streams.audio[0].codec_context.channels)


def _quoted(text: str) -> str:
    """As an attribute may hold it: it knows no escape."""
    return text.replace('"', "'").replace("\n", " ")
