"""Certificates: names, numbers, units, both file formats, and what is refused."""

import json
from datetime import date
from pathlib import Path

import pytest

from speciosa import certificates
from speciosa.certificates import _analytes
from speciosa.certificates._numbers import UnreadableError, decimal_comma, number
from speciosa.certificates._sheet import parse_day
from speciosa.errors import CertificateError
from speciosa.knowledge import load

EXAMPLES = Path(__file__).parents[1] / "examples"
HEADER = "analyte,result,unit,loq,limit,status,method\n"


@pytest.fixture
def paper(tmp_path):
    """A certificate from CSV text."""

    def write(text, name="paper.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return certificates.read(path)

    return write


def refused(read, text, *words, name="paper.csv"):
    with pytest.raises(CertificateError) as caught:
        read(text, name)
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    for word in words:
        assert word in said, said
    return caught.value


# --- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("7-OH-MG", "7-hydroxymitragynine"),
        ("7-Hydroxymitragynine", "7-hydroxymitragynine"),
        ("7OH", "7-hydroxymitragynine"),
        ("7α-Hydroxymitragynine", "7-hydroxymitragynine"),
        ("7-OH Mitragynine (mg/g)", "7-hydroxymitragynine"),
        ("MITRAGYNINE", "mitragynine"),
        ("Lead (Pb)", "lead"),
        ("Arsenic (inorganic)", "arsenic (inorganic)"),
        ("Inorganic Arsenic", "arsenic (inorganic)"),
        ("Yeast & Mold", "total combined yeast and mould"),
        ("Salmonella spp.", "Salmonella"),
        ("corynoxeine", "corynoxeine"),
        ("1,1-dichloroethylene", "1,1-dichloroethene"),
    ],
)
def test_a_name_in_the_table_is_found_without_a_mark(printed, name):
    match = certificates.find(printed)
    assert match.analyte.name == name
    assert not match.how


def test_a_near_miss_is_marked():
    match = certificates.find("speciociliatinee")
    assert match.analyte.name == "speciociliatine"
    assert "speciociliatinee" in match.how


@pytest.mark.parametrize(
    "printed",
    [
        "8-hydroxymitragynine", "hydroxymitragynine", "Lead (Cd)", "MG", "pesticides", "", "x" * 500, "aflatoxin B3",
        "mitragynine HCl salt", "9-hydroxymitragynine",
    ],
)  # fmt: skip
def test_what_could_be_something_else_stays_unknown(printed):
    assert certificates.find(printed).analyte is None


def test_contaminants_carry_the_names_of_the_limits():
    limits = {(row.analyte, row.analyte_class) for row in load().table("limits")}
    declared = {(a.name, a.kind) for a in _analytes.analytes().values()}
    other_words = {"total aerobic plate count", "total plate count", "total yeast and mould", "yeast and mould",
                   "mercury (inorganic)", "methylmercury (as Hg)", "Salmonella spp. and E. coli"}  # fmt: skip
    assert {pair for pair in limits - declared if pair[0] not in other_words} == set()


# --- numbers, results, units --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "comma", "value"),
    [
        ("19.48", None, 19.48), ("19,48", None, 19.48), ("1,200", False, 1200.0), ("1,200", True, 1.2),
        ("0,124", None, 0.124), ("1,234,567", None, 1234567.0), ("1,234.5", None, 1234.5), ("1.234,5", None, 1234.5),
        ("1 200", None, 1200.0), (".5", None, 0.5), ("-3", None, -3.0), ("0.124", True, 0.124),
    ],
)  # fmt: skip
def test_numbers(text, comma, value):
    assert number(text, comma) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "comma"), [("1,200", None), ("1.200", True), ("1,23,4", None), ("", None), ("٣", None)]
)
def test_a_number_with_two_readings_is_refused(text, comma):
    with pytest.raises(UnreadableError):
        number(text, comma)


