"""Reports on screen and as JSON: numbers, words, curves, tables."""

import io
import json
import math
import re
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import reports_fixtures as made_up
from speciosa import reports
from speciosa.assessment import Assessment
from speciosa.checks import Severity
from speciosa.cli import _tables
from speciosa.errors import InputError
from speciosa.exposure import Figure
from speciosa.reports import _words
from speciosa.reports._anchors import link, slugs


@pytest.fixture(scope="module")
def assessment():
    return made_up.assessment()


def printed(part, *, width=80, everything=False):
    out = io.StringIO()
    console = Console(file=out, width=width, color_system=None)
    if isinstance(part, Assessment):
        reports.terminal(part, console, everything=everything)
    else:
        console.print(part)
    return out.getvalue()


# --- numbers


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (81.93, "nM", "81.9 nM"),
        (420.4, "nM*h", "420 nM·h"),
        (12345.6, "nM*h", "12,300 nM·h"),
        (999.6, "", "1,000"),
        (0.0, "mg", "0 mg"),
        (1.0, "h", "1 h"),
        (-3.14159, "", "-3.14"),
        (0.0001234, "L", "0.000123 L"),
        (1.234e-8, "dimensionless", "1.23 × 10⁻⁸"),
        (6.02e23, "", "6.02 × 10²³"),
        (1.394, _words.FOLD, "1.39-fold"),
        (0.1842, _words.SHARE, "18.4 %"),
        (0.7, "1/h", "0.7 per h"),
        (math.nan, "nM", "not determined"),
        (math.inf, "", "not determined"),
        (None, "mg", "not determined"),
    ],
)
def test_a_number_has_three_digits_and_a_readable_unit(value, unit, shown):
    assert reports.number(value, unit).replace("\N{NO-BREAK SPACE}", " ") == shown


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_no_number_shows_a_machine_word(value):
    assert not re.search(r"nan|inf|e[+-]", reports.number(value, "nM"))


@given(st.floats(min_value=1e-6, max_value=9e8))
def test_what_is_shown_is_within_half_a_per_cent(value):
    shown = float(reports.number(value).replace(",", ""))

    assert shown == pytest.approx(value, rel=0.0051)


def test_a_span_names_its_unit_once_and_a_missing_end_makes_it_undetermined():
    assert reports.span(36.4, 172.1, "nM").replace("\N{NO-BREAK SPACE}", " ") == "36.4 to 172 nM"
    assert reports.span(0.09, 0.31, _words.SHARE).replace("\N{NO-BREAK SPACE}", " ") == "9 to 31 %"
    assert reports.span(math.nan, 1.0, "nM") == "not determined"


@pytest.mark.parametrize(
    ("key", "unit", "meant"),
    [
        ("MOR.occupancy.max", "", _words.SHARE),
        ("CYP3A_gut.min", "", _words.SHARE),
        ("alprazolam.auc_ratio", "", _words.FOLD),
        ("mitragynine.accumulation", "dimensionless", _words.FOLD),
        ("mitragynine.cmax", "nM", "nM"),
        ("something.else", "", ""),
    ],
)
def test_the_key_tells_a_share_from_a_ratio(key, unit, meant):
    assert _words.unit_of(key, unit) == meant


def test_control_characters_and_direction_overrides_are_dropped():
    assert reports.clean("a\x1b[31mb\u202ec\x00\nd\te") == "a[31mbc\nd\te"


def test_every_severity_has_a_meaning():
    assert set(_words.MEANING) == set(Severity)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("weight_kg", "Weight, kg"),
        ("loq", "LOQ"),
        ("kratom_use", "Kratom use"),
        ("age_y", "Age, years"),
        ("clinical_ddi", "Clinical DDI"),
    ],
)
def test_the_user_reads_fields_in_words(name, shown):
    assert _words.field(name) == shown


# --- terminal


def test_the_terminal_shows_emergencies_first_and_everything_within_80_columns(assessment):
    text = printed(assessment)
    order = [text.index(f"{f.severity.value.upper()}") for f in assessment.findings]

    assert order == sorted(order)
    assert "EMERGENCY" in text.splitlines()[0]
    assert max(map(len, text.splitlines())) <= 80
    for severity in {f.severity for f in assessment.findings}:
        assert severity.value.upper() in text


def test_the_terminal_names_spreads_certainty_rule_and_gaps(assessment):
    text = " ".join(printed(assessment).split())

    for words in (
        "first dose: 1.1-fold; people differ: 1.01 to 1.31-fold; we do not know: 1 to 1.52-fold",
        "“people differ” spans 90 % of people and “we do not know” 90 % of parameter draws",
        "How sure: low. Rule rules:R03. Sources rules:R03, clinical_ddi:DI003.",
        "Overruled: rules:R90.",
        "Not known: What daily use changes.",
        "1,000 virtual people, 40 parameter draws, seed 1; 1,815 of 1,820 runs ended well; 5: step limit.",
        "Knowledge 2026.11 of 2026-11-01, good until 2027-05-01",
        "speciosa source ID",
        "not determined",
    ):
        assert words in text
    assert not re.search(r"\bnan\b", text)
    assert "\x1b" not in text


