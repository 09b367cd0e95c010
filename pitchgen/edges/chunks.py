"""Labels in files made of chunks: RIFF (WAV), PNG and JPEG, the pictures by an XMP packet."""

from __future__ import annotations

import html
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pitchgen.core.errors import MediaError, UnsupportedError
from pitchgen.edges.labels import AIGC_KEY, LONGEST_LABEL

CHUNK = AIGC_KEY.encode()
PNG = b"\x89PNG\r\n\x1a\n"
XMP_KEYWORD = b"XML:com.adobe.xmp"
XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
PIECE = 1 << 20  # bytes copied at once
MOST_RIFF = 0xFFFFFFFF  # its sizes have 32 bits
MOST_JPEG = 0xFFFF - 2  # bytes in a segment of a JPEG
MOST_PICTURE = 256 << 20  # bytes: pictures are read whole
_EMPTY_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
_LABEL = re.compile(r"<TC260:AIGC>(.*?)</TC260:AIGC>|TC260:AIGC=\"([^\"]*)\"|TC260:AIGC='([^']*)'", re.DOTALL)
_OURS = re.compile(rf'<rdf:Description rdf:about="" xmlns:TC260="{re.escape(NAMESPACE)}">.*?</rdf:Description>', re.S)


def write_wav(path: Path, target: Path, label: str) -> None:
    """A RIFF chunk after all others.

    Raises:
        MediaError, UnsupportedError: no RIFF file, or one of 4 GB.
    """
    body = label.encode()
    with path.open("rb") as source, target.open("wb") as file:
        file.write(b"RIFF\0\0\0\0WAVE")
        for name, size in _riff_chunks(source, path):
            if name == CHUNK:
                continue
            file.write(struct.pack("<4sI", name, size))
            _copy_bytes(source, file, size)
            file.write(b"\0" * (size % 2))
        file.write(struct.pack("<4sI", CHUNK, len(body)) + body + b"\0" * (len(body) % 2))
        length = file.tell() - 8
        if length > MOST_RIFF:
            raise UnsupportedError(f"{path}: a WAV file of 4 GB has no place left; make it FLAC")
        file.seek(4)
        file.write(struct.pack("<I", length))


def read_wav(path: Path) -> list[str]:
    """The text of every AIGC chunk."""
    found = []
    with path.open("rb") as file:
        for name, size in _riff_chunks(file, path):
            if name == CHUNK:
                found.append(file.read(min(size, LONGEST_LABEL + 1)).rstrip(b"\0").decode("utf-8", "replace"))
    return found


def _riff_chunks(file: IO[bytes], path: Path) -> Iterator[tuple[bytes, int]]:
    """Name and size of each chunk, the file standing at its body; a last one that is cut off has what is there."""
    file.seek(0)
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        raise MediaError(f"{path}: no WAV file; export it again")
    end = path.stat().st_size
    place = 12
    while place + 8 <= end:
        file.seek(place)
        name, size = struct.unpack("<4sI", file.read(8))
        size = min(size, end - place - 8)
        yield name, size
        place += 8 + size + size % 2


def _copy_bytes(source: IO[bytes], target: IO[bytes], size: int) -> None:
    while size > 0 and (piece := source.read(min(size, PIECE))):
        target.write(piece)
        size -= len(piece)


def write_png(path: Path, target: Path, label: str) -> None:
    """An XMP packet in an iTXt chunk before the picture; one that is there is gone on with.

    Raises:
        MediaError: no PNG file.
    """
    pieces, packet = [], _EMPTY_XMP
    for name, body in _png_chunks(path):
        if (text := _png_xmp(name, body)) is not None:
            packet = text
        else:
            pieces.append(_png_chunk(name, body))
    body = XMP_KEYWORD + b"\0\0\0\0\0" + _with_label(packet, label).encode()
    pieces.insert(1, _png_chunk(b"iTXt", body))  # after IHDR, which is the first
    target.write_bytes(PNG + b"".join(pieces))


