"""Burns captions into footage as editors on phones do, in many styles, with signs beside them that are no captions."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pitchgen.core.picture import Burned, FontFile
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.picture import laid_out
from pitchgen.edges.store import file_sha256

FOLDER = Path("/usr/share/fonts/opentype/noto")  # of the Debian package fonts-noto-cjk
SANS, SERIF = FOLDER / "NotoSansCJK-Bold.ttc", FOLDER / "NotoSerifCJK-Bold.ttc"
WHITE, BLACK, YELLOW, RED = "&H00FFFFFF", "&H00000000", "&H0000E6FF", "&H002828E0"
_HEAD = """[Script Info]
ScriptType: v4.00+
PlayResX: {width}
PlayResY: {height}
WrapStyle: 2
ScaledBorderAndShadow: yes
YCbCr Matrix: None

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: C,{font},{size:.1f},{fill},{second},{edge},{back},1,0,0,0,100,100,{spacing},0,\
{border},{outline},{shadow},2,20,20,\
{bottom},1
Style: S,Noto Sans CJK SC,{size:.1f},&H00FFFFFF,&H00FFFFFF,&H002020C0,&H00000000,1,0,0,0,100,100,0,0,3,6,0,7,0,0,0,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A caption as it is meant."""

    start: float
    end: float
    text: str
    """What she says; `|` breaks it into two lines."""
    english: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """How captions look."""

    name: str
    fill: str = WHITE
    edge: str = BLACK
    back: str = "&H80000000"
    outline: float = 3
    shadow: float = 0
    border: int = 1
    """1: outline; 3: a box behind each line; 4: a box behind all."""
    size: float = 0.062
    """Of the frame's shorter side."""
    font: str = "Noto Sans CJK SC"
    spacing: float = 0
    bottom: float = 0.2
    """Of the frame's height."""
    move: str = ""
    """Override codes at the start of each caption; `{ms}` is how long it stands."""
    letters: str = ""
    """Codes before each letter; `{cs}` is its share of the time, in 0.01 s."""
    english: bool = False
    signs: bool = False
    """A logo, a price tag, a title and a sticker stand in the picture too."""


STYLES = (
    Style("plain"),
    Style("yellow", fill=YELLOW),
    Style("thin outline", outline=1, shadow=1),
    Style("white on red outline", edge=RED, outline=4),
    Style("red on white outline", fill=RED, edge=WHITE, outline=3),
    Style("serif", font="Noto Serif CJK SC", outline=2),
    Style("box", border=3, outline=8, edge=BLACK),
    Style("translucent box", border=4, back="&H60000000", edge=BLACK, outline=0, shadow=10),
    Style("small", size=0.045, outline=2),
    Style("large", size=0.085, outline=5),
    Style("wide letters", spacing=6),
    Style("high in the frame", bottom=0.72),
    Style("bilingual", english=True),
    Style("fade", move=r"{\fad(200,200)}"),
    Style("karaoke", fill=YELLOW, letters=r"{\kf%d}"),
    Style("letter by letter", letters=r"{\2a&HFF&\3a&H00&\ko%d}"),
    Style("pop", move=r"{\fscx60\fscy60\t(0,150,\fscx100\fscy100)}"),
    Style("signs around", signs=True),
    Style("shadow alone", outline=0, shadow=2, back=BLACK),
    Style("bare white", outline=0, shadow=0),
)

LINES = (
    Line(0.45, 1.95, "大家好欢迎来到我们店铺", "Hello and welcome to our shop"),
    Line(1.95, 3.70, "这款袜子纯棉的|三块五一双", "Pure cotton socks at 3.5 a pair"),
    Line(4.20, 5.60, "一千双以上两块八", "Over 1000 pairs only 2.8"),
    Line(5.60, 7.10, "一箱240双，起订100双", "240 pairs a carton"),
    Line(7.10, 8.35, "单价12.8元包邮", "Unit price 12.8 with free shipping"),
    Line(8.90, 9.70, "现货三天内发货", "Ships within three days"),
)
"""Ten seconds of a pitch: a pause, changes without one, a caption in two lines, figures in both scripts."""

