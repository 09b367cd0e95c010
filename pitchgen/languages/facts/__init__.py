"""Facts of a Chinese sentence: read out of it, and written into it in figures."""

from __future__ import annotations

from pitchgen.languages.facts.figures import in_figures
from pitchgen.languages.facts.reading import facts

__all__ = ["facts", "in_figures"]
