"""The command `vallum`: thin, and quick to start because every command imports what it needs."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, CycloptsError, Parameter

from vallum.errors import VallumError

if TYPE_CHECKING:
    from rich.console import Console

    from vallum.case import Case
    from vallum.study.designs import Design
    from vallum.study.futures import FutureTable
    from vallum.study.study import Study

app = App(
    name="vallum",
    help="Campaign analysis and force posture: which option does best, across everything we don't know?",
    version_flags=["--version"],
    help_on_error=False,
)
DesignName = Literal["sobol", "latin-hypercube", "monte-carlo"]
CaseName = Annotated[str, Parameter(help="A case folder, or the name of a shipped case.")]


@Parameter(name="*")
@dataclass(frozen=True)
class StudyArguments:
    """What decides which runs a study has, and where and how they are made.

    Parameters
    ----------
    futures
        How many futures, or a CSV file of explicit ones: one column an input, in the model's units.
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

    futures: str = "65536"
    design: DesignName = "sobol"
    seed: int = 0
    replicates: int = 1
    dtype: Literal["float32", "float64"] = "float32"
    out: Path | None = None
    workers: int | None = None
    overwrite: Annotated[bool, Parameter(negative=())] = False


DEFAULTS = StudyArguments()
WIDE = 120  # columns that a table with sentences in it needs


@app.command
def cases() -> None:
    """List the shipped cases and the registered models."""
    from vallum.case import load_case, shipped_cases
    from vallum.present.tables import fact_table
    from vallum.registry import find_model, model_names

    out = _console()
    out.print("Cases", style="bold underline")
    out.print(fact_table({name: load_case(name).title for name in shipped_cases()}))
    out.print("\nModels", style="bold underline")
    out.print(fact_table({name: find_model(name).spec.title for name in model_names()}))


@app.command
def new(folder: Path, *, model: str = "feba_expansion") -> None:
    """Write a new case to start from: a folder of plain files with placeholders to replace.

    Parameters
    ----------
    folder
        The folder to make; its name becomes the case's.
    model
        The model that the case is for.
    """
    from vallum.case import write_template
    from vallum.registry import find_model

    name = re.sub(r"[^A-Za-z0-9._-]+", "-", folder.resolve().name).strip("-.") or "case"
    write_template(find_model(model).spec, folder, name)
    _console().print(
        f"{folder} is a case that runs. Replace its placeholders, then: vallum check {folder}", soft_wrap=True
    )


@app.command
def check(case: CaseName) -> None:
    """Check a case: every fault with its place and remedy, or what the case contains."""
    from vallum.case import ledger, load_case
    from vallum.present.tables import fact_table

    found = load_case(case)
    standing = Counter(row.standing for row in ledger(found))
    uncertain = [name for name, quantity in found.inputs.items() if not quantity.marginal.certain]
    out = _console()
    out.print(f"{found.name}: no faults", style="bold green")
    out.print(
        fact_table(
            {
                "question": found.question.text,
                "model": found.spec.title,
                "inputs": f"{len(found.inputs)}, of which {len(uncertain)} uncertain",
                "options": ", ".join(option.id for option in found.options),
                "reference": found.question.reference,
                "evidence": f"{len(found.claims)} claims, {len(found.sources)} sources",
                "values": ", ".join(f"{count} {name}" for name, count in standing.items()) + " (options' own included)",
            }
        )
    )


