"""`kefu demo replay`: real dialogues through both demo brands at once, read back and compared."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kefu_project.embedded.services import default_data_dir

from .environment import installation
from .output import console, errors, fail, show_json, show_rows

if TYPE_CHECKING:
    from kefu_project.replay.corpus import Dialogue
    from kefu_project.replay.play import Played, Show
    from kefu_project.replay.readback import Found
    from kefu_project.replay.site import Site


@click.group()
def demo() -> None:
    """Try the demo brands."""


@demo.command()
@click.option("--dialogues", default=2000, show_default=True, type=click.IntRange(1, 1_000_000), help="How many.")
@click.option("--rate", default=15.0, show_default=True, type=click.FloatRange(0.1, 1000), help="Begun per second.")
@click.option("--brands", default="acme,globex", show_default=True, help="Their slugs.")
@click.option("--seed", default=1, show_default=True, help="Makes the order of the dialogues.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def replay(dialogues: int, rate: float, brands: str, seed: int, as_json: bool) -> None:
    """Play real dialogues (English and Chinese) through real sockets, read all back over REST and compare.

    Exit code 1 on any difference.
    """
    from kefu_project.replay.corpus import read_dialogues

    texts = read_dialogues(dialogues, seed)  # before the imports that fail without the extra: this says what is missing

    from kefu_project.replay.report import failures_of, summary_of, table_of
    from kefu_project.replay.site import demo_sites

    data_dir = default_data_dir()
    with installation(data_dir), demo_sites(brands.split(","), *_address(data_dir)) as sites:
        show, found = asyncio.run(_run(sites, texts, rate))
    summary = summary_of(show, found)
    if as_json:
        show_json(summary)
    else:
        show_rows("Replay", *table_of(show, found), as_json=False)
        note = "{not_pushed_asked_for} pushes were late and asked for; {rate_limited} times an agent was told to wait."
        console.print(note.format(**summary), highlight=False)
    if not summary["passed"]:
        fail("What was read back is not what was said.", "; ".join(failures_of(found)[:5]))


async def _run(sites: "Sequence[Site]", texts: "Sequence[Dialogue]", rate: float) -> "tuple[Show, list[Found]]":
    from kefu_project.replay.play import play_all
    from kefu_project.replay.readback import read_back

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors) as progress:
        playing = progress.add_task("Playing", total=len(texts))
        reading = progress.add_task("Reading back", total=len(texts), start=False)

        def on_played(_played: "Played") -> None:
            progress.advance(playing)

        show = await play_all(sites, texts, rate=rate, on_done=on_played)
        progress.start_task(reading)
        return show, await read_back(sites, show.played, lambda: progress.advance(reading))


def _address(data_dir: Path) -> tuple[str, int]:
    """Where the running installation answers."""
    noted = data_dir / "address"
    if not noted.exists():
        fail("Kefu is not running.", "Start it with `kefu up`, then run this in another terminal.")
    host, port = noted.read_text().split()
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), int(port)