def test_minor_figures_are_left_for_the_asking(assessment):
    short, long = (" ".join(printed(assessment, everything=asked).split()) for asked in (False, True))

    assert "Highest speciogynine in plasma" not in short
    assert "1 more figure: add --all." in short
    assert "Highest speciogynine in" in long
    assert "add --all" not in long


def test_the_terminal_shows_targets_data_sets_gaps_and_known_medicines(assessment):
    text = " ".join(printed(assessment).split())

    for words in (
        "Mu-opioid receptor 18.4 % 9 to 31 % 4 to 52 %",
        ", by data set: 18.4 % with Paper A, human receptors (in use); 0.46 % with Paper B <i>; 60 % with guinea pig.",
        "Not known: Serotonin transporter: no alkaloid was measured here.",
        "morphine, 20 mg by",
        "69 to 85 %",
    ):
        assert words in text, words
    assert "5-HT2A receptor 0" not in text


def test_no_table_of_the_terminal_is_cut(assessment):
    # a cell that does not fit is folded; the last column keeps its unit
    lines = printed(assessment).splitlines()
    heads = [line for line in lines if "We do not know" in line and "Median person" in line]

    assert heads
    assert all(line.rstrip().endswith("We do not know") for line in heads)


def test_what_a_user_wrote_is_printed_as_it_is_and_never_as_markup():
    hostile = made_up.assessment().model_copy(update={"title": "[red]x[/red] \x1b[2J <b>"})

    assert "[red]x[/red] [2J <b>" in printed(hostile)


def test_stale_knowledge_is_said_first():
    assert printed(made_up.assessment(expired=True)).startswith("╭─ KNOWLEDGE OUT OF DATE")


# --- JSON


def test_json_comes_back_as_the_same_assessment(assessment):
    text = reports.to_json(assessment)
    back = reports.from_json(text)

    assert reports.to_json(back) == text
    assert back.model_dump_json() == assessment.model_dump_json()
    assert math.isnan(back.scenarios[0].figure("7-hydroxymitragynine.half_life").value)
    assert back.scenarios[0].figures[0].variability is None


def test_what_to_ask_is_shown_and_json_without_it_is_still_read(assessment):
    question = "Ask the laboratory whether it issued this paper."
    asked = assessment.findings[-1].model_copy(update={"ask": question})
    with_question = assessment.model_copy(update={"findings": (*assessment.findings[:-1], asked)})
    assert question in printed(with_question, width=200)
    assert f"<p>{question}</p>" in reports.html(with_question)
    written = json.loads(reports.to_json(with_question))
    assert written["findings"][-1]["ask"] == question
    for finding in written["findings"]:
        del finding["ask"]  # as earlier versions wrote it
    assert all(finding.ask == "" for finding in reports.from_json(json.dumps(written)).findings)


def test_json_names_its_schema_and_holds_no_nan(assessment):
    data = json.loads(reports.to_json(assessment), parse_constant=pytest.fail)

    assert data["$schema"] == reports.schema()["$id"]
    assert data["schema_version"] == 1
    assert data["scenarios"][0]["figures"][4]["value"] is None
    assert data["case"]["title"] == assessment.case["title"]


def test_json_follows_the_published_schema(assessment):
    schema = reports.schema()

    assert list(complaints(json.loads(reports.to_json(assessment)), schema, schema)) == []


def test_the_schema_refuses_what_is_not_an_assessment(assessment):
    schema = reports.schema()
    data = json.loads(reports.to_json(assessment))
    data["findings"][0]["severity"] = "dreadful"
    del data["release"]["checksum"]
    data["surprise"] = 1

    assert len(list(complaints(data, schema, schema))) == 3


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda text: text[:-20], "the assessment"),
        (lambda text: text.replace('"schema_version": 1', '"schema_version": 99'), "schema_version"),
        (lambda _: "[]", "schema_version"),
        (lambda text: text.replace('"severity": "major"', '"severity": "dreadful"'), "findings.2.severity"),
    ],
)
def test_damaged_json_is_refused_by_field(assessment, change, field):
    with pytest.raises(InputError) as caught:
        reports.from_json(change(reports.to_json(assessment)))

    assert caught.value.field == field


KINDS = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "null": type(None),
    "boolean": bool,
    None: object,
}


