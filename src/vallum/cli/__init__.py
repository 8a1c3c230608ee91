"""The command `vallum`: thin, and quick to start because every command imports what it needs."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, CycloptsError, Parameter

from vallum.cli.studies import DEFAULTS, StudyArguments, console, keep_compiled_programs, opened, study_of
from vallum.errors import VallumError

if TYPE_CHECKING:
    from rich.console import Console

    from vallum.case import Case

app = App(
    name="vallum",
    help="Campaign analysis and force posture: which option does best, across everything we don't know?",
    version_flags=["--version"],
    help_on_error=False,
)
CaseName = Annotated[str, Parameter(help="A case folder, or the name of a shipped case.")]


WIDE = 120  # columns that a table with sentences in it needs


@app.command
def cases() -> None:
    """List the shipped cases and the registered models."""
    from vallum.case import load_case, shipped_cases
    from vallum.present.tables import fact_table
    from vallum.registry import find_model, model_names

    out = console()
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
    console().print(
        f"{folder} is a case that runs. Replace its placeholders, then: vallum check {folder}", soft_wrap=True
    )


@app.command
def check(case: CaseName) -> None:
    """Check a case: every fault with its place and remedy, or what the case contains."""
    from vallum.analysis.years import whole
    from vallum.case import ledger, load_case
    from vallum.present.tables import fact_table

    found = whole(load_case(case))
    standing = Counter(row.standing for row in ledger(found))
    uncertain = [name for name, quantity in found.inputs.items() if not quantity.marginal.certain]
    out = console()
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
    from vallum.case import load_case

    study = study_of(load_case(case), arguments, resume=resume, allow_mixed=allow_mixed)
    out, about = console(), study.attributes
    out.print(f"{about['runs']:,} runs of {about['case_name']} are in {study.folder}", soft_wrap=True)
    if about["failures"]:
        out.print(f"{about['failures']:,} have a bad status; see: vallum show {study.folder}", soft_wrap=True)


@app.command
def compare(case: CaseName, *, arguments: StudyArguments = DEFAULTS) -> None:
    """Compare a case's options: tables, findings, figures and files; of a campaign also a report in HTML.

    Runs the study, or uses the one that is already there. `case` may also be the folder
    of a study. A campaign is run for every plan of the attacker, with the alliance fighting
    and without.
    """
    from vallum.cli.comparing import compare_case

    compare_case(case, arguments)


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
    keep_compiled_programs()
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
    screen = console()
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

    found = opened(study)
    out = console()
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

    out = console()
    for line in told_lines(explain_run(opened(study), run)):
        out.print(line, soft_wrap=not out.is_terminal)


@app.command
def evidence(case: CaseName) -> None:
    """Print the ledger: every input, its claims and sources; contested first, unsupported flagged."""
    from vallum.analysis.years import whole
    from vallum.case import load_case
    from vallum.present.evidence import correlation_table, cost_table, ledger_blocks, ledger_table, source_table

    found = whole(load_case(case))
    out = console()
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

    found, screen = fitted(read_battles(data), draws, seed), console()
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

    console().print(fact_table({name: str(value) for name, value in machine().items()}))


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