def read_png(path: Path) -> list[str]:
    """Every label in the XMP packets of a PNG."""
    texts = (_png_xmp(name, body) for name, body in _png_chunks(path))
    return [label for text in texts if text for label in _labels(text)]


def _png_chunks(path: Path) -> Iterator[tuple[bytes, bytes]]:
    data = _small(path)
    if not data.startswith(PNG):
        raise MediaError(f"{path}: no PNG file; export it again")
    place = len(PNG)
    while place + 12 <= len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        yield name, data[place + 8 : place + 8 + size]
        place += 12 + size


def _png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _png_xmp(name: bytes, body: bytes) -> str | None:
    """The packet in a chunk, where it holds one that is not compressed; XMP forbids to compress it."""
    if name != b"iTXt" or not body.startswith(XMP_KEYWORD + b"\0\0"):
        return None
    return body[len(XMP_KEYWORD) + 3 :].split(b"\0", 2)[-1].decode("utf-8", "replace")


def write_jpeg(path: Path, target: Path, label: str) -> None:
    """An XMP packet in an APP1 segment; one that is there is gone on with.

    Raises:
        MediaError: no JPEG file.
        UnsupportedError: a packet that leaves no place.
    """
    segments, rest = _jpeg(path)
    packets = [body[len(XMP_HEAD) :] for marker, body in segments if _is_xmp(marker, body)]
    packet = packets[0].decode("utf-8", "replace") if packets else _EMPTY_XMP
    body = XMP_HEAD + _with_label(packet, label).encode()
    if len(body) > MOST_JPEG:
        raise UnsupportedError(f"{path}: its XMP packet leaves no place for the AI label; save it without metadata")
    kept = [(marker, body) for marker, body in segments if not _is_xmp(marker, body)]
    first = sum(marker in (0xE0, 0xE1) for marker, _ in kept[:2])  # JFIF and EXIF want to be the first
    kept.insert(first, (0xE1, body))
    target.write_bytes(b"\xff\xd8" + b"".join(struct.pack(">BBH", 0xFF, m, len(b) + 2) + b for m, b in kept) + rest)


def read_jpeg(path: Path) -> list[str]:
    """Every label in the XMP packets of a JPEG."""
    texts = (body.decode("utf-8", "replace") for marker, body in _jpeg(path)[0] if _is_xmp(marker, body))
    return [label for text in texts for label in _labels(text)]


def _is_xmp(marker: int, body: bytes) -> bool:
    return marker == 0xE1 and body.startswith(XMP_HEAD)


def _jpeg(path: Path) -> tuple[list[tuple[int, bytes]], bytes]:
    """Marker and body of each segment before the picture, and all that comes after."""
    data = _small(path)
    if not data.startswith(b"\xff\xd8\xff"):
        raise MediaError(f"{path}: no JPEG file; export it again")
    place, segments = 2, []
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] not in (0xDA, 0xD9):
        marker, size = struct.unpack_from(">xBH", data, place)
        segments.append((marker, data[place + 4 : place + 2 + size]))
        place += 2 + max(2, size)
    return segments, data[place:]


def _small(path: Path) -> bytes:
    if path.stat().st_size > MOST_PICTURE:
        raise UnsupportedError(f"{path}: larger than {MOST_PICTURE >> 20} MB, the most that is taken for a picture")
    return path.read_bytes()


def _with_label(packet: str, label: str) -> str:
    """The XMP packet with one label, in a description of its own."""
    packet = _LABEL.sub("", _OURS.sub("", packet))
    if "</rdf:RDF>" not in packet:
        packet = _EMPTY_XMP
    text = html.escape(label, quote=False)
    ours = f'<rdf:Description rdf:about="" xmlns:TC260="{NAMESPACE}"><TC260:AIGC>{text}</TC260:AIGC></rdf:Description>'
    return packet.replace("</rdf:RDF>", f"{ours}</rdf:RDF>", 1)


def _labels(packet: str) -> list[str]:
    return [html.unescape("".join(parts)) for parts in _LABEL.findall(packet)]
