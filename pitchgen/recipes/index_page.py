"""One page over all outputs of a batch: no network, no script, readable on a phone."""

from __future__ import annotations

import os
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from pitchgen.edges.report import PAGE
from pitchgen.languages import language
from pitchgen.recipes.batch import Done

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1rem; color: #1a1a1a }
h1 { font-size: 1.5rem }
h2 { font-size: 1.1rem; margin: 0 0 .5rem }
p { margin: .3rem 0 }
a { color: #0645ad; display: inline-block; padding: .6rem .8rem .6rem 0 }
ul { list-style: none; padding: 0; display: grid; gap: 1rem }
ul { grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)) }
li { border: 1px solid #ccc; border-radius: .5rem; padding: 1rem }
li.failed { border-color: #a40000 }
.error { color: #a40000 }
@media (prefers-color-scheme: dark) {
  body { background: #111; color: #eee }
  a { color: #8ab4f8 }
  .error { color: #ff8a80 }
}
"""


def index_page(results: Sequence[Done], folder: Path) -> str:
    """The page, as it lies in `folder`."""
    made = sum(not one.error for one in results)
    items = "".join(_item(one, folder) for one in results)
    return (
        '<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>pitchgen</title><style>{_STYLE}</style>"
        f"<h1>{made} / {len(results)} 个视频已生成 · videos made</h1><ul>{items}</ul></html>\n"
    )


def _item(one: Done, folder: Path) -> str:
    title = escape(one.row.title or one.row.name)
    if one.outcome is None:
        return (
            f'<li class="failed"><h2>{title}</h2><p class="error">第 {one.row.number} 行 · {escape(one.error)}</p></li>'
        )
    links = "".join(
        f'<a href="{_address(output.video, folder)}" lang="{output.language}" dir="auto">'
        f"{escape(language(output.language).native)}</a>"
        for output in one.outcome.outputs
    )
    look = sum(bool(output.unsound or output.overruns) for output in one.outcome.outputs)
    told = f'<a href="{_address(one.outcome.folder / PAGE, folder)}">报告 · report</a>'
    note = f"{look} 个版本请检查 · to look at: " if look else ""
    return f"<li><h2>{title}</h2><p>{links}</p><p>{note}{told}</p></li>"


def _address(path: Path, folder: Path) -> str:
    return escape(quote(os.path.relpath(path, folder)), quote=True)