def test_decimal_commas_are_told_by_clear_numbers_only():
    assert decimal_comma(["1,200", "19,48"]) is True
    assert decimal_comma(["1,200", "19.48"]) is False
    assert decimal_comma(["1,200"]) is None
    assert decimal_comma(["1.5", "1,5"]) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("19.48 mg/g", ("measured", 19.48, None, "mg/g")),
        ("1,42 %", ("measured", 1.42, None, "%")),
        ("1.2 x 10^3 CFU/g", ("measured", 1200.0, None, "CFU/g")),
        ("1.2E+03", ("measured", 1200.0, None, "")),
        ("<0.01", ("below value", 0.01, None, "")),
        ("< 10 cfu/g", ("below value", 10.0, None, "cfu/g")),
        (">300", ("above value", 300.0, None, "")),
        ("ND", ("not detected", None, None, "")),
        ("N.D.", ("not detected", None, None, "")),
        ("None Detected", ("not detected", None, None, "")),
        ("<LOD", ("not detected", None, None, "")),
        ("<LOQ", ("below LOQ", None, None, "")),
        ("BLQ", ("below LOQ", None, None, "")),
        ("<LOQ (0.124)", ("below LOQ", None, 0.124, "")),
        ("ND (<0.05 ppm)", ("not detected", None, 0.05, "ppm")),
        ("trace", ("trace", None, None, "")),
        ("Absent in 25 g", ("absent", None, None, "in 25 g")),
        ("Negative/10g", ("absent", None, None, "in 10g")),
        ("Detected", ("present", None, None, "")),
        ("TNTC", ("above value", None, None, "")),
        ("Pass", ("passed", None, None, "")),
        ("-", ("not tested", None, None, "")),
        ("", ("not tested", None, None, "")),
        ("NT", ("not tested", None, None, "")),
    ],
)
def test_results(text, expected):
    found = certificates.result(text)
    assert (found.qualifier, found.value, found.bound, found.unit) == expected


@pytest.mark.parametrize("text", ["NaN", "inf", "about 3", "1e999", "3 - 4", "see note", "<", "trace (pass)"])
def test_what_is_no_result_is_refused(text):
    with pytest.raises(UnreadableError):
        certificates.result(text)


@pytest.mark.parametrize(
    ("printed", "name", "per"),
    [
        ("mg/g", "mg/g", ""), ("MG/G", "mg/g", ""), ("mg per g", "mg/g", ""), ("g/kg", "mg/g", ""), ("% w/w", "%", ""),
        ("ug/g", "µg/g", ""), ("mcg/g", "µg/g", ""), ("μg/g", "µg/g", ""), ("µg/kg", "µg/kg", ""), ("ppb", "ppb", ""),
        ("mg/kg", "mg/kg", ""), ("ng/g", "ng/g", ""), ("mg/mL", "mg/mL", ""), ("cfu/g", "CFU/g", ""),
        ("mg/tablet", "mg/unit", "tablet"), ("mg/serving", "mg/unit", "serving"),
        ("mg per capsule", "mg/unit", "capsule"),
        ("mg/unit", "mg/unit", "piece"), ("/25 g", "in 25 g", ""), ("in 10g", "in 10 g", ""),
    ],
)  # fmt: skip
def test_units_have_one_spelling(printed, name, per):
    assert certificates.unit_of(printed) == certificates.Unit(name, per)


def test_an_unknown_unit_is_none_of_ours():
    assert certificates.unit_of("furlongs") is None
    assert certificates.unit_of("") is None


@pytest.mark.parametrize(
    ("value", "unit", "mg"), [(1.0, "%", 10.0), (400.0, "ppm", 0.4), (50.0, "µg/kg", 5e-5), (3.0, "mg/mL", None)]
)
def test_mass_fractions_per_gram(value, unit, mg):
    assert certificates.per_gram(value, unit) == (pytest.approx(mg) if mg else None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-10-02", date(2026, 10, 2)), ("2026-10-02T08:00:00", date(2026, 10, 2)),
        ("02.10.2026", date(2026, 10, 2)),
        ("2 Oct 2026", date(2026, 10, 2)), ("October 2, 2026", date(2026, 10, 2)), ("10/24/2026", date(2026, 10, 24)),
        ("24/10/2026", date(2026, 10, 24)),
    ],
)  # fmt: skip
def test_days(text, day):
    assert parse_day(text, "reported", "x") == day


