"""Says it in another language."""

from __future__ import annotations

from collections.abc import Sequence

from pitchgen.core.engines import Translated, Translation, Translator, require_language
from pitchgen.core.errors import EngineError
from pitchgen.core.stage import stage


@stage(version=1)
def translate(requests: Sequence[Translation], translator: Translator) -> Sequence[Translated]:
    """Each sentence in its target language; None where the translator does not know it.

    Raises:
        UnsupportedError: a language that the translator does not write.
        EngineError: an empty translation.
    """
    for request in requests:
        require_language(translator, request.target, "write")
    results = translator.translate(requests)
    for request, result in zip(requests, results, strict=True):
        if result.text is not None and not result.text.strip():
            raise EngineError(f"{translator.name} returned nothing for {request.text!r} in {request.target}")
    return results
