"""Cases and exposures for the tests of the checks: real cases, made-up figures."""

from types import SimpleNamespace

from speciosa import cases, certificates
from speciosa.cases import Case
from speciosa.exposure import Exposure, Figure, InteractionRun, Interval, Scenario

LEAF = {"known": "k51-leaf-powder", "form": "tea"}
TABLET = {"known": "seven-oh-tablet"}
SHOT = {"known": "extract-45-shot"}
ONCE = {"name": "once", "doses": [{"at": "20:00", "amount": "2 g"}]}
DAILY = {"name": "every evening", "doses": [{"at": "20:00", "amount": "2 g", "every": "24 h", "times": 28}]}


def regimen(name, amount, *, times=1, every="24 h"):
    dose = {"at": "08:00", "amount": amount}
    return {"name": name, "doses": [dose | ({"every": every, "times": times} if times > 1 else {})]}


def make_case(product=LEAF, regimens=(ONCE,), folder=None, asked_on="2026-11-24", **person) -> Case:
    asked = {
        "title": "a test",
        "asked_on": asked_on,
        "product": dict(product),
        "person": {"age": 34, "sex": "F", "weight": "66 kg", "height": "168 cm", "place": "US-CO"} | person,
        "regimens": list(regimens),
    }
    asked["person"] = {key: value for key, value in asked["person"].items() if value is not None}
    return cases.parse(asked, folder=folder) if folder is not None else cases.parse(asked)


def make_figure(key, value, unit="", label=None, rows=()) -> Figure:
    return Figure(
        key=key,
        label=label or key,
        value=value,
        unit=unit,
        variability=Interval(low=0.8 * value, high=1.25 * value, covers="90 % of people"),
        uncertainty=Interval(low=0.7 * value, high=1.5 * value, covers="90 % of parameter draws, median person"),
        rows=tuple(rows),
    )


def make_exposure(case: Case, *, status=None, ratio=1.4, occupancy=0.2, notes=("a note",)) -> Exposure:
    """Made-up figures for every regimen; ``ratio`` is the rise of both medicines that the model computes."""
    scenarios, runs = [], []
    for r in case.regimens:
        n = len(r.events())
        figures = [make_figure("mitragynine.cmax", 80.0, "nM"), make_figure("MOR.occupancy.max", occupancy)]
        if n > 1:
            figures.append(make_figure("mitragynine.accumulation", 1.7))
        scenarios.append(
            Scenario(
                name=r.name,
                regimen=r.in_words(),
                people=100,
                draws=10,
                seed=1,
                status=status or {"ok": 600},
                figures=tuple(figures),
                curves=(),
            )
        )
        moments = ["at the first dose"] + ([f"at the last of {n} doses"] if n > 1 else [])
        runs += [
            InteractionRun(
                victim=victim,
                scenario=r.name,
                when=when,
                auc_ratio=make_figure(f"{victim}.auc_ratio", ratio, label=f"AUC of {victim}"),
                cmax_ratio=make_figure(f"{victim}.cmax_ratio", ratio, label=f"Cmax of {victim}"),
            )
            for victim in ("midazolam", "alprazolam")
            for when in moments
        ]
    return Exposure(tuple(scenarios), tuple(runs), (), SimpleNamespace(records=()), tuple(notes))


ABOUT = (
    "laboratory,Example Laboratory",
    "accreditation,ISO/IEC 17025 A2LA 1234.01",
    "lot,K51-0324",
    "reported,2026-09-14",
)
LEAF_LINES = (
    "mitragynine,15,mg/g,0.1",
    "7-hydroxymitragynine,ND,mg/g,0.05",
    "speciogynine,2.4,mg/g,0.1",
    "paynantheine,4.1,mg/g,0.1",
)
GOOD_LINES = (
    "lead,0.1,ppm,0.01",
    "cadmium,<0.05,ppm,",
    "arsenic,ND,ppm,0.05",
    "mercury,ND,ppm,0.01",
    "total plate count,5000,CFU/g,10",
    "Salmonella,absent,in 25 g,",
    "E. coli,absent,in 10 g,",
    "total aflatoxins,ND,ppb,1",
    "pesticides,ND,ppb,10",
    "adulterants,ND,ppb,10",
)
METHODS = {
    "alkaloid": "HPLC-DAD",
    "sum": "HPLC-DAD",
    "metal": "ICP-MS",
    "microbe": "AOAC 990.12",
    "mycotoxin": "LC-MS/MS",
    "residual solvent": "GC headspace",
}


def write_certificate(folder, lines, name="paper.csv", about=ABOUT, leaf=LEAF_LINES):
    """A certificate of leaf with these further lines ``analyte,result,unit,loq``; each kind has a method of its own."""
    rows = [*about, "", "analyte,result,unit,loq,method"]
    for line in (*leaf, *lines):
        analyte = certificates.find(line.split(",")[0]).analyte
        rows.append(f"{line},{METHODS.get(analyte.kind if analyte else '', '')}")
    (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return {"certificate": name, "form": "powder"}