@pytest.mark.parametrize("text", ["10/02/2026", "2026-13-01", "31.02.2026", "soon", "2026", "1 Foo 2026"])
def test_a_day_with_two_readings_is_refused(text):
    with pytest.raises(CertificateError, match="reported"):
        parse_day(text, "reported", "x")


# --- files --------------------------------------------------------------------------------------------------------


def test_both_examples_say_the_same():
    table, tree = (certificates.read(EXAMPLES / f"k51-certificate.{ending}") for ending in ("csv", "json"))
    for one, other in zip(table.values, tree.values, strict=True):
        assert (one.analyte, one.qualifier, one.value, one.unit, one.loq) == (
            other.analyte, other.qualifier, other.value, other.unit, other.loq,
        )  # fmt: skip
    assert table.lot == tree.lot == "K51"
    assert table.reported == tree.reported == date(2026, 10, 2)
    assert table.sha256 != tree.sha256
    assert "not a laboratory's paper" in table.note.lower()


def test_the_example_holds_the_published_composition():
    paper = certificates.read(EXAMPLES / "k51-certificate.csv")
    for row in load().find("product_contents", product="k51-leaf-powder"):
        (value,) = paper.find(row.analyte)
        assert (value.value, value.qualifier, value.unit) == (row.value, row.qualifier, row.unit)


def test_where_each_value_was_read(paper):
    csv = paper("lot,A1\n\n" + HEADER + "mitragynine,19.5,mg/g,,,,\n")
    assert csv.values[0].where == "line 4, column result"
    tree = {"results": [{"analyte": "7-OH", "value": "ND"}, {"analyte": "mitragynine", "value": 1.5, "unit": "%"}]}
    assert paper(json.dumps(tree), "paper.json").values[1].where == "$.results[1].value"


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_delimiters_and_other_words_for_the_columns(paper, mark):
    rows = [["Test", "Amount", "Units", "Method"], ["Mitragynine", "14.2", "mg/g", "HPLC"]]
    (value,) = paper("\n".join(mark.join(row) for row in rows)).values
    assert (value.value, value.unit, value.method) == (14.2, "mg/g", "HPLC")


def test_decimal_commas(paper):
    text = "analyte;result;unit;loq\nmitragynine;19,48;mg/g;0,124\n7-OH;<0,01;%;\n"
    first, second = paper(text).values
    assert (first.value, first.loq) == (19.48, 0.124)
    assert (second.qualifier, second.value) == ("below value", 0.01)


def test_columns_of_two_units_side_by_side(paper):
    values = paper("Analyte,mg/g,%\nMitragynine,14.2,1.42\nPaynantheine,3.8,0.38\n").values
    assert [(v.analyte, v.value, v.unit) for v in values[:2]] == [
        ("mitragynine", 14.2, "mg/g"),
        ("mitragynine", 1.42, "%"),
    ]
    assert values[1].where == "line 2, column %"


def test_a_unit_in_the_header(paper):
    assert paper("Compound,Result (mg/g)\nMitragynine,14.2\n").values[0].unit == "mg/g"


def test_section_titles_and_lines_about_the_paper_are_no_results(paper):
    found = paper("Alkaloids,,\n" + HEADER + "Heavy Metals,,,,,,\nLead,0.3,ppm,,,,\nReport Date,2026-01-02,,,,,\n")
    assert [v.analyte for v in found.values] == ["lead"]
    assert found.reported == date(2026, 1, 2)