def complaints(value, schema, root, where="$"):
    """Where a value breaks a schema: the few keywords that our schema uses."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        if all(list(complaints(value, choice, root, where)) for choice in schema["anyOf"]):
            yield f"{where}: none of anyOf"
        return
    if not isinstance(value, KINDS[schema.get("type")]):
        yield f"{where}: not {schema['type']}"
        return
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        yield f"{where}: {value} is not allowed"
    if isinstance(value, dict) and "properties" in schema:
        yield from members(value, schema, root, where)
    if isinstance(value, list):
        for i, inner in enumerate(value):
            yield from complaints(inner, schema["items"], root, f"{where}[{i}]")


def members(value, schema, root, where):
    yield from (f"{where}.{name}: missing" for name in schema.get("required", ()) if name not in value)
    for name, inner in value.items():
        if name in schema["properties"]:
            yield from complaints(inner, schema["properties"][name], root, f"{where}.{name}")
        elif schema.get("additionalProperties") is False:
            yield f"{where}.{name}: not allowed"


# --- anchors and links


def test_names_that_look_the_same_as_anchors_are_told_apart():
    assert slugs("finding", ["a:b", "a b", "a-b", "<>"]) == {
        "a:b": "finding-a-b",
        "a b": "finding-a-b-2",
        "a-b": "finding-a-b-3",
        "<>": "finding",
    }


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.1021/jacs.6b00360", "https://doi.org/10.1021/jacs.6b00360"),
        ("PMC9314834", "https://pmc.ncbi.nlm.nih.gov/articles/PMC9314834"),
        ("PMID 4226602", "https://pubmed.ncbi.nlm.nih.gov/4226602"),
        ("NCT06072170", "https://clinicaltrials.gov/study/NCT06072170"),
        ("https://example.org/a?b=1", "https://example.org/a?b=1"),
        ("javascript:alert(1)", None),
        ("law/us_states.csv", None),
        ("not recorded", None),
        ("", None),
    ],
)
def test_only_addresses_of_the_web_become_links(text, address):
    assert link(text) == address


# --- tables of the command line


def test_a_scenario_prints_as_a_table():
    text = printed(_tables.scenario_table(made_up.once()))

    assert "Highest mitragynine" in text
    assert "36.4 to 172" in text
    assert max(map(len, text.splitlines())) <= 80


def test_comparisons_show_observed_predicted_and_how_far_apart():
    predicted = made_up.figure("mitragynine.cmax", "x", 75.3, "nM", (36.4, 172.1), (57.0, 118.0))
    shared = {"study": "Tanna 2022", "unit": "nM", "observed": 81.9, "predicted": predicted, "row": "clinical_pk:CP001"}
    rows = [
        SimpleNamespace(**shared, label="highest mitragynine", low=50.1, high=177.0, fold=1.09, use="fit"),
        SimpleNamespace(**shared, label="highest 7-OH", low=None, high=None, fold=2.7, use="check"),
    ]
    score = SimpleNamespace(use="check", figures=1, afe=0.9, aafe=2.7, within={"2": 0.0}, covered=None)
    far = SimpleNamespace(label="clearance of a dog", unit="L/h", predicted=54.0, low=60.0, high=147.0, within=False)
    made = SimpleNamespace(comparisons=rows, scores=[score], plausible=[far], unused=["why not."], notes=["A note."])
    text = printed(_tables.comparison_table(made))

    for words in ("50.1 to 177", "people 36.4 to 172", "not known 57 to 118", "2.7 !", "clinical_pk:CP001"):
        assert words in text
    words = " ".join(text.split())
    assert "Not fitted: 1 figures; average fold error 0.9, absolute 2.70; 0 % within 2-fold." in words.replace(
        "0.90", "0.9"
    )
    assert "clearance of a dog: 54 L/h, evidence 60 to 147 L/h !." in words.replace("\N{NO-BREAK SPACE}", " ")
    assert "Neither fitted nor checked: why not." in words
    assert "A note." in words


def test_a_release_prints_its_tables_and_whether_it_is_stale():
    table = SimpleNamespace(
        name="rules", meaning="One rule.", rows=105, checksum="ab", confidence={"read in source": 100, "judged here": 5}
    )
    release = SimpleNamespace(
        version="2026.11",
        date=date(2026, 11, 1),
        expires=date(2026, 11, 2),
        expired=True,
        checksum="f" * 64,
        tables=(table,),
        sources=784,
    )
    text = printed(_tables.release_view(release))

    for words in (
        "EXPIRED on 2026-11-02",
        "105 rows in 1 tables from 784 sources",
        "100 read in source, 5 judged here",
    ):
        assert words in text


def test_a_row_prints_its_columns_source_confidence_and_users():
    row = SimpleNamespace(
        id="rules:R03",
        table="rules",
        says="a rule",
        fields={"severity": "major", "examples": "alprazolam"},
        citation="Tanna 2023",
        link="",
        confidence="read in source",
        meaning_of_confidence="The original page was read.",
        used_by=("parameters:P001: ka",),
    )
    text = printed(_tables.row_view(row))

    for words in ("rules:R03", "alprazolam", "Tanna 2023", "not recorded", "The original page", "parameters:P001"):
        assert words in text
    row.used_by = ()
    assert "nothing" in printed(_tables.row_view(row))


def test_a_figure_that_is_no_answer_says_so_with_what_was_computed():
    figure = Figure(key="serotonin.level", label="serotonin", value=1.16, unit="", determined=False)

    assert _words.amount(figure) == "not determined (computed alone: 1.16-fold)"
    assert _words.amount(figure.model_copy(update={"determined": True})) == "1.16-fold"
