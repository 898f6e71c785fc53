"""A made-up assessment with everything a report has to cope with."""

import math
from datetime import date

from speciosa.assessment import Assessment, KnowledgeRelease, SourceNote
from speciosa.checks import Certainty, Finding, Rule, Severity, Topic
from speciosa.exposure import Curve, Figure, Interval, Parameter, Reference, Scenario, SetValue, TargetUse

NASTY = "<b>Tom & \"Jerry\"</b> <script>alert('x')</script> {{ 7 * 7 }}"
PEOPLE = "90 % of people"
DRAWS = "90 % of parameter draws, median person"
SHAPES = (
    ("mitragynine.plasma", "mitragynine in plasma", "nM", "concentration", 95.0),
    ("7-hydroxymitragynine.plasma", "7-hydroxymitragynine in plasma", "nM", "concentration", 14.0),
    ("mitragynine.brain", "unbound mitragynine in brain", "nM", "brain", 6.2),
    ("7-hydroxymitragynine.brain", "unbound 7-hydroxymitragynine in brain", "nM", "brain", 0.9),
    ("MOR.occupancy", "mu-opioid receptors held by either alkaloid", "", "occupancy", 0.09),
    ("CYP3A_gut", "active CYP3A of the small intestine, over baseline", "", "enzyme", 0.4),
    ("CYP3A_liver", "active CYP3A of the liver, over baseline", "", "enzyme", 0.1),
)


def figure(key, label, value, unit, people=None, draws=None, rows=()):
    return Figure(
        key=key,
        label=label,
        value=value,
        unit=unit,
        variability=Interval(low=people[0], high=people[1], covers=PEOPLE) if people else None,
        uncertainty=Interval(low=draws[0], high=draws[1], covers=DRAWS) if draws else None,
        rows=rows,
    )


def _one_dose(hours):
    """Height after one dose of a curve whose highest point is about 1."""
    if hours < 0:
        return 0.0
    fast, slow = math.exp(-0.30 * hours), math.exp(-0.016 * hours)
    return 1.35 * ((0.85 * fast + 0.15 * slow) - math.exp(-2.2 * hours))


def _times(doses):
    close = [0.1 * i for i in range(15)] + [2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0]
    grid = {round(dose + step, 3) for dose in doses for step in close}
    return sorted(grid | {doses[-1] + 24.0 + 6.0 * i for i in range(25)})


def curve(shape, doses):
    key, label, unit, group, top = shape
    times = _times(doses)
    height = [sum(_one_dose(t - dose) for dose in doses) * top for t in times]
    if group == "enzyme":
        height = [1.0 / (1.0 + h) for h in height]
    if group == "occupancy":
        height = [h / (0.4 + h) for h in height]
    factors = {
        "median": 1.0,
        "variability_low": 0.45,
        "variability_high": 2.1 if group in {"concentration", "brain"} else 1.3,
        "uncertainty_low": 0.7,
        "uncertainty_high": 1.4 if group in {"concentration", "brain"} else 1.1,
    }
    columns = {name: tuple(h * factor for h in height) for name, factor in factors.items()}
    return Curve(key=key, label=label, unit=unit, group=group, time_h=tuple(times), **columns)


def empty_curve():
    nothing = (math.nan, math.nan)
    names = ("median", "variability_low", "variability_high", "uncertainty_low", "uncertainty_high")
    texts = {"key": "DOR.occupancy", "label": "delta-opioid receptors held", "unit": "", "group": "occupancy"}
    return Curve(**texts, time_h=(0.0, 24.0), **dict.fromkeys(names, nothing))


