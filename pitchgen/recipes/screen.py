"""What is seen: how the picture of each language version looks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pitchgen.core.config import Settings
from pitchgen.core.lettering import PHONE, SCREEN, STYLES, Page
from pitchgen.core.media import Media
from pitchgen.core.picture import Burned, Look
from pitchgen.edges.fonts import Fonts
from pitchgen.edges.picture import frame_of
from pitchgen.languages import SOURCE, language
from pitchgen.recipes.dub import Dub
from pitchgen.stages.typeset import SMALLER, lay_out, second_line, typeset


@dataclass(frozen=True, slots=True)
class Screen:
    """What a run puts on the screen."""

    settings: Settings
    fonts: Fonts

    @property
    def burns(self) -> bool:
        """Whether captions are drawn into the picture, so that each language has its own."""
        return self.settings.captions == "burn"

    @property
    def waits(self) -> bool:
        """Whether the picture may wait for what is said, so that each language has its own."""
        return self.settings.absorb != "audio"

    @property
    def soft(self) -> bool:
        """Whether the video has captions as tracks of their own."""
        return self.settings.captions == "soft"

    def look(self, media: Media, dub: Dub | None = None) -> Look:
        """How the picture looks: of a version, or of all where captions are not drawn into it.

        Raises:
            MissingWeights: no font here has some character of the captions.
        """
        look = Look(clock=dub.clock) if dub else Look()
        if dub is None or not self.burns or media.picture is None:
            return look
        width, height = frame_of(media.picture, look)
        page = Page(width, height, PHONE if height > width else SCREEN)
        return replace(look, captions=self._burned(dub, page))

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