def test_a_loq_in_another_unit_is_converted(paper):
    assert paper(HEADER + "7-OH,ND,mg/g,0.01 %,,,\n").values[0].loq == pytest.approx(0.1)
    assert paper(HEADER + "lead,ND,ppm,50 ppb,,,\n").values[0].loq == pytest.approx(0.05)


def test_pathogens(paper):
    found = paper(HEADER + "Salmonella,0,/25 g,,,,\nE. coli,absent in 10 g,,,,,\nListeria,Detected,,,,,\n").values
    assert [(v.qualifier, v.unit) for v in found] == [("absent", "in 25 g"), ("absent", "in 10 g"), ("present", "")]


def test_an_unknown_analyte_stays_as_printed(paper):
    value = paper(HEADER + "Glyphosate,0.01,ppm,,,,\n").values[0]
    assert (value.analyte, value.kind, value.name_match) == ("Glyphosate", "", "")


def test_contaminants_in_micrograms(paper):
    value = paper(HEADER + "lead,500,µg/kg,50,,,\n").values[0]
    assert value.ug_per_g == pytest.approx(0.5)
    assert value.loq_ug_per_g == pytest.approx(0.05)


def test_a_line_that_says_the_same_again_counts_once(paper):
    assert len(paper(HEADER + "mitragynine,14.2,mg/g,,,,\nMitragynine,14.2,mg/g,,,,\n").values) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("mitragynine,1200,mg/g,,,,", ["line 2, column result", "1200", "1000 mg/g"]),
        ("mitragynine,101,%,,,,", ["101", "100 %"]),
        ("mitragynine,-1,mg/g,,,,", ["-1"]),
        ("mitragynine,NaN,mg/g,,,,", ["NaN", "a number"]),
        ("mitragynine,14.2,,,,,", ["line 2, column unit", "nothing", "mg/g"]),
        ("mitragynine,14.2,furlong,,,,", ["column unit", "furlong"]),
        ("mitragynine,14.2 %,mg/g,,,,", ["column unit", "same"]),
        ("mitragynine,>50,mg/g,,,,", ["measured"]),
        ("mitragynine,14.2,mg/g,,,,\nMitragynine,15.0,mg/g,,,,", ["line 3, column result", "15.0 mg/g", "14.2 mg/g"]),
        ("mitragynine,1.4,mg/g,,,,\nmitragynine,1.4,%,,,,", ["line 3", "1.4 mg/g"]),
        ("mitragynine,ND,mg/g,,,,\nmitragynine,15.0,mg/g,,,,", ["ND"]),
        ("mitragynine,14.2,mg/g,often,,,", ["column loq", "often"]),
        ("mitragynine,14.2,mg/g,1 CFU/g,,,", ["column loq"]),
        ("mitragynine,600,mg/g,,,,\npaynantheine,600,mg/g,,,,", ["1200 mg/g"]),
        ("mitragynine,1,200,mg/g,0.1,,pass,HPLC", ["line 2", "8 cells"]),
        (",14.2,mg/g,,,,", ["column analyte"]),
        ('"mitragynine' + "x" * 400 + '",14.2,mg/g,,,,', ["300 characters"]),
        ("# nothing", ["results"]),
    ],
)
def test_results_that_cannot_be_are_refused(paper, body, words):
    refused(paper, HEADER + body + "\n", *words)