def once():
    return Scenario(
        name="one cup",
        regimen="2 g as tea, once, at 08:00",
        people=1000,
        draws=40,
        seed=1,
        status={"ok": 1820},
        figures=(
            figure("mitragynine.dose_mg", "mitragynine in one dose", 39.0, "mg", rows=("product_contents:PC001",)),
            figure(
                "mitragynine.cmax",
                "highest mitragynine in plasma",
                81.93,
                "nM",
                (36.4, 172.1),
                (57.0, 118.2),
                ("clinical_pk:CP001",),
            ),
            figure("mitragynine.tmax", "time of the highest mitragynine", 1.0, "h", (0.7, 1.6), (0.8, 1.3)),
            figure(
                "mitragynine.auc",
                "area under mitragynine in plasma, to infinity",
                420.4,
                "nM*h",
                (190.2, 12345.6),
                (310.0, 590.0),
                ("clinical_pk:CP001",),
            ),
            figure("7-hydroxymitragynine.half_life", "terminal half-life of 7-hydroxymitragynine", math.nan, "h"),
            figure(
                "MOR.occupancy.max",
                "highest share of mu-opioid receptors held by either alkaloid",
                0.1842,
                "",
                (0.09, 0.31),
                (0.04, 0.52),
                ("binding:BI001",),
            ).model_copy(update={"data_sets": by_data_set(0.1842)}),
            figure("speciogynine.cmax", "highest speciogynine in plasma", 40.0, "nM").model_copy(
                update={"detail": True}
            ),
        ),
        curves=(*(curve(shape, (0.0,)) for shape in SHAPES), minor_curve(), empty_curve()),
        targets=targets(),
    )


def minor_curve():
    """A curve that a report shows only on asking."""
    shape = ("speciogynine.plasma", "speciogynine in plasma", "nM", "concentration", 40.0)
    return curve(shape, (0.0,)).model_copy(update={"detail": True})


def by_data_set(value):
    """A number under three data sets."""
    named = (("Paper A, human receptors", 0.5, value), ("Paper B <i>", 0.4, value / 40.0), ("guinea pig", 0.1, 0.6))
    return tuple(
        SetValue(panel="opioid", name=name, row=f"data_sets:DS{i:03d}", weight=weight, value=v, central=i == 1)
        for i, (name, weight, v) in enumerate(named, 1)
    )


def targets():
    """A target with figures, one that nothing in the product binds, and one that nobody measured."""
    return (
        TargetUse(
            id="MOR",
            name="mu-opioid receptor",
            held="mu-opioid receptors held",
            figure="MOR.occupancy.max",
            binding=("mitragynine", "7-hydroxymitragynine"),
            unmeasured=("speciogynine",),
            measured=True,
        ),
        TargetUse(
            id="HT2A", name="serotonin 5-HT2A receptor", held="5-HT2A receptors held", figure="", binding=(),
            unmeasured=("mitragynine",), measured=True,
        ),
        TargetUse(
            id="SERT", name="serotonin transporter", held="serotonin transporters held", figure="", binding=(),
            unmeasured=("mitragynine",), measured=False,
        ),
    )  # fmt: skip


def references():
    """Two known medicines, one with an image of people's brains."""
    return (
        Reference(
            medicine="morphine",
            target="MOR",
            dose="20 mg by mouth",
            held=figure("MOR.occupancy.morphine", "held by morphine", 0.84, "", None, (0.4, 0.98), ("binding:BI001",)),
            note="a note <b>",
        ),
        Reference(
            medicine="sertraline",
            target="SERT",
            dose="50 mg a day",
            held=figure("SERT.occupancy.sertraline", "held by sertraline", 0.64, "", None, (0.2, 0.92)),
            seen=Interval(low=0.69, high=0.85, covers="seen in people"),
        ),
    )


def daily():
    doses = tuple(24.0 * day for day in range(28))
    return Scenario(
        name=f"every day {NASTY}",
        regimen="2 g as tea, once a day for 28 days",
        people=1000,
        draws=40,
        seed=1,
        status={"ok": 1815, "step limit": 5},
        figures=(
            figure(
                "mitragynine.accumulation",
                "last over first dosing interval of mitragynine, by area",
                1.62,
                "",
                (1.2, 2.3),
                (1.3, 2.1),
                ("clinical_pk:CP001",),
            ),
            figure("CYP3A_gut.min", "lowest active CYP3A of the small intestine, over baseline", 0.41, "", (0.3, 0.6)),
        ),
        curves=tuple(curve(shape, doses) for shape in SHAPES),
    )