UNSEEN = (
    Line(0.40, 1.90, "老板们看看这款雨伞", "Have a look at this umbrella"),
    Line(1.90, 3.60, "二十三块一把|整箱三十二把", "23 yuan each, 32 in a carton"),
    Line(4.10, 5.50, "尺码从三十五到四十二", "Sizes from 35 to 42"),
    Line(5.50, 7.00, "长1.2米，宽60公分", "1.2 m long and 60 cm wide"),
    Line(7.00, 8.30, "二百件起批19.9元", "19.9 yuan from 200 pieces"),
    Line(8.80, 9.70, "下单一周内到货", "Delivered within a week"),
)
"""Other ones, on which nothing was mended before they were first measured; many a 一, 二 and 三."""


def script(style: Style, lines: Sequence[Line], width: int, height: int) -> str:
    """The captions for libass."""
    size = style.size * min(width, height)
    head = _HEAD.format(
        width=width, height=height, font=style.font, size=size, fill=style.fill, second=WHITE, edge=style.edge,
        back=style.back, spacing=style.spacing, border=style.border, outline=style.outline, shadow=style.shadow,
        bottom=round(style.bottom * height),
    )  # fmt: skip
    events = [f"Dialogue: 1,{clock(a.start)},{clock(a.end)},C,,0,0,0,,{_text(style, a, size)}\n" for a in lines]
    return head + "".join(events) + ("".join(_signs(width, height, size)) if style.signs else "")


def _text(style: Style, line: Line, size: float) -> str:
    shown = line.text
    if style.letters:
        hundredths = max(1, round(70 * (line.end - line.start) / len(shown)))  # all are there after 70 % of the time
        shown = "".join(style.letters % hundredths + letter if letter != "|" else letter for letter in shown)
    text = style.move + shown.replace("|", r"\N")
    return text + (rf"\N{{\fs{size * 0.6:.0f}}}{line.english}" if style.english and line.english else "")


def _signs(width: int, height: int, size: float) -> list[str]:
    """What is no caption: all the time, for a while, moving."""
    end = clock(1000)
    return [
        rf"Dialogue: 0,{clock(0)},{end},S,,0,0,0,,{{\pos({width * 0.04:.0f},{height * 0.03:.0f})\bord0}}义乌小王袜业"
        + "\n",
        rf"Dialogue: 0,{clock(0)},{end},S,,0,0,0,,{{\an5\pos({width / 2:.0f},{height * 0.12:.0f})\fs{size * 1.3:.0f}}}"
        "源头工厂直销\n",
        rf"Dialogue: 0,{clock(2)},{clock(6)},S,,0,0,0,,{{\pos({width * 0.08:.0f},{height * 0.5:.0f})}}¥9.90" + "\n",
        rf"Dialogue: 0,{clock(6)},{clock(9)},S,,0,0,0,,{{\pos({width * 0.6:.0f},{height * 0.56:.0f})}}爆款" + "\n",
        rf"Dialogue: 0,{clock(0)},{end},S,,0,0,0,,{{\bord0\fs{size * 0.8:.0f}\frz8\move({width * 0.2:.0f},"
        rf"{height * 0.35:.0f},{width * 0.6:.0f},{height * 0.45:.0f},0,10000)}}COTTON 纯棉" + "\n",
    ]


def burn(source: Sequence[object], text: str, target: Path, *more: object, look: str = "") -> None:
    """Draw a script into what ffmpeg reads by the arguments `source`, after the filters `look`."""
    fonts = tuple(FontFile(path, file_sha256(path)) for path in (SANS, SERIF) if path.exists())
    with laid_out(Burned(text, fonts)) as files:
        graph = ",".join(filter(None, (look, f"ass={files.script}:fontsdir={files.fonts}")))
        coded = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "26", "-pix_fmt", "yuv420p"]
        command = [Ffmpeg().binary, "-y", "-v", "error", *source, "-vf", graph, *coded, *more, target]
        subprocess.run(list(map(str, command)), check=True, env={**os.environ, **files.environment})


def clock(seconds: float) -> str:
    """As 0:00:01.50."""
    return f"{int(seconds // 3600)}:{int(seconds // 60) % 60:02}:{seconds % 60:05.2f}"
