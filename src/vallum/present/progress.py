"""The progress of a study on a terminal: rate, time left and failures; silent elsewhere."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from vallum.study.run import Progress as Report


class _Rate(ProgressColumn):
    """Runs a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} runs/s" if task.speed else "")


@contextmanager
def progress_bar(console: Console, name: str) -> Generator[Report | None]:
    """A bar to hand to `run_study`, or None off a terminal."""
    if not console.is_terminal:
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        _Rate(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failures]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(name, total=None, failures="")

        def report(done: int, total: int, failures: int) -> None:
            bar.update(task, completed=done, total=total, failures=f"{failures:,} failed" if failures else "")

        yield report