@app.command
def run(
    case: CaseName,
    *,
    arguments: StudyArguments = DEFAULTS,
    resume: Annotated[bool, Parameter(negative=())] = False,
    allow_mixed: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Run every option of a case over all futures and store the results.

    Parameters
    ----------
    resume
        Finish what an interrupted run left, with the same bits.
    allow_mixed
        Resume even where versions or device differ from those that began.
    """
    study = _study(case, arguments, resume=resume, allow_mixed=allow_mixed)
    out, about = _console(), study.attributes
    out.print(f"{about['runs']:,} runs of {about['case_name']} are in {study.folder}", soft_wrap=True)
    if about["failures"]:
        out.print(f"{about['failures']:,} have a bad status; see: vallum show {study.folder}", soft_wrap=True)


@app.command
def compare(case: CaseName, *, arguments: StudyArguments = DEFAULTS) -> None:
    """Compare a case's options: a table, a sentence each, figures and a CSV file.

    Runs the study, or uses the one that is already there. `case` may also be the folder
    of a study.
    """
    from vallum.analysis.comparison import compare as compare_options
    from vallum.case import load_case
    from vallum.present.figures import write_figures
    from vallum.present.tables import average_table, event_table, spread_table, write_comparison
    from vallum.present.words import averages_matter, conditions, design_words, sentence
    from vallum.study.errors import StudyError

    if _is_study(case):
        if arguments != DEFAULTS:
            raise StudyError(
                f"{case} is a study that is there: its futures, design and seed are fixed; leave those out"
            )
        found = compare_options(_open(case))
    else:
        study = _study(case, arguments, resume=True, allow_mixed=False)
        found = compare_options(study, load_case(case))  # the question may have changed since the runs were made
    study = found.study
    screen = _console()
    screen.print(found.case.title, style="bold")
    screen.print(found.case.question.text)
    screen.print(design_words(study), style="dim")
    screen.print()
    if found.thresholds:
        screen.print(event_table(found))
    if averages_matter(found):
        screen.print(average_table(found))
    screen.print(spread_table(found))
    lines = [*(f"- {sentence(found, result)}" for result in found.results), "", *conditions(found.case)]
    for line in lines:
        screen.print(line, soft_wrap=not screen.is_terminal)
    try:
        paths = [
            *write_figures(found, study.folder / "figures"),
            write_comparison(found, study.folder / "comparison.csv"),
        ]
    except OSError as error:
        raise StudyError(f"cannot write to {study.folder}: {error.strerror or error}") from error
    screen.print()
    for path in (*paths, study.folder):
        screen.print(f"  {path}", soft_wrap=True, highlight=False)


@app.command
def deploy(
    case: CaseName,
    *,
    option: tuple[str, ...] = (),
    plan: str = "",
    futures: int = 2048,
    seed: int = 0,
    trials: int = 5,
    bound: Annotated[bool, Parameter(negative=())] = False,
    out: Path | None = None,
    workers: int | None = None,
) -> None:
    """Show the reinforcement race: which brigades are where by which day, who is late and why, and what binds.

    Writes a closure chart, Gantt charts, maps, and CSV files, the time-phased list of formations among them.

    Parameters
    ----------
    option
        Only this option; may be given more than once. The reference is told in full, or else the first.
    plan
        The attacker's plan; as the case weights them unless given.
    futures
        How many futures, spread evenly over the uncertain inputs.
    seed
        Of the futures and of all chance.
    trials
        Capacities to try with one more trainload a day, for each option.
    bound
        Also say how far the plan of the option told in full is from the best possible; takes about a minute.
    out
        Folder for the files; results/CASE-deploy unless given.
    workers
        Threads, one a core unless given; they do not change the results.
    """
    from vallum.analysis.reinforcement import race
    from vallum.case import load_case
    from vallum.present.deployment import pooled_words, race_tables, told, write_race
    from vallum.present.deployment_figures import footer, write_race_figures
    from vallum.present.deployment_map import write_race_maps
    from vallum.study.designs import fitting_size
    from vallum.study.errors import StudyError

    loaded = load_case(case)
    _keep_compiled_programs()
    size = fitting_size("sobol", futures) if futures > 0 else futures
    found = race(
        loaded,
        options=option,
        plan=plan,
        futures=size,
        seed=seed,
        trials=trials,
        workers=workers or os.cpu_count() or 1,
    )
    screen = _console()
    screen.print(loaded.title, style="bold")
    screen.print(footer(found), style="dim", soft_wrap=True)
    for line in pooled_words(found):
        screen.print(line, style="dim", soft_wrap=True)
    for table in race_tables(found):
        screen.print()
        screen.print(table)
    folder = out or Path("results") / f"{loaded.name}-deploy"
    try:
        paths = [*write_race_figures(found, folder), *write_race_maps(found, folder), *write_race(found, folder)]
    except OSError as error:
        raise StudyError(f"cannot write to {folder}: {error.strerror or error}") from error
    screen.print()
    for path in paths:
        screen.print(f"  {path}", soft_wrap=True, highlight=False)
    if bound:
        _bound(loaded, told(found).option.id, plan, folder, screen)


def _bound(case: Case, option: str, plan: str, folder: Path, screen: Console) -> None:
    """Print and draw how far an option's plan is from the best possible."""
    from vallum.analysis.bound import bound, last_arrival
    from vallum.analysis.planning import planning_run
    from vallum.present.bound import bound_table, bound_words, write_bound

    run = planning_run(case, option, plan)
    found = bound(run, last_arrival(run))
    screen.print()
    screen.print(bound_table(found, run))
    screen.print(bound_words(found, run), soft_wrap=not screen.is_terminal)
    screen.print(f"  {write_bound(found, run, case, folder)}", soft_wrap=True, highlight=False)


@app.command
def show(study: Path, *, runs: Path | None = None) -> None:
    """Say what a study holds; write its runs to a CSV file.

    Parameters
    ----------
    study
        Folder of a study.
    runs
        A CSV file to write: one row a run, with every input and outcome.
    """
    from vallum.present.export import columns_file, tables_file, write_runs
    from vallum.present.tables import outcome_table, study_facts

    found = _open(study)
    out = _console()
    out.print(study_facts(found))
    if found.complete:
        out.print()
        out.print(outcome_table(found))
    if runs is not None:
        count = write_runs(found, runs)
        out.print(
            f"\n{count:,} runs are in {runs}; beside it {columns_file(runs)} and {tables_file(runs)}", soft_wrap=True
        )


@app.command
def explain(study: Path, *, run: str) -> None:
    """Tell one campaign of a study day by day: who came, who fought, who won and why.

    Parameters
    ----------
    study
        Folder of a study of the campaign model.
    run
        Which run: option:future or option:future:replicate, numbers from 0.
    """
    from vallum.analysis.explanation import explain as explain_run
    from vallum.present.explanation import told_lines

    out = _console()
    for line in told_lines(explain_run(_open(study), run)):
        out.print(line, soft_wrap=not out.is_terminal)


@app.command
def evidence(case: CaseName) -> None:
    """Print the ledger: every input, its claims and sources; contested first, unsupported flagged."""
    from vallum.case import load_case
    from vallum.present.evidence import correlation_table, cost_table, ledger_blocks, ledger_table, source_table

    found = load_case(case)
    out = _console()
    values = [ledger_table(found)] if out.width >= WIDE else list(ledger_blocks(found))
    for table in (*values, cost_table(found), correlation_table(found), source_table(found)):
        if table is not None:
            out.print(table)
            out.print()


@app.command
def calibrate(
    *,
    data: Path | None = None,
    out: Path = Path("results/engagement-law"),
    draws: int = 1000,
    seed: int = 1990,
) -> None:
    """Fit the engagement law to battles of record and say how well it predicts others; takes 20 seconds.

    Writes the tables that a theatre case cites, and law.toml, which says where they come from.

    Parameters
    ----------
    data
        The battle file, the rebuilt flat table of CDB90; the one in the folder VALLUM_DATA unless given.
    out
        Folder for the files.
    draws
        Resamples of campaigns that errors come from.
    seed
        Of the resamples.
    """
    from rich.text import Text

    from vallum.analysis.battles import read_battles
    from vallum.analysis.law_files import calibrate as fitted
    from vallum.analysis.law_files import write_law
    from vallum.present.calibration import calibration_page

    found, screen = fitted(read_battles(data), draws, seed), _console()
    paths = write_law(found, out)
    for part in calibration_page(found):
        screen.print(part, soft_wrap=isinstance(part, Text) and not screen.is_terminal)
        screen.print()
    for path in paths:
        screen.print(f"  {path}", soft_wrap=True, highlight=False)


@app.command
def schema(model: str) -> None:
    """Print the JSON Schema of case.toml for a model, for editors."""
    import json

    from vallum.case import json_schema
    from vallum.registry import find_model

    sys.stdout.write(json.dumps(json_schema(find_model(model).spec), indent=2) + "\n")


@app.command
def version() -> None:
    """Print the versions that results depend on."""
    from vallum.present.tables import fact_table
    from vallum.study.machine import machine

    _console().print(fact_table({name: str(value) for name, value in machine().items()}))


def _console() -> Console:
    from rich.console import Console

    # Off a terminal a table must not be folded to the width of nothing.
    return Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False, emoji=False)


