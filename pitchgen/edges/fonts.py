"""Fonts of this machine: found by name, checked character by character before anything is drawn with them."""

from __future__ import annotations

import shutil
import struct
import subprocess
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pitchgen.core.errors import InputError, MissingWeights
from pitchgen.core.lettering import Run
from pitchgen.core.picture import FontFile
from pitchgen.edges.store import file_sha256
from pitchgen.languages import Language
from pitchgen.languages.fonts import ALSO, CHINESE, TYPEFACES

if TYPE_CHECKING:
    import uharfbuzz

SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("~/.local/share/fonts"), Path("~/.fonts"))
"""Where fonts lie on a machine without fontconfig. Source: fontconfig's own default configuration."""
WEIGHTS = ("bold", "regular", "book", "medium")
"""Styles by preference: captions are read against a moving picture, so a strong one first."""
LISTING = "%{file}\t%{index}\t%{family}\t%{style}\n"
MOST_SHOWN = 8  # characters that a message lists


@dataclass(frozen=True, slots=True)
class _Entry:
    """One face of a font file, as a list of fonts names it."""

    path: Path
    index: int
    family: str
    style: str

    @property
    def rank(self) -> tuple[int, str]:
        """Its place among the styles of its family."""
        style = self.style.lower()
        return (WEIGHTS.index(style) if style in WEIGHTS else len(WEIGHTS)), str(self.path)


class Face:
    """One face, opened."""

    def __init__(self, entry: _Entry) -> None:
        import uharfbuzz as hb

        self.path, self.family = entry.path, entry.family
        self.bold = entry.style.lower() == "bold"
        self._face = hb.Face(hb.Blob.from_file_path(str(entry.path)), entry.index)
        self._font = hb.Font(self._face)
        self._has = self._face.unicodes
        self.height = _height(self._face)

    def covers(self, text: str) -> bool:
        """Whether there is a glyph for every character that is drawn."""
        composed = unicodedata.normalize("NFC", text)  # as HarfBuzz does before it looks for glyphs
        return all(ord(character) in self._has for character in composed if not _invisible(character))

    def width(self, text: str) -> float:
        """Of `text` in em, shaped."""
        import uharfbuzz as hb

        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        hb.shape(self._font, buffer)
        return float(sum(place.x_advance for place in buffer.glyph_positions) / self._face.upem)


class Letters:
    """Faces that together have every character of some texts: a `Lettering`."""

    def __init__(self, faces: tuple[Face, ...]) -> None:
        self._faces = faces
        self._widths: dict[str, float] = {}

    @cached_property
    def files(self) -> tuple[FontFile, ...]:
        """All font files of it."""
        return tuple(FontFile(path, file_sha256(path)) for path in dict.fromkeys(face.path for face in self._faces))

    def runs(self, text: str) -> tuple[Run, ...]:
        """`text` cut where the font changes; what is drawn onto a letter stays with it, spaces with what is before."""
        return tuple(Run(part, face.family, face.bold, face.height) for part, face in self._parts(text))

    def width(self, text: str) -> float:
        """Of `text` in one line, in em."""
        if text not in self._widths:
            self._widths[text] = sum(face.width(part) for part, face in self._parts(text))
        return self._widths[text]

    def _face(self, cluster: str) -> Face:
        for face in self._faces:
            if face.covers(cluster):
                return face
        raise LookupError(f"{cluster!r} was not among the texts that these fonts were chosen for")

    def _parts(self, text: str) -> Iterator[tuple[str, Face]]:
        part, current = "", self._faces[0]
        for cluster in _clusters(text):
            blank = all(map(_invisible, cluster))
            face = current if blank else self._face(cluster)
            if face is not current and part:
                yield part, current
                part = ""
            part, current = part + cluster, face
        if part:
            yield part, current


