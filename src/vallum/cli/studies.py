"""What commands that run or open a study share: their arguments, the study, the console."""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from rich.console import Console

    from vallum.case import Case
    from vallum.study.designs import Design
    from vallum.study.futures import FutureTable
    from vallum.study.study import Study

DesignName = Literal["sobol", "latin-hypercube", "monte-carlo"]


@Parameter(name="*")
@dataclass(frozen=True)
class StudyArguments:
    """What decides which runs a study has, and where and how they are made.

    Parameters
    ----------
    futures
        How many futures, or a CSV file of explicit ones: one column an input, in the model's units.
        65,536 unless given, of a campaign 1,024.
    design
        How futures are spread over the uncertain inputs.
    seed
        Of the design and of all chance; 0 is a seed like any other.
    replicates
        Draws of chance within each future, for models that have any.
    dtype
        Precision of the computation.
    out
        Where the study is kept; results/CASE-IDENTITY unless given.
    workers
        Threads, one a core unless given; they do not change the results.
    overwrite
        Discard what the folder holds.
    """

    futures: str = ""
    design: DesignName = "sobol"
    seed: int = 0
    replicates: int = 1
    dtype: Literal["float32", "float64"] = "float32"
    out: Path | None = None
    workers: int | None = None
    overwrite: Annotated[bool, Parameter(negative=())] = False


DEFAULTS = StudyArguments()
FUTURES, CAMPAIGN_FUTURES = 65_536, 1024  # unless the analyst says otherwise


def console() -> Console:
    """Where a command prints."""
    from rich.console import Console

    # Off a terminal a table must not be folded to the width of nothing.
    return Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False, emoji=False)


def is_study(name: str) -> bool:
    """Whether a name is the folder of a study."""
    return (Path(name) / "study.zarr").is_dir() or Path(name).name == "study.zarr"


def opened(folder: Path | str) -> Study:
    """The study in a folder."""
    from vallum.study.study import Study

    return Study(folder)


def study_of(loaded: Case, arguments: StudyArguments, *, resume: bool, allow_mixed: bool, fans: bool = True) -> Study:
    """Run the study that the arguments name, or open it where it is complete."""
    from rich.console import Console

    from vallum.present.progress import progress_bar
    from vallum.study.run import run_study, study_folder
    from vallum.study.work import Settings

    table, design = futures_of(loaded, arguments)
    keep_compiled_programs()
    settings = Settings(design, arguments.replicates, arguments.dtype, table.digest if table else "")
    folder = arguments.out or study_folder(loaded, settings)
    if arguments.overwrite:  # pages made of other runs go with them
        for page in ("comparison.csv", "numbers.csv", "report.html"):
            (folder / page).unlink(missing_ok=True)
        shutil.rmtree(folder / "figures", ignore_errors=True)
    with progress_bar(Console(stderr=True), loaded.name) as progress:
        try:
            return run_study(
                loaded,
                folder,
                design=None if table else design,
                table=table,
                replicates=arguments.replicates,
                dtype=arguments.dtype,
                workers=arguments.workers,
                resume=resume,
                allow_mixed=allow_mixed,
                overwrite=arguments.overwrite,
                progress=progress,
                fans=fans,
            )
        except KeyboardInterrupt:
            sys.stderr.write(f"\nWhat is done is in {folder}; finish it with --resume.")
            raise


def futures_of(case: Case, arguments: StudyArguments) -> tuple[FutureTable | None, Design]:
    """A number of futures or a file of them."""
    from vallum.study.designs import Design, DesignError, fitting_size
    from vallum.study.futures import read_futures

    usual = CAMPAIGN_FUTURES if case.spec.name.startswith("campaign") else FUTURES
    text = (arguments.futures or str(usual)).replace(",", "").replace("_", "")
    if not re.fullmatch("-?[0-9]{1,18}", text):
        if not Path(arguments.futures).exists():
            raise DesignError(f"--futures {arguments.futures}: neither a whole number nor a file that is there")
        table = read_futures(arguments.futures)
        return table, table.design
    wanted = int(text)
    size = fitting_size(arguments.design, wanted) if wanted > 0 else wanted
    if size != wanted:
        sys.stderr.write(f"{wanted:,} futures become {size:,}: a {arguments.design} design comes in such sizes.\n")
    return None, Design(arguments.design, size, arguments.seed)


def keep_compiled_programs() -> None:
    """Let JAX keep what it compiles, so that the next start is quick."""
    import jax

    root = os.environ.get("VALLUM_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vallum"
    jax.config.update("jax_compilation_cache_dir", str(Path(root) / "programs"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
