"""What is seen: how the picture of each language version looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pitchgen.core.config import Settings
from pitchgen.core.errors import InputError
from pitchgen.core.lettering import PHONE, SCREEN, STYLES, Page
from pitchgen.core.media import Media
from pitchgen.core.picture import Burned, Look
from pitchgen.core.preset import Preset
from pitchgen.edges.fonts import Fonts
from pitchgen.edges.hls import KEY_SECONDS
from pitchgen.edges.picture import frame_of
from pitchgen.edges.presets import preset
from pitchgen.languages import SOURCE, language
from pitchgen.recipes.dub import Dub
from pitchgen.recipes.platform import OUTLAST, asked, bounded, framed, rated
from pitchgen.recipes.telling import Script
from pitchgen.stages.mix import TARGET_LUFS
from pitchgen.stages.typeset import SMALLER, lay_out, second_line, typeset

DEFAULT_STYLE = Settings().caption_style
ANYWHERE = Preset("any player")


@dataclass(frozen=True)  # without slots: the platform is read once
class Screen:
    """What a run puts on the screen."""

    settings: Settings
    fonts: Fonts

    @cached_property
    def preset(self) -> Preset:
        """What the platform takes for which the video is made; one without limits where none is named."""
        return preset(self.settings.platform) if self.settings.platform else ANYWHERE

    @property
    def loudness(self) -> float:
        """What the sound is mastered to, in LUFS: as the user says, else as is usual on the platform."""
        return self.settings.loudness or self.preset.loudness_lufs or TARGET_LUFS

    @property
    def captions(self) -> str:
        """Where captions go: as the user says, else as is usual on the platform."""
        return self.settings.captions or self.preset.captions

    @property
    def burns(self) -> bool:
        """Whether captions are drawn into the picture, so that each language has its own."""
        return self.captions == "burn"

    @property
    def waits(self) -> bool:
        """Whether the picture may wait for what is said, so that each language has its own."""
        return self.settings.absorb != "audio"

    @property
    def soft(self) -> bool:
        """Whether the video has captions as tracks of their own."""
        return self.captions == "soft"

    def check(self, media: Media, scripts: Sequence[Script] = ()) -> None:
        """Find out before anything is made whether the picture and the captions of `scripts` can be.

        Raises:
            InputError: settings that have no effect together.
            MissingWeights, UnsupportedError: as `look`.
        """
        if self.settings.fill and not self.settings.platform:
            raise InputError("fill is for the frame of a platform: name one by --for, or leave out --fill")
        if not self.burns and (self.settings.bilingual or self.settings.caption_style != DEFAULT_STYLE):
            what = "bilingual" if self.settings.bilingual else "caption_style"
            raise InputError(f"{what} is for captions in the picture: add --captions burn, or leave it out")
        if self.settings.packages and (self.burns or self.waits):
            what = "captions are drawn into it: add --captions soft" if self.burns else "it waits: leave out --absorb"
            raise InputError(f"package {self.settings.package}: one picture for all languages cannot be where {what}")
        self._framed(media)
        for script in scripts if self.burns else ():
            self.fonts.lettering(language(script.language), [line.text or line.source for line in script.lines])
            if self.settings.bilingual:
                self.fonts.lettering(language(SOURCE), [line.source for line in script.lines])

    def look(self, media: Media, dub: Dub | None = None) -> Look:
        """How the picture looks: of a version, or of all where captions are not drawn into it.

        Raises:
            MissingWeights: no font here has some character of the captions.
            UnsupportedError: no picture could be seen in the size that the platform takes.
        """
        look = replace(self._framed(media, dub.clock.added), clock=dub.clock) if dub else self._framed(media)
        if dub is None or not self.burns or media.picture is None:
            return look
        width, height = frame_of(media.picture, look)
        page = Page(width, height, (self.preset.safe or PHONE) if height > width else SCREEN)
        least = asked(self.preset, dub.timeline.duration / (media.duration + dub.clock.added))
        return replace(look, captions=self._burned(dub, page), least_bits_per_second=least)

    def _framed(self, media: Media, added: float = 0.0) -> Look:
        """What the platform asks of the picture, which lasts `added` seconds longer than it was filmed."""
        if media.picture is None:
            return Look()
        return Look(
            frame=framed(self.preset, media.picture.shown_px, self.settings.fill),
            rate_hz=rated(self.preset, media.picture),
            key_seconds=KEY_SECONDS if "hls" in self.settings.packages else None,
            bits_per_second=bounded(self.preset, media.path, media.duration + added),
            least_bits_per_second=asked(self.preset, OUTLAST),
        )

    def _burned(self, dub: Dub, page: Page) -> Burned:
        """The captions of a version, set for `page`."""
        letters = self.fonts.lettering(language(dub.script.language), [clip.segment.text for clip in dub.shown.clips])
        text, files = lay_out(dub.shown, letters, page), letters.files
        above = None
        if self.settings.bilingual:
            chinese = [line.source if line.text else "" for _, line in dub.script.spoken]  # what stays Chinese, once
            letters = self.fonts.lettering(language(SOURCE), chinese)
            above = lay_out(second_line(dub.shown, chinese, SOURCE), letters, page, scale=SMALLER)
            files += letters.files
        script = typeset(text, page, STYLES[self.settings.caption_style], above)
        return Burned(script, tuple(dict.fromkeys(files)))
