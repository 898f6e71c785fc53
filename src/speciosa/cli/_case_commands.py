"""The commands on a case. Each reads what the user hands in, calls one function and prints what comes back."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import speciosa
from speciosa.cli._root import CaseFile, Everything, People, Quiet, Seed, app


@app.command()
def assess(
    case: CaseFile,
    *,
    html: Annotated[Path | None, typer.Option(help="Write a self-contained page.", dir_okay=False)] = None,
    json: Annotated[Path | None, typer.Option(help="Write the whole assessment as JSON.", dir_okay=False)] = None,
    everything: Everything = False,
    people: People = None,
    seed: Seed = None,
    quiet: Quiet = False,
) -> None:
    """Simulate a case, run all checks, print the assessment."""
    from speciosa import reports
    from speciosa.assessment import assess as assess_case
    from speciosa.cli._common import read_case, shown_progress, write

    loaded = read_case(case, people, seed)
    with shown_progress(quiet=quiet) as progress:
        assessment = assess_case(loaded, progress=progress)
    reports.terminal(assessment, Console(), everything=everything)
    if html is not None:
        write(html, reports.html(assessment))
    if json is not None:
        write(json, reports.to_json(assessment))


@app.command()
def simulate(
    case: CaseFile,
    *,
    out: Annotated[Path | None, typer.Option(help="Write every run: .parquet or .nc.", dir_okay=False)] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Write the concentrations as a picture: .svg.", dir_okay=False)
    ] = None,
    regimen: Annotated[int, typer.Option(min=1, help="Which regimen of the case goes into the files.")] = 1,
    everything: Everything = False,
    people: People = None,
    seed: Seed = None,
    quiet: Quiet = False,
) -> None:
    """Simulate a case without judging it: figures on screen, curves into files."""
    from speciosa import exposure
    from speciosa.cli._common import need_suffix, pick, read_case, shown_progress
    from speciosa.cli._tables import scenario_table, targets_table

    need_suffix("--out", out, (".parquet", ".nc"))
    need_suffix("--plot", plot, (".svg",))
    loaded = read_case(case, people, seed)
    pick(loaded.regimens, regimen, "--regimen")
    with shown_progress(quiet=quiet) as progress:
        exposed = exposure.simulate(loaded, with_medicines=False, progress=progress)
    console = Console()
    for scenario in exposed.scenarios:
        console.print(scenario_table(scenario, everything=everything))
        console.print(targets_table(scenario, everything=everything))
    _write_runs(exposed, regimen, out, plot)


def _write_runs(exposed: "speciosa.exposure.Exposure", regimen: int, out: Path | None, plot: Path | None) -> None:
    from speciosa import exposure, reports
    from speciosa.cli._common import write, wrote

    if out is not None:
        exposure.save(exposed.dataset(regimen - 1), out)
        wrote(out)
    if plot is not None:
        write(plot, reports.figure_svg(exposed.scenarios[regimen - 1], "concentration"))


@app.command()
def model(
    case: CaseFile,
    *,
    sbml: Annotated[Path | None, typer.Option(help="Write SBML.", dir_okay=False)] = None,
    antimony: Annotated[Path | None, typer.Option(help="Write Antimony.", dir_okay=False)] = None,
    with_medicines: Annotated[
        bool, typer.Option("--with-medicines", help="Add the medicines the model can compute.")
    ] = False,
) -> None:
    """Write the model of a case, at the median person, as files that other tools open."""
    from speciosa import exposure
    from speciosa.cli._common import read_case, write

    loaded = read_case(case, None, None)
    assembly = exposure.model(loaded, with_medicines=with_medicines)
    if sbml is None and antimony is None:
        typer.echo(assembly.antimony, nl=False)
    if sbml is not None:
        write(sbml, assembly.sbml)
    if antimony is not None:
        write(antimony, assembly.antimony)


@app.command()
def validate(
    *,
    html: Annotated[Path | None, typer.Option(help="Write a self-contained page.", dir_okay=False)] = None,
    svg: Annotated[Path | None, typer.Option(help="Write the picture: .svg.", dir_okay=False)] = None,
    json: Annotated[Path | None, typer.Option(help="Write everything as JSON.", dir_okay=False)] = None,
    markdown: Annotated[
        Path | None,
        typer.Option(help="Put the table into a page that holds its two marks.", dir_okay=False, exists=True),
    ] = None,
    before: Annotated[
        bool, typer.Option("--before", help="Predict with what was known before the calibration.")
    ] = False,
    people: People = None,
    quiet: Quiet = False,
) -> None:
    """Print what the model predicts beside what was observed in people, with the fold error."""
    from speciosa import calibration, reports
    from speciosa.cli._common import need_suffix, shown_progress, write
    from speciosa.cli._tables import comparison_table

    need_suffix("--svg", svg, (".svg",))
    with shown_progress(quiet=quiet) as progress:
        found = calibration.validate(people=people, before=before, progress=progress)
    Console().print(comparison_table(found))
    if html is not None:
        write(html, reports.validation_html(found))
    if svg is not None:
        write(svg, reports.validation_svg(found))
    if json is not None:
        write(json, found.model_dump_json(indent=2) + "\n")
    if markdown is not None:
        write(markdown, reports.inserted(markdown.read_text(encoding="utf-8"), found))


@app.command()
def interact(
    case: CaseFile,
    *,
    medicine: Annotated[
        str, typer.Option("--with", metavar="NAME", help="The medicine: a name, a synonym or a brand.")
    ],
    dose_mg: Annotated[
        float | None, typer.Option(min=0.0, help="One dose of it, mg; the usual one by default.")
    ] = None,
    every_h: Annotated[
        float | None, typer.Option(min=0.0, help="Hours between its doses, 0 for a single one; as usual by default.")
    ] = None,
    days: Annotated[
        float | None, typer.Option(min=0.0, max=365.0, help="How long it has been taken; as usual by default.")
    ] = None,
    at: Annotated[float, typer.Option(help="Hours after the last dose of the product; negative: before it.")] = 0.0,
    regimen: Annotated[int, typer.Option(min=1, help="Which regimen of the case.")] = 1,
    html: Annotated[Path | None, typer.Option(help="Write a self-contained page.", dir_okay=False)] = None,
    svg: Annotated[Path | None, typer.Option(help="Write the pictures: .svg.", dir_okay=False)] = None,
    json: Annotated[Path | None, typer.Option(help="Write everything as JSON.", dir_okay=False)] = None,
    people: People = None,
    seed: Seed = None,
    quiet: Quiet = False,
) -> None:
    """Simulate the product with one medicine, both directions, and print what the rules say of the two."""
    from speciosa import reports
    from speciosa.cli._common import need_suffix, read_regimen, shown_progress, write_each
    from speciosa.interaction import Wanted, modelled
    from speciosa.interaction import interact as interact_case

    need_suffix("--svg", svg, (".svg",))
    loaded, taken = read_regimen(case, people, seed, regimen)
    modelled(loaded, medicine)
    wanted = Wanted(dose_mg, every_h, days, at)
    with shown_progress(quiet=quiet) as progress:
        made = interact_case(loaded, medicine, taken, wanted, progress=progress)
    reports.interaction_terminal(made, Console())
    write_each(made, (html, reports.interaction_html), (svg, reports.interaction_svg), (json, reports.to_json))


@app.command()
def sensitivity(
    case: CaseFile,
    *,
    answer: Annotated[
        list[str] | None,
        typer.Option(help="Which figure, such as mitragynine.cmax or midazolam.auc_ratio; may be repeated."),
    ] = None,
    regimen: Annotated[int, typer.Option(min=1, help="Which regimen of the case.")] = 1,
    samples: Annotated[int, typer.Option(min=64, help="Base samples of the indices, a power of two.")] = 256,
    html: Annotated[Path | None, typer.Option(help="Write a self-contained page.", dir_okay=False)] = None,
    json: Annotated[Path | None, typer.Option(help="Write the whole analysis as JSON.", dir_okay=False)] = None,
    svg: Annotated[Path | None, typer.Option(help="Write the bars as a picture: .svg.", dir_okay=False)] = None,
    people: People = None,
    seed: Seed = None,
    quiet: Quiet = False,
) -> None:
    """Say what each answer of a case hangs on, and what should be measured next."""
    from speciosa import reports
    from speciosa.cli._common import need_suffix, read_regimen, shown_progress, write_each
    from speciosa.sensitivity import analyse

    need_suffix("--svg", svg, (".svg",))
    loaded, _ = read_regimen(case, people, seed, regimen)
    with shown_progress(quiet=quiet) as progress:
        result = analyse(loaded, regimen=regimen, answers=answer or (), samples=samples, progress=progress)
    reports.sensitivity_terminal(result, Console())
    write_each(result, (html, reports.sensitivity_html), (json, reports.to_json), (svg, reports.bars_svg))
