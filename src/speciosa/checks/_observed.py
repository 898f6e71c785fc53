"""What the trial of interactions saw, in words, and what the simulation says beside it."""

from collections.abc import Iterable, Iterator

from speciosa import knowledge
from speciosa.checks._words import computed, listed, number, sentence, slug
from speciosa.exposure import Figure, InteractionRun

CYP3A_ROWS = ("clinical_ddi:DI003", "clinical_ddi:DI004")
CYP2D6_ROWS = ("clinical_ddi:DI001", "clinical_ddi:DI002")


def observed(rows: tuple[str, ...]) -> str:
    """The rows of one probe as a sentence."""
    found = [knowledge.load().row(row) for row in rows]
    first = found[0]
    ratios = listed(
        f"{number(row.number('ratio'))}-fold in {row.measure.removesuffix(' GMR')} ({row.interval_kind} "
        f"{number(row.number('ratio_low'))} to {number(row.number('ratio_high'))})"
        for row in found
    )
    return sentence(
        f"In the one trial in people ({number(first.number('n'))} {first.population.split(',')[0]}, "
        f"{first.perpetrator}, {first.perpetrator_dose}) {first.victim} changed {ratios}"
    )


def labelled(runs: Iterable[InteractionRun]) -> Iterator[Figure]:
    """Both ratios of every run, with the regimen and the moment in key and label; those not computed are left out."""
    for run in runs:
        where = f"{run.scenario}, {run.when}"
        for figure in (run.auc_ratio, run.cmax_ratio):
            if computed(figure):
                yield figure.model_copy(
                    update={"key": f"{figure.key}:{slug(where)}", "label": f"{figure.label} ({where})"}
                )