def findings():
    return (
        Finding(
            id="emergency:call",
            topic=Topic.EMERGENCY,
            severity=Severity.EMERGENCY,
            title="When to call for help",
            sentence="Call 911 at once for trouble breathing, a person who cannot be woken, or a seizure. "
            "Call or text 988 for thoughts of suicide. Poison centre: 1-800-222-1222, at any hour.",
            reason="Deaths with kratom are nearly always deaths with a second substance that slows breathing.",
            rule=Rule(id="emergency.always", text="shown in every report"),
            certainty=Certainty.HIGH,
            sources=("conditions:CN001",),
        ),
        Finding(
            id="interaction:morphine:R02",
            topic=Topic.INTERACTION,
            severity=Severity.CONTRAINDICATED,
            title="morphine with a 7-OH product",
            sentence="Treat a 7-OH tablet or shot as a strong opioid. Never add it to another opioid.",
            reason="7-OH is a strong agonist of the mu receptor without the ceiling that mitragynine showed in mice.",
            rule=Rule(id="rules:R02", text="an opioid and a product of 7-OH or pseudoindoxyl"),
            certainty=Certainty.MODERATE,
            sources=("rules:R02",),
            subject="morphine",
        ),
        Finding(
            id="interaction:alprazolam:R03",
            topic=Topic.INTERACTION,
            severity=Severity.MAJOR,
            title="alprazolam with kratom",
            sentence="Avoid this pair. It can make you very sleepy, stop you breathing well, and some of these "
            "medicines stay higher in the blood. Do not stop a benzodiazepine suddenly either: talk to the prescriber.",
            reason="Two kinds of slowing of the brain and breathing; alprazolam also leans on CYP3A.\n\n"
            "2 g of kratom tea raised oral midazolam 1.39 times (90 % interval 1.23 to 1.57), n = 12.",
            rule=Rule(id="rules:R03", text="a benzodiazepine and leaf"),
            certainty=Certainty.LOW,
            figures=(
                figure(
                    "alprazolam.auc_ratio",
                    "AUC of alprazolam, with the product over without, at the first dose",
                    1.104,
                    "",
                    (1.01, 1.31),
                    (1.0, 1.52),
                    ("clinical_ddi:DI003",),
                ),
                figure("alprazolam.cmax_ratio", "highest alprazolam in blood, with over without", math.nan, ""),
            ),
            sources=("rules:R03", "clinical_ddi:DI003"),
            not_known=("How much both together slow the breathing of one person.", "What daily use changes."),
            overruled=(Rule(id="rules:R90", text="any medicine that makes sleepy"),),
            subject="alprazolam",
        ),
        Finding(
            id="law:US-CO",
            topic=Topic.LAW,
            severity=Severity.MODERATE,
            title="Colorado: legal from 21, with a limit for 7-OH",
            sentence="Leaf products may be sold to adults from 21. This is no legal advice, and law changes.",
            reason="State law read on 2026-08-01.",
            rule=Rule(id="law.place", text="the place of the person"),
            certainty=Certainty.VERY_LOW,
            sources=("us_states:US06",),
        ),
        Finding(
            id=f"condition:{NASTY}",
            topic=Topic.CONDITION,
            severity=Severity.UNKNOWN,
            title=f"{NASTY} is not in our tables",
            sentence=f"You wrote {NASTY}. We know nothing about it and kratom; that is no all-clear.",
            reason="No row of the conditions table matches.",
            rule=Rule(id="condition.unmatched", text="a condition that no row names"),
            certainty=Certainty.NOT_KNOWN,
            not_known=("Whether kratom matters here.",),
            subject=NASTY,
        ),
        Finding(
            id="model:runs",
            topic=Topic.MODEL,
            severity=Severity.INFORM,
            title="What the model does not follow yet",
            sentence="Speciociliatine and paynantheine are in the product; the model follows neither. " * 6,
            reason="",
            rule=Rule(id="model.scope", text="alkaloids without a model"),
            certainty=Certainty.NOT_KNOWN,
            not_known=("Effects on the heart (QT).",),
        ),
    )


