"""What a media file holds, read with PyAV and believed only as far as it is checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pitchgen.core.errors import MediaError, StorageError, UnsupportedError
from pitchgen.core.media import Media, Stream
from pitchgen.core.preset import Measured
from pitchgen.edges.store import file_sha256

MAX_BYTES = 32 << 30  # an hour of 4K footage from a phone is below 25 GB
MAX_DURATION = 4 * 3600.0  # seconds: no sales pitch is longer, and a forged header may be
MAX_PIXELS = 8192 * 4320  # 8K
MAX_STREAMS = 64
CUT_OFF = 0.9  # a file that holds less than this share of its declared time is cut off
OPEN_TIMEOUT = 30.0  # seconds to read the header of a local file

CHINESE_TAGS = ("zho", "chi", "zh", "cmn")
HDR_TRANSFERS = (16, 18)  # SMPTE ST 2084 (PQ) and ARIB STD-B67 (HLG), as ISO/IEC 23091-2 numbers them


def probe(path: Path, *, audio_track: int | None = None) -> Media:
    """Read the header of the video at `path`, and its packets where the header lacks the duration.

    Args:
        path: a file.
        audio_track: which of the audio streams carries the speech, counted from 1; by default the one
            tagged as Chinese, else the file's own default, else the first.

    Raises:
        MediaError: not a file, not a video, no sound, or nothing that can be decoded.
        StorageError: a file that cannot be read.
        UnsupportedError: larger, longer or with more streams than is taken.
    """
    media = probe_sound(path, audio_track=audio_track)
    return replace(media, picture=_picture(path, media.streams))


def probe_sound(path: Path, *, audio_track: int | None = None) -> Media:
    """As `probe`, of a file that need not have a picture."""
    _check_file(path)
    import av

    try:
        streams, declared, found = _read(path)
    except (av.FFmpegError, ValueError, EOFError) as error:
        raise MediaError(f"{path}: not a video that can be read; export it again as MP4 ({_reason(error)})") from error
    sound = _sound(path, streams, audio_track)
    duration = _check_whole(path, declared, found)
    if duration <= 0:
        raise MediaError(f"{path}: holds no pictures or sound, only a header; export it again as MP4")
    if duration > MAX_DURATION:
        raise UnsupportedError(f"{path}: {duration / 3600:.1f} hours long; at most {MAX_DURATION / 3600:.0f} are taken")
    return Media(path, file_sha256(path), duration, None, sound, tuple(streams))


def metadata(path: Path) -> dict[str, str]:
    """The tags of the whole file."""
    with container_of(path) as container:
        return dict(container.metadata)


def tags(path: Path) -> tuple[tuple[str, str], ...]:
    """Names and values of the tags of a file and of its streams.

    Raises:
        MediaError: nothing that can be read.
    """
    import av

    try:
        with container_of(path) as container:
            holders = [container, *container.streams]
            return tuple(pair for holder in holders for pair in holder.metadata.items())
    except (av.FFmpegError, ValueError, EOFError) as error:
        raise MediaError(f"{path}: cannot be read ({_reason(error)})") from error


def measured(path: Path) -> Measured:
    """What a finished video is, by its header."""
    import av

    with container_of(path) as container:
        picture = next(stream for stream in container.streams if stream.type == "video")
        seconds = (container.duration or 0) / av.time_base
        rate = float(picture.average_rate or 0.0)
        width, height = picture.codec_context.width, picture.codec_context.height
        return Measured(width, height, rate, seconds, path.stat().st_size, picture.codec_context.name)


def container_of(path: Path) -> Any:
    """The file as a PyAV container that may open nothing but itself."""
    import av

    options = {"protocol_whitelist": "file"}
    return av.open(f"file:{path}", options=options, timeout=OPEN_TIMEOUT, metadata_errors="replace")


def _check_file(path: Path) -> None:
    try:
        if path.is_dir():
            raise MediaError(f"{path}: is a folder; name the video files in it")
        with path.open("rb") as file:
            if not file.read(1):
                raise MediaError(f"{path}: is empty; copy it again from the phone")
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise MediaError(f"{path}: no such file") from error
    except OSError as error:
        raise StorageError(f"{path}: cannot be read: {error.strerror}") from error
    if size > MAX_BYTES:
        raise UnsupportedError(f"{path}: {size / 2**30:.0f} GiB; at most {MAX_BYTES >> 30} are taken")


def _read(path: Path) -> tuple[list[Stream], float, dict[int, tuple[float, float]]]:
    """Streams, declared duration in seconds, and the packets' first and last times."""
    import av

    with container_of(path) as container:
        if len(container.streams) > MAX_STREAMS:
            raise UnsupportedError(f"{path}: {len(container.streams)} streams; at most {MAX_STREAMS} are taken")
        start = (container.start_time or 0) / av.time_base
        streams = [_stream(stream, start) for stream in container.streams]
        if any(s.width_px * s.height_px > MAX_PIXELS for s in streams):
            raise UnsupportedError(f"{path}: larger than 8K; export it at 1080p")
        duration = container.duration / av.time_base if container.duration else 0.0
        if turned := [s for s in streams if s.kind == "video" and not s.cover]:
            streams = _with_rotation(container, streams, turned[0])
    return streams, duration, _scan(path)