def test_units_that_agree_within_rounding_may_stand_side_by_side(paper):
    assert len(paper("analyte,mg/g,%\n7-OH,0.41,0.04\nmitragynine,14.2,1.4\n").values) == 4


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.csv", ["not empty"]),
        (b"  \n ", "a.csv", ["not empty"]),
        (b"%PDF-1.7", "a.pdf", ["file", ".csv", "PDF"]),
        (b"x", "a.xlsx", [".json"]),
        ("analyte,result\nmitragynine,1 mg/g\n".encode("utf-16"), "a.csv", ["UTF-8"]),
        ("analyte,result,unit\nlead,1,µg/g\n".encode("latin-1"), "a.csv", ["UTF-8"]),
        (b"analyte,unit\nmitragynine,mg/g\n", "a.csv", ["header", "column result"]),
        (b"result,unit\n14,mg/g\n", "a.csv", ["header", "column analyte"]),
        (b"nonsense", "a.csv", ["header", "nonsense"]),
        (b"reported,10/02/2026\nanalyte,result\nlead,1 ppm\n", "a.csv", ["line 1, reported", "10/02/2026"]),
        (b"{", "a.json", ["JSON"]),
        (b'{"results": []}', "a.json", ["results", "at least 1"]),
        (b'{"results": [{"analyte": "lead", "value": NaN}]}', "a.json", ["NaN", "finite"]),
        (b'{"results": [{"analyte": "lead", "analyte": "lead"}]}', "a.json", ["analyte", "twice"]),
        (b'{"results": [{"analyte": "lead", "vlaue": 1}]}', "a.json", ["results[0].vlaue", "'value'"]),
        (b'{"results": [{"value": 1}]}', "a.json", ["results[0].analyte", "required"]),
        (b'{"results": [{"analyte": "lead", "value": true}]}', "a.json", ["results[0].value", "ND"]),
        (
            b'{"metadata": {"reported": "soon"}, "results": [{"analyte": "lead"}]}',
            "a.json",
            ["metadata.reported", "soon"],
        ),
        (b"[1]", "a.json", ["metadata, results"]),
        (b"[" * 100000, "a.json", ["JSON"]),
        (b'{"results": ' + b"9" * 5000 + b"}", "a.json", ["number"]),
    ],
)
def test_files_that_cannot_be_used_are_refused(paper, content, name, words):
    refused(paper, content, *words, name=name)


def test_a_file_over_the_limit_is_refused(paper):
    refused(paper, b"a" * 20_000_001, "20 MB")


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path / "folder.csv"):
        if path.name.startswith("folder"):
            path.mkdir()
        with pytest.raises(CertificateError, match="expected a file"):
            certificates.read(path)


def test_the_schema_names_every_field():
    text = json.dumps(certificates.schema())
    for name in ("metadata", "results", "analyte", "value", "loq", "accreditation"):
        assert f'"{name}"' in text


ABOUT = (
    "lot,K51\ncustomer,Green Leaf Inc.\nreport number,COA-12\nsample id,S-7\nserving size,2400 mg\n"
    "date manufactured,2026-05-02\ndate tested,2026-04-01\nexpiry date,2027-05-01\n\n"
    "analyte,result,unit,loq,lod\nmitragynine,14.1,mg/g,0.05,0.01\nlead,ND,ppm,,5 ppb\n"
)


def test_who_ordered_it_when_it_was_made_and_how_little_is_seen(paper):
    paper = paper(ABOUT)
    assert (paper.client, paper.report_number, paper.sample_id) == ("Green Leaf Inc.", "COA-12", "S-7")
    assert (paper.serving, paper.serving_g) == ("2400 mg", pytest.approx(2.4))
    assert [str(d) for d in (paper.manufactured, paper.tested, paper.expires)] == [
        "2026-05-02",
        "2026-04-01",
        "2027-05-01",
    ]
    assert [value.lod for value in paper.values] == [pytest.approx(0.01), pytest.approx(0.005)]


def test_the_same_in_json(paper):
    about = {"tested": "2026-04-01", "client": "Green Leaf Inc.", "serving": "2.4 g"}
    lines = [{"analyte": "mitragynine", "value": 14.1, "unit": "mg/g", "lod": 0.01}]
    paper = paper(json.dumps({"metadata": about, "results": lines}), "paper.json")
    assert (str(paper.tested), paper.client, paper.serving_g) == ("2026-04-01", "Green Leaf Inc.", pytest.approx(2.4))
    assert paper.values[0].lod == pytest.approx(0.01)
