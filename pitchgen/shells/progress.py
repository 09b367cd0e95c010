"""How far a run is, drawn on stderr: a bar for each stage; stdout is for results."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from pitchgen.core.events import Advanced, Event, Warned

LABELS = {
    "batch heard": "videos: heard",
    "batch told": "videos: translated",
    "batch made": "videos: made",
    "decode": "listen to the file",
    "detect": "find the speech",
    "read": "read the captions in the picture",
    "transcribe": "write down the words",
    "translate": "translate",
    "compare": "compare prices and quantities",
    "enroll": "choose where her voice is heard best",
    "excerpt": "listen to her voice",
    "synthesize": "speak",
    "shorten": "say in fewer words what takes too long",
    "separate": "part her voice from the background",
    "picture": "label and encode the picture",
    "trace": "look for her voice in the background",
    "liken": "compare the voices",
    "render": "mix and mux",
}
"""What a stage is called on the screen."""

screen = Console(stderr=True, highlight=False)


class Bars:
    """A listener that draws a bar for each stage until it is stopped; then it begins anew."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._bars: dict[str, TaskID] = {}

    def __call__(self, event: Event) -> None:
        """Draw `event`."""
        if isinstance(event, Advanced):
            self._draw(event)
        elif isinstance(event, Warned):
            (self._progress.console if self._progress else screen).print(f"[yellow]note:[/] {escape(event.message)}")

    def stop(self) -> None:
        """Leave the bars as they are."""
        if self._progress:
            self._progress.stop()
        self._progress, self._bars = None, {}

    def _draw(self, event: Advanced) -> None:
        if self._progress is None:  # only now: a mistake that is found before is one line and no bar
            self._progress = Progress(
                TextColumn("{task.description:<36}"),
                BarColumn(28),
                TextColumn("{task.fields[count]:>14}"),
                _Speed(),
                TimeRemainingColumn(),
                console=screen,
            )
            self._progress.start()
        if event.stage not in self._bars:
            label = LABELS.get(event.stage, event.stage)
            self._bars[event.stage] = self._progress.add_task(label, total=event.total, count="")
        unit = "" if event.unit == "items" else f" {event.unit}"
        count = f"{event.done:.0f}/{event.total:.0f}{unit}"
        self._progress.update(self._bars[event.stage], completed=event.done, total=event.total, count=count)


class _Speed(ProgressColumn):
    """Megabytes a second, where megabytes are counted."""

    def render(self, task: Task) -> Text:
        """As every column."""
        known = task.speed is not None and task.fields["count"].endswith("MB")
        return Text(f"{task.speed:.1f} MB/s" if known else "")