def _stream(stream: Any, file_start: float) -> Stream:
    """A PyAV stream as ours."""
    import av

    context = getattr(stream, "codec_context", None)
    video = stream.type == "video"
    start = float((stream.start_time or 0) * stream.time_base) if stream.time_base else 0.0
    return Stream(
        index=stream.index,
        kind=stream.type,
        codec=getattr(context, "name", "unknown"),
        start=max(0.0, start - file_start),
        language=stream.metadata.get("language"),
        default=bool(stream.disposition & av.stream.Disposition.default),
        cover=bool(stream.disposition & av.stream.Disposition.attached_pic)
        or (video and getattr(context, "name", "") in ("png", "bmp", "gif", "mjpeg") and _is_still(stream)),
        width_px=(getattr(context, "width", 0) or 0) if video else 0,
        height_px=(getattr(context, "height", 0) or 0) if video else 0,
        hdr=video and int(getattr(context, "color_trc", 0) or 0) in HDR_TRANSFERS,
        frames_hz=float(getattr(stream, "average_rate", None) or 0.0) if video else 0.0,
        channels=(getattr(context, "channels", 0) or 0) if stream.type == "audio" else 0,
        rate_hz=(getattr(context, "sample_rate", 0) or 0) if stream.type == "audio" else 0,
    )


def _is_still(stream: Any) -> bool:
    """A stream of one frame beside a real video is a cover, whatever its flags say."""
    return bool(stream.frames <= 1)


def _with_rotation(container: Any, streams: list[Stream], shown: Stream) -> list[Stream]:
    """The streams with the turn of the shown one, which only a decoded frame tells."""
    frame = next(container.decode(container.streams[shown.index]), None)
    if frame is None:
        raise ValueError("no picture can be decoded")
    turn = round(-frame.rotation) % 360  # PyAV counts counter-clockwise
    return [replace(s, rotation_deg=turn) if s.index == shown.index else s for s in streams]


def _scan(path: Path) -> dict[int, tuple[float, float]]:
    """Seconds at which the packets of each stream of picture and sound begin and end: what is really there."""
    found: dict[int, tuple[float, float]] = {}
    with container_of(path) as container:
        for packet in container.demux():
            if packet.pts is None or packet.stream.type not in ("video", "audio"):
                continue
            start = float(packet.pts * packet.time_base)
            end = start + float((packet.duration or 0) * packet.time_base)
            first, last = found.get(packet.stream_index, (start, end))
            found[packet.stream_index] = min(first, start), max(last, end)
    return found


def _check_whole(path: Path, declared: float, found: dict[int, tuple[float, float]]) -> float:
    """The duration in seconds: the header's, or where it has none that of the packets.

    Raises:
        MediaError: picture and sound end long before the header says, so it is cut off.
    """
    if not found:
        return 0.0
    first, last = min(start for start, _ in found.values()), max(end for _, end in found.values())
    there = last - first
    if declared <= 0:
        return there
    if max(there, last) < CUT_OFF * declared:  # Matroska declares the last moment, even where the first is late
        raise MediaError(f"{path}: is cut off after {there:.0f} of {declared:.0f} s; copy it again from the phone")
    return declared if there >= CUT_OFF * declared else there


def _picture(path: Path, streams: Sequence[Stream]) -> Stream:
    found = [s for s in streams if s.kind == "video" and not s.cover and s.width_px and s.height_px]
    if not found:
        raise MediaError(f"{path}: has no moving picture; pitchgen makes videos, so give it one")
    return next((s for s in found if s.default), found[0])


def _sound(path: Path, streams: Sequence[Stream], track: int | None) -> Stream:
    found = [s for s in streams if s.kind == "audio" and s.channels]
    if not found:
        raise MediaError(f"{path}: has no sound, so nobody speaks in it; film it with the microphone on")
    if track is not None:
        if not 1 <= track <= len(found):
            raise MediaError(f"{path}: has {len(found)} audio track(s), no number {track}")
        return found[track - 1]
    chinese = [s for s in found if s.language in CHINESE_TAGS]
    return next((s for s in chinese or found if s.default), (chinese or found)[0])


def _reason(error: Exception) -> str:
    """The library's own words, without its numbers and the path."""
    return str(getattr(error, "strerror", None) or error).split(":")[0].strip().lower() or type(error).__name__