class Fonts:
    """The fonts of a folder of the user's, then those of the machine."""

    def __init__(self, folder: Path | None = None) -> None:
        if folder and not folder.is_dir():
            raise InputError(f"{folder}: no such folder of fonts; name one that holds .ttf or .otf files")
        self._folder = folder

    @cached_property
    def _own(self) -> tuple[_Entry, ...]:
        """Faces in the user's folder."""
        found = tuple(_scanned([self._folder])) if self._folder else ()
        if self._folder and not found:
            raise InputError(f"{self._folder}: holds no font; put .ttf or .otf files there")
        return found

    @cached_property
    def _machine(self) -> tuple[_Entry, ...]:
        listing = shutil.which("fc-list")
        if listing is None:
            return tuple(_scanned([folder.expanduser() for folder in FOLDERS]))
        done = subprocess.run([listing, "--format", LISTING], capture_output=True, text=True, check=False, timeout=60)
        return tuple(_listed(done.stdout))

    def lettering(self, spoken: Language, texts: Iterable[str]) -> Letters:
        """Fonts for all of `texts`: the best that is there for the script, then others for what that one lacks.

        Raises:
            MissingWeights: no font here has some character; the message says what to install.
        """
        wanted = {cluster for text in texts for cluster in _clusters(text) if not all(map(_invisible, cluster))}
        chosen: list[Face] = []
        for entry in self._candidates(spoken):
            if not wanted:
                break
            face = _opened(entry)
            if found := {cluster for cluster in wanted if face.covers(cluster)}:
                chosen.append(face)
                wanted -= found
        if wanted:
            raise MissingWeights(_lacking(spoken, wanted))
        return Letters(tuple(chosen))

    def _candidates(self, spoken: Language) -> Iterator[_Entry]:
        """Faces to try in turn: one for each family."""
        named = (*TYPEFACES[spoken.script].families, *ALSO, *CHINESE.families)  # a sentence may stay Chinese
        own = sorted({entry.family for entry in self._own})
        for entries, families in ((self._own, (*named, *own)), (self._machine, named)):
            for family in dict.fromkeys(families):
                same = [entry for entry in entries if entry.family == family]
                if same:
                    yield min(same, key=lambda entry: entry.rank)


@lru_cache(maxsize=64)
def _opened(entry: _Entry) -> Face:
    return Face(entry)


def _lacking(spoken: Language, wanted: Iterable[str]) -> str:
    """What to tell of characters that no font has."""
    shown = sorted(wanted)
    named = ", ".join(f"{cluster} (U+{ord(cluster[0]):04X})" for cluster in shown[:MOST_SHOWN])
    more = f" and {len(shown) - MOST_SHOWN} more" if len(shown) > MOST_SHOWN else ""
    said = f"captions in {spoken.name}: no font here draws {named}{more}"
    if not any(unicodedata.category(cluster[0])[0] in "LM" for cluster in shown):
        return f"{said}; take such signs out, or name a folder with a font that has them by --fonts"
    han = any("CJK UNIFIED" in unicodedata.name(cluster[0], "") for cluster in shown)
    typefaces = CHINESE if han and spoken.script not in ("Jpan", "Kore") else TYPEFACES[spoken.script]
    return (
        f"{said} of {typefaces.script}; install the package {typefaces.package} (Debian, Ubuntu), "
        f"or put the font {typefaces.download} into a folder and name that by --fonts"
    )


def _listed(text: str) -> Iterator[_Entry]:
    """The faces that fontconfig lists; a family has one name for each language."""
    for line in text.splitlines():
        path, _, rest = line.partition("\t")
        index, families, styles = [*rest.split("\t"), "", ""][:3]  # a font may have no style, or no name at all
        number = int(index or 0)
        if number >> 16 == 0 and Path(path).suffix.lower() in SUFFIXES:  # above are instances of variable fonts
            for family in dict.fromkeys(families.split(",")):
                yield _Entry(Path(path), number, family, styles.split(",")[0])


def _scanned(folders: Iterable[Path]) -> Iterator[_Entry]:
    """The faces in `folders`, read one by one."""
    import uharfbuzz as hb

    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES):
        try:
            blob = hb.Blob.from_file_path(str(path))
        except (hb.HarfBuzzError, OSError):
            continue  # unreadable: whatever needs it is told by name what is missing
        for index in range(_count(blob.data)):
            face = hb.Face(blob, index)
            family = face.get_name(hb.OTNameIdPredefined.FONT_FAMILY)
            style = face.get_name(hb.OTNameIdPredefined.FONT_SUBFAMILY)
            if family and face.glyph_count:
                yield _Entry(path, index, family, style or "Regular")


def _count(data: bytes) -> int:
    """Faces in a font file. Source: OpenType specification, TTC header."""
    return int(struct.unpack_from(">I", data, 8)[0]) if data[:4] == b"ttcf" else 1


def _height(face: uharfbuzz.Face) -> float:
    """By what ASS multiplies an em. Source: libass and VSFilter size a font by the OS/2 table's Windows metrics."""
    windows: Any = face.reference_table("OS/2").data
    if len(windows) >= 78:
        ascent, descent = struct.unpack_from(">HH", windows, 74)
    else:  # a font of old; then by its horizontal header, where what is below the line is negative
        ascent, below = struct.unpack_from(">hh", face.reference_table("hhea").data, 4)
        descent = -below
    return float((ascent + descent) / face.upem)


def _invisible(character: str) -> bool:
    """Whether nothing is drawn for it: spaces, joiners, marks of direction, variation selectors."""
    return character.isspace() or unicodedata.category(character) == "Cf" or 0xFE00 <= ord(character) <= 0xFE0F


def _clusters(text: str) -> Iterator[str]:
    """What a reader calls characters."""
    from icu4py.breakers import CharacterBreaker

    return iter(CharacterBreaker(text, "en"))