def _is_study(name: str) -> bool:
    return (Path(name) / "study.zarr").is_dir() or Path(name).name == "study.zarr"


def _open(folder: Path | str) -> Study:
    from vallum.study.study import Study

    return Study(folder)


def _study(case: str, arguments: StudyArguments, *, resume: bool, allow_mixed: bool) -> Study:
    """Run the study that the arguments name, or open it where it is complete."""
    from rich.console import Console

    from vallum.case import load_case
    from vallum.present.progress import progress_bar
    from vallum.study.run import run_study, study_folder
    from vallum.study.work import Settings

    loaded = load_case(case)
    table, design = _futures(arguments)
    _keep_compiled_programs()
    settings = Settings(design, arguments.replicates, arguments.dtype, table.digest if table else "")
    folder = arguments.out or study_folder(loaded, settings)
    if arguments.overwrite:  # pages made of other runs go with them
        (folder / "comparison.csv").unlink(missing_ok=True)
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
            )
        except KeyboardInterrupt:
            sys.stderr.write(f"\nWhat is done is in {folder}; finish it with --resume.")
            raise


def _futures(arguments: StudyArguments) -> tuple[FutureTable | None, Design]:
    """A number of futures or a file of them."""
    from vallum.study.designs import Design, DesignError, fitting_size
    from vallum.study.futures import read_futures

    text = arguments.futures.replace(",", "").replace("_", "")
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


def _keep_compiled_programs() -> None:
    """Let JAX keep what it compiles, so that the next start is quick."""
    import jax

    root = os.environ.get("VALLUM_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vallum"
    jax.config.update("jax_compilation_cache_dir", str(Path(root) / "programs"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line: errors a user can mend are printed without a traceback, exit code 2.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process unless given.
    """
    try:
        app(sys.argv[1:] if arguments is None else arguments, exit_on_error=False, print_error=False)
    except (VallumError, CycloptsError) as error:
        sys.stderr.write(f"vallum: {error}\n")
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped.\n")
        raise SystemExit(130) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
