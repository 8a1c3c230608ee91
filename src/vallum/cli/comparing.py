"""`vallum compare`: a comparison of options, or, of a campaign, findings, tables, figures and a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from vallum.cli.studies import DEFAULTS, StudyArguments, console, is_study, opened, study_of

if TYPE_CHECKING:
    from rich.console import Console

    from vallum.analysis.campaign import CampaignFindings
    from vallum.case import Case
    from vallum.present.report import Mapped
    from vallum.study.study import Study

WHOLE = "compared-case"  # folder of a campaign's study with the case as the analyst wrote it, without arms
LATE = "fait-accompli"  # folder of the study with more brigades in place
YEARS = "years"  # folder of the study of the years after
LAWS = "laws"  # folder of the studies under other laws of battle, each in one of its own
MAP_FUTURES = 64


def compare_case(name: str, arguments: StudyArguments) -> None:
    """Compare the options of a case, or of a study that is there."""
    from vallum.analysis.arms import MODEL
    from vallum.case import load_case
    from vallum.study.errors import StudyError

    if not is_study(name):
        loaded = load_case(name)
        if loaded.spec.name.startswith(MODEL):
            _campaign(loaded, name, arguments)
        else:
            _plain(study_of(loaded, arguments, resume=True, allow_mixed=False), loaded)
        return
    if arguments != DEFAULTS:
        raise StudyError(f"{name} is a study that is there: its futures, design and seed are fixed; leave those out")
    study = opened(name)
    if (study.folder / WHOLE).is_dir():
        whole = load_case(study.folder / WHOLE)
        _told(study, _beside(study, whole), whole, str(study.folder / WHOLE))
    else:
        _plain(study, None)


def _plain(study: Study, case: Case | None) -> None:
    """A table, a sentence for each option, figures and a CSV file."""
    from vallum.analysis.comparison import compare
    from vallum.present.figures import write_figures
    from vallum.present.tables import average_table, event_table, spread_table, write_comparison
    from vallum.present.words import averages_matter, conditions, design_words, sentence

    found = compare(study, case)  # the question may have changed since the runs were made
    screen = console()
    _heading(screen, found.case, design_words(study))
    if found.thresholds:
        screen.print(event_table(found))
    if averages_matter(found):
        screen.print(average_table(found))
    screen.print(spread_table(found))
    for line in (*(f"- {sentence(found, result)}" for result in found.results), "", *conditions(found.case)):
        screen.print(line, soft_wrap=not screen.is_terminal)
    try:
        paths = [
            *write_figures(found, study.folder / "figures"),
            write_comparison(found, study.folder / "comparison.csv"),
        ]
    except OSError as error:
        raise _unwritable(study.folder, error) from error
    _files(screen, (*paths, study.folder))


def _campaign(case: Case, name: str, arguments: StudyArguments) -> None:
    """Run every plan and arm, again with more brigades, under other laws and in the years after, and tell all of it."""
    from vallum.analysis.arms import with_arms
    from vallum.analysis.fait_accompli import EXTRAS
    from vallum.analysis.rival_laws import other_laws, under_law
    from vallum.analysis.years import has_years, with_years

    study = study_of(with_arms(case), arguments, resume=True, allow_mixed=False, fans=False)
    _keep(case, study.folder / WHOLE)
    comparable = [option.id for option in case.options if not option.not_comparable]
    more = with_arms(case, EXTRAS, (True,), comparable)
    for folder, again in {LATE: more, **{f"{LAWS}/{law}": under_law(case, law) for law in other_laws(case)}}.items():
        study_of(again, replace(arguments, out=study.folder / folder), resume=True, allow_mixed=False, fans=False)
    if has_years(case) and study.attributes["design"] != "table":
        later = replace(arguments, out=study.folder / YEARS)
        study_of(with_years(case), later, resume=True, allow_mixed=False, fans=False)
    _told(study, _beside(study, case), case, name)


def _beside(study: Study, case: Case) -> dict[str, Study]:
    """The studies that were made beside that of a case, by the folder that each is in; laws in their order."""
    from vallum.analysis.rival_laws import other_laws

    folders = LATE, YEARS, *(f"{LAWS}/{law}" for law in other_laws(case))
    return {x: opened(study.folder / x) for x in folders if is_study(str(study.folder / x))}


def _keep(case: Case, folder: Path) -> None:
    """Keep the case as it was compared; nothing else in the folder is touched."""
    try:
        for name, text in case.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise _unwritable(folder, error) from error


def _told(study: Study, beside: dict[str, Study], case: Case, name: str) -> None:
    from vallum.analysis.book import write_book
    from vallum.analysis.campaign import findings
    from vallum.analysis.campaign_runs import CampaignRuns
    from vallum.analysis.fait_accompli import enter_fait_accompli
    from vallum.analysis.rival_laws import enter_laws
    from vallum.analysis.years_told import tell_years
    from vallum.present.campaign_figures import write_campaign_figures
    from vallum.present.campaign_tables import grids, terminal
    from vallum.present.findings import answers
    from vallum.present.marked import plain
    from vallum.present.report import write_report
    from vallum.present.words import conditions, design_words

    runs = CampaignRuns(study, case)
    found = findings(runs)
    late, later = beside.pop(LATE, None), beside.pop(YEARS, None)
    if late is not None:
        enter_fait_accompli(found.book, runs, late)
    if beside:
        laws = {folder.removeprefix(f"{LAWS}/"): again for folder, again in beside.items()}
        found = replace(found, laws=enter_laws(found.book, runs, laws))
    if later is not None:
        found = replace(found, years=tell_years(found.book, case, later))
    screen = console()
    _heading(screen, case, design_words(study))
    for grid in grids(found):
        screen.print(terminal(grid, found.book, screen.width))
        screen.print(plain(grid.note, found.book), style="dim", soft_wrap=not screen.is_terminal)
        screen.print()
    for finding in answers(found):
        screen.print(finding.question, style="bold")
        for line in finding.lines:
            screen.print(f"- {plain(line, found.book)}", soft_wrap=not screen.is_terminal)
        screen.print()
    for line in conditions(case):
        screen.print(line, style="dim", soft_wrap=not screen.is_terminal)
    try:
        figures = write_campaign_figures(found, study.folder / "figures")
        paths = [
            write_report(found, figures, _mapped(found), _commands(study, name), study.folder / "report.html"),
            write_book(found.book, study.folder / "numbers.csv"),
            *figures.values(),
        ]
    except OSError as error:
        raise _unwritable(study.folder, error) from error
    _files(screen, (*paths, study.folder))


def _mapped(found: CampaignFindings) -> Mapped | None:
    """The network under the option that denies the first plan most often; None where places have no coordinates."""
    from vallum.analysis.campaign_runs import ALL
    from vallum.analysis.reinforcement import race
    from vallum.present.deployment_map import race_map
    from vallum.present.report import Mapped

    case = found.runs.case
    if not {"latitude", "longitude"} <= set(case.tables["nodes"].columns):
        return None
    plan = found.runs.plans[0]
    option = found.leaders[plan, ALL].option
    shown = race(case, options=(option,), plan=plan, futures=MAP_FUTURES, trials=0)
    return Mapped(option, MAP_FUTURES, race_map(shown, shown.results[0]))


def _commands(study: Study, name: str) -> str:
    """What makes the study again."""
    about = study.attributes
    design, settings = about["settings"]["design"], about["settings"]
    chosen = f"--futures {design['futures']} --design {about['design']} --seed {about['seed']}"
    if about["design"] == "table":
        chosen = "--futures FILE-OF-FUTURES"
    more = f" --replicates {settings['replicates']}" if settings["replicates"] > 1 else ""
    made = f"vallum compare {name} {chosen}{more} --dtype {settings['dtype']}"
    return f"{made}  # Vallum {about['machine']['vallum']}, JAX {about['machine']['jax']}\n"


def _heading(screen: Console, case: Case, design: str) -> None:
    screen.print(case.title, style="bold")
    screen.print(case.question.text)
    screen.print(design, style="dim")
    screen.print()


def _files(screen: Console, paths: Sequence[Path]) -> None:
    screen.print()
    for path in paths:
        screen.print(f"  {path}", soft_wrap=True, highlight=False)


def _unwritable(folder: Path, error: OSError) -> Exception:
    from vallum.study.errors import StudyError

    return StudyError(f"cannot write to {folder}: {error.strerror or error}")
