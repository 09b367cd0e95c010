"""The page of a report: one HTML file that fetches nothing but the videos beside it."""

from __future__ import annotations

import base64
import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pitchgen.core.fact import Evidence, Kind
from pitchgen.core.report import Ear, LanguageVersion, Level, Reason, Report, State
from pitchgen.edges.charts import drift_chart, tempo_chart, timeline_chart
from pitchgen.edges.report import Shown
from pitchgen.edges.subtitle_formats import write_vtt
from pitchgen.languages import language

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

FOLDER = Path(__file__).parent
TONGUES = ("zh", "en")
"""Languages of the page, the first shown first."""
EAGER = 4  # videos whose first frame is fetched at once: 36 would be slow to open on a phone
COUNTED = (Kind.PRICE, Kind.QUANTITY)
UNMEASURED = "unmeasured"


def page(shown: Shown) -> str:
    """The page; every text of it is escaped, whoever wrote it."""
    report = shown.report
    template = _environment().get_template("report.html.jinja")
    return template.render(
        report=report,
        versions=[_Drawn(version, shown) for version in report.versions],
        style=_text("report.css"),
        script=_text("report.js"),
        policy=_policy(),
        preload="metadata" if len(report.versions) <= EAGER else "none",
        counts=Counter(version.level.value for version in report.versions),
        services=_services(report),
        folder=shown.folder,
        stages={key.removeprefix("stage_") for key in _labels() if key.startswith("stage_")},
        spent={stage.stage: stage for stage in report.effort.stages},
    )


class _Drawn:
    """A version as the template reads it."""

    def __init__(self, version: LanguageVersion, shown: Shown) -> None:
        self.version = version
        self.row = language(version.language)
        self.earlier = version.made != shown.report.made
        self.video = quote(version.video)
        self.track = _track(write_vtt(shown.cues.get(version.language, ()), version.language))
        self.timeline = timeline_chart(version)
        self.tempo = tempo_chart(version)
        self.drift = drift_chart(version)
        self.facts = sum(len(s.facts) for s in version.sentences)
        self.same = sum(f.state.value == "same" for s in version.sentences for f in s.facts)
        self.heard = sum(s.heard.ear.value == "same" for s in version.sentences)
        self.listened = sum(bool(s.facts) for s in version.sentences)
        self.asked = any(s.heard.ear is not Ear.NOT_ASKED for s in version.sentences)
        self.headline = _headline(version, self.facts)
        self.kinds = tuple(dict.fromkeys(bar.kind for bar in self.timeline.heard))
        self.reused = sum(s.reused for s in version.sentences)
        self.spoken = sum(s.span is not None for s in version.sentences)


def _headline(version: LanguageVersion, facts: int) -> str:
    """The label of what a merchant reads first."""
    if version.level is not Level.LOOK:
        return "head_no_facts" if version.level is Level.RIGHT and not facts else f"head_{version.level.value}"
    counted = [f.state for s in version.sentences for f in s.facts if f.kind in COUNTED]
    doubted = any(look.reason in (Reason.DOUBTED, Reason.GONE) for look in version.look)
    sure = counted and all(state is State.SAME for state in counted) and not doubted
    return "head_look_right" if sure else "head_look"


def _track(text: str) -> str:
    """Captions as a data URL: a browser takes no subtitle file for a page that lies on the disk."""
    return "data:text/vtt;base64," + base64.b64encode(text.encode()).decode()


def _services(report: Report) -> list[Any]:
    """The services that were asked, each once."""
    return list({(p.verb, p.engine, p.service): p for v in report.versions for p in v.parts if p.service}.values())


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        clock=_clock, marked=_marked, number=_number, when=_when, megabytes=lambda size: f"{size / 1e6:.1f}"
    )
    made.globals.update(say=_say, name_of=_name_of)
    return made


def _say(key: str, /, **values: object) -> Markup:
    """A label in every language of the page; what is put into it is escaped, and left in its own direction."""
    from markupsafe import Markup

    row = _labels()[key]
    isolated = {name: _isolated(value) for name, value in values.items()}
    parts = (
        Markup('<span class="ui" lang="{}">{}</span>').format(tongue, Markup(row[tongue]).format(**isolated))
        for tongue in TONGUES
    )
    return Markup("").join(parts)


def _isolated(value: object) -> Markup:
    from markupsafe import Markup

    return value if isinstance(value, Markup) else Markup("<bdi>{}</bdi>").format(value)


def _name_of(code: str) -> Markup:
    """The name of a language, in each language of the page."""
    from babel import Locale, UnknownLocaleError
    from markupsafe import Markup

    parts = []
    for tongue in TONGUES:
        try:
            name = Locale.parse(code, sep="-").get_display_name(tongue)
        except (UnknownLocaleError, ValueError):
            name = None
        parts.append(Markup('<span class="ui" lang="{}">{}</span>').format(tongue, name or language(code).name))
    return Markup("").join(parts)


def _clock(seconds: float) -> str:
    """Minutes and seconds, as players write them."""
    tenths = round(max(0.0, seconds) * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def _when(utc: str) -> str:
    """`2026-11-25T10:30:00Z` as people write it; the page says that it is UTC."""
    return utc.replace("T", " ").removesuffix("Z")


def _number(value: float | None, pattern: str = "{:.2f}") -> object:
    """A measurement, or that there is none."""
    return _say(UNMEASURED) if value is None else pattern.format(value)


def _marked(text: str, places: Iterable[Evidence | None]) -> Markup:
    """`text` with the places marked where it says something; a place that is not in it is left out."""
    from markupsafe import Markup, escape

    out, position = Markup(""), 0
    for place in sorted((p for p in places if p), key=lambda p: (p.start, -p.end)):
        if place.start < position or text[place.start : place.end] != place.text or not place.text:
            continue
        out += escape(text[position : place.start]) + Markup("<mark>{}</mark>").format(place.text)
        position = place.end
    return out + escape(text[position:])


@cache
def _labels() -> Mapping[str, Mapping[str, str]]:
    import msgspec

    return msgspec.convert(tomllib.loads(_text("report.toml")), dict[str, dict[str, str]])


@cache
def _text(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def _policy() -> str:
    """What the browser may do: our own script, our own style, and media beside the page; no network at all."""
    digest = base64.b64encode(hashlib.sha256(_text("report.js").encode()).digest()).decode()
    sources: Sequence[str] = (
        "default-src 'none'",
        f"script-src 'sha256-{digest}'",
        "style-src 'unsafe-inline'",
        "media-src 'self' file: data:",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(sources)