def sources():
    told = {
        "binding:BI001": ("Ki of mitragynine at MOR 233 nM", "Kruegel 2016 JACS", "10.1021/jacs.6b00360"),
        "clinical_ddi:DI003": ("midazolam AUC ratio 1.39 after 2 g of tea", "Tanna 2023", "10.1002/cpt.2836"),
        "clinical_pk:CP001": ("mitragynine Cmax 81.9 nM, AUC 420 nM*h, n=5", "Tanna 2022", "https://doi.org/10.1/x"),
        "conditions:CN001": ("breathing slowed: call for help", f"Review {NASTY}", "javascript:alert(1)"),
        "gut:GU014": ("half-time of gastric emptying 15 min", "Textbook", "not recorded"),
        "product_contents:PC001": ("mitragynine 19.5 mg/g in K51", "Tanna 2022", "PMC9314834"),
        "rules:R02": ("opioid with 7-OH: contraindicated", "Hill 2022", ""),
        "rules:R03": ("benzodiazepine with leaf: major", "Gershman 2019", "http://example.org/a?b=1&c=2"),
        "us_states:US06": ("Colorado: legal, from 21", "law/us_states.csv", "law/us_states.csv"),
    }
    return tuple(
        SourceNote(id=row, says=says, citation=citation, link=link, confidence="read in source")
        for row, (says, citation, link) in told.items()
    )


def parameters():
    return (
        Parameter(
            name="gastric_emptying_half_time",
            meaning="half-time of gastric emptying of a drink, fasted",
            median=0.25,
            unit="h",
            low=0.1,
            high=0.583333,
            rows=("gut:GU014", "GU131"),
            basis="measured",
            reason="median of the rows; the spread of the prior is wider",
        ),
        Parameter(
            name="mitragynine_Ki_MOR",
            meaning="affinity of mitragynine at the human mu-opioid receptor",
            median=233.4,
            unit="nM",
            low=81.0,
            high=672.0,
            rows=("binding:BI001",),
            basis="stated prior",
            reason="papers differ by a factor of ten",
        ),
        Parameter(
            name="smallest",
            meaning="a share that no paper gives",
            median=1.234e-8,
            unit="dimensionless",
            low=math.nan,
            high=math.inf,
            rows=(),
            basis="derived",
            reason="",
        ),
    )


def assessment(*, expired=False):
    """The whole record; ``expired`` makes the knowledge stale."""
    return Assessment(
        title=f"Kratom tea and alprazolam {NASTY}",
        software="0.1.0",
        made_on=date(2026, 11, 24),
        release=KnowledgeRelease(
            version="2026.11",
            date=date(2026, 11, 1),
            expires=date(2026, 11, 2) if expired else date(2027, 5, 1),
            expired=expired,
            checksum="9f2c4e1ab03d57f6" * 4,
        ),
        case={
            "title": f"Kratom tea and alprazolam {NASTY}",
            "asked_on": "2026-11-24",
            "product": {
                "name": "K51 leaf powder",
                "form": "tea",
                "contents": [
                    {"analyte": "mitragynine", "value": 19.5, "unit": "mg/g"},
                    {"analyte": "7-hydroxymitragynine", "qualifier": "below LOQ", "loq": 0.02},
                ],
            },
            "person": {
                "age_y": 34,
                "sex": "F",
                "weight_kg": None,
                "conditions": [NASTY, "anxiety"],
                "medicines": [{"name": "alprazolam", "dose": "0.5 mg", "use": "daily"}],
                "phenotypes": {},
                "smoker": False,
            },
            "regimens": [{"name": "one cup"}, {"name": f"every day {NASTY}"}],
        },
        findings=findings(),
        scenarios=(once(), daily()),
        parameters=parameters(),
        sources=sources(),
        references=references(),
    )
