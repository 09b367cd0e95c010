"""What a user can set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pitchgen.core.picture import Fill


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a run; `pitchgen.toml` < `PITCHGEN_*` < flags of the command line."""

    profile: str = "auto"
    """Which engines: `auto`, `standard`, `research`, `embedded`."""
    use: str = "commercial"
    """`commercial` refuses weights that merchants may not use; `research` admits them."""
    out: Path = Path("out")
    """Folder that gets one project folder for each video."""
    store: Path | None = None
    """Folder of reusable results; by default in the user's cache."""
    untranslated: str = "stop"
    """`stop` before any output, or `keep` the original voice, where a sentence cannot be translated."""
    currency: str | None = None
    """Other currencies that captions show prices in, and what one unit costs in yuan: `usd=7.1,eur=7.7`."""
    platform: str | None = None
    """Where the video will be shown: `tiktok`, `youtube`, `alibaba`, `amazon`, `chinagoods`."""
    fill: Fill | None = None
    """What fills the platform's frame where the video has another shape: `pad`, `crop`, `blur`."""
    captions: str | None = None
    """Captions in the video: `soft`, a track that a viewer switches on; `burn`, drawn into the picture; `none`."""
    subtitles: str = "srt,vtt"
    """Formats of the subtitle files, joined by commas: `srt` (always written, it is edited), `vtt`, `ass`, `ttml`."""
    caption_style: str = "plain"
    """How burned captions look: `plain`, `boxed`, or `karaoke`, where words light up as they are said."""
    bilingual: bool = False
    """Burned captions have her Chinese above them."""
    fonts: Path | None = None
    """Folder of fonts for burned captions, looked into before those of the machine."""
    absorb: str = "audio"
    """Who absorbs what no good tempo fits: `audio` alone, or the picture, which may `freeze` or go `slow` in pauses."""
    loudness: float | None = None
    """LUFS of every output: -16 by default, -14 on social platforms, -23 in broadcasting; or the platform's."""
    package: str = "video"
    """What is made beside the videos, joined by commas: `tracks` or `tracks.mkv`, one file with all languages; `hls`, a
    stream with all languages."""
    words: str = "auto"
    """Where her words are taken from: `script`, `track` (of subtitles), `captions` (in the picture), `speech` (heard);
    `auto` takes the first that is there, in this order."""
    compare: str = "cheap"
    """Which other source of her words is compared with the one that is taken: `cheap`, one that costs nothing to have;
    `all`; `none`."""
    old_captions: str = "keep"
    """Captions that are in the picture already: `keep`, or `cover` them while they stand."""
    audio_track: int | None = None
    """Which audio track carries the speech, counted from 1."""
    ffmpeg: str | None = None
    """An ffmpeg program to use instead of the packaged one."""
    producer: str = "pitchgen"
    """Code of who offers the service, for the implicit label of GB 45438-2025."""
    certificate: Path | None = None
    """PEM file with the shop's certificate chain, for content credentials; without it one for development signs."""
    certificate_key: Path | None = None
    """PEM file with its private key, without a password."""
    separate: str | None = None
    """What is kept of her sound: `none`; `duck`, all of it, lower under the new voice; `demucs`, all but her voice."""
    watermark: str | None = None
    """What nobody hears and a detector finds: `none`, or `audioseal`, which needs its weights."""
    detect: str | None = None
    transcribe: str | None = None
    read: str | None = None
    translate: str | None = None
    synthesize: str | None = None
    """An engine to use for a verb instead of the profile's: `name`, or `name:model`."""
    device: str = "auto"
    """Where networks run: `auto`, `cpu`, `cuda`, `mps`."""
    weights: Path | None = None
    """Folder of weights; by default in the user's data folder."""
    pull: bool = False
    """Download weights that are missing; without it nothing is ever downloaded."""
    glossary: Path | None = None
    """The shop's own terms; by default `glossary.csv` in the current folder, where there is one."""
    memory: Path | None = None
    """What a person corrected once; by default `memory.jsonl` beside the glossary."""
    voice: str | None = None
    """Name of a voice profile to speak in; by default that of the video, where one was made from it."""
    consent: str | None = None
    """Who agreed that the speaker's voice is imitated, as in `Wang Li, signed 2026-11-24`: recorded for the video."""
    voices: Path | None = None
    """Folder of voice profiles and their consents; by default in the user's data folder."""
    audit: Path | None = None
    """File that says who made what from what; by default in the user's data folder."""
    verify: str = "speech"
    """`speech` also hears the new voices again, where there is a recogniser, and compares the facts in what it hears;
    `text` compares the translations alone."""
    takes: int = 1
    """How often a cloning engine says each sentence; the best take is used."""
    chat_url: str | None = None
    """Base address of an OpenAI-compatible service, for the translator `chat`."""
    chat_model: str | None = None
    chat_key: str | None = None
    speech_url: str | None = None
    """Base address of an OpenAI-compatible service, for the synthesizer `remote`."""
    speech_model: str | None = None
    speech_voice: str | None = None
    speech_key: str | None = None

    @property
    def packages(self) -> tuple[str, ...]:
        """What is made beside the videos, one by one."""
        named = dict.fromkeys(part.strip().lower() for part in self.package.split(","))
        return tuple(part for part in named if part and part != "video")

    @property
    def formats(self) -> tuple[str, ...]:
        """Of the subtitle files, one by one."""
        return tuple(part.strip().lower() for part in self.subtitles.split(",") if part.strip())


OF_A_JOB = frozenset(
    {
        "absorb", "audio_track", "bilingual", "caption_style", "captions", "currency", "fill", "loudness", "platform",
        "subtitles", "untranslated", "verify",
    }
)  # fmt: skip
"""Of `Settings`, those that a merchant sets for a job of the hosted service: none names a file, an address, a program
or an engine, which are the operator's."""
