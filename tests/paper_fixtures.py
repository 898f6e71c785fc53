"""Certificates as records for the tests of what is checked on them: an honest paper of leaf, and parts to change."""

from datetime import date

from speciosa import certificates, checks
from speciosa.cases import Form
from speciosa.certificates import Certificate, Value

TODAY = date(2026, 11, 25)
CONTEXT = checks.PaperContext(
    place="US-CO", form=Form.POWDER, serving_g=2.4, servings_per_day=2.0, today=TODAY, label_lot="K51-0324"
)
METHODS = {
    "alkaloid": "HPLC-DAD (AOAC 2017.14)",
    "sum": "HPLC-DAD (AOAC 2017.14)",
    "metal": "ICP-MS (AOAC 2015.01)",
    "microbe": "AOAC 990.12",
    "mycotoxin": "LC-MS/MS",
    "residual solvent": "GC headspace (USP <467>)",
}
LEAF = (
    ("mitragynine", "15.27", "mg/g", 0.05),
    ("7-hydroxymitragynine", "0.13", "mg/g", 0.05),
    ("speciogynine", "2.46", "mg/g", 0.05),
    ("paynantheine", "4.18", "mg/g", 0.05),
    ("speciociliatine", "3.31", "mg/g", 0.05),
    ("lead", "0.412", "ppm", 0.005),
    ("cadmium", "0.068", "ppm", 0.005),
    ("arsenic", "0.154", "ppm", 0.005),
    ("mercury", "ND", "ppm", 0.005),
    ("total plate count", "5200", "CFU/g", 10.0),
    ("yeast and mould", "340", "CFU/g", 10.0),
    ("Salmonella", "absent", "in 25 g", None),
    ("E. coli", "absent", "in 25 g", None),
    ("total aflatoxins", "ND", "ppb", 1.0),
    ("pesticides, 60 substances", "ND", "ppb", 10.0),
    ("adulterants, screen by mass spectrometry", "ND", "ppb", 10.0),
)


def line(name, printed, unit, loq=None, *, number=0, **changes) -> Value:
    """One line of a paper, read from what is printed as the readers of files do."""
    match = certificates.find(name)
    kind = match.analyte.kind if match.analyte else ""
    said, found = certificates.result(printed), certificates.unit_of(unit)
    fields = {
        "analyte": match.analyte.name if match.analyte else name,
        "as_printed": name,
        "kind": kind,
        "qualifier": said.qualifier,
        "value": said.value,
        "unit": found.name if found else unit,
        "unit_as_printed": unit,
        "per": found.per if found else "",
        "loq": loq,
        "limit": None,
        "passed": None,
        "method": METHODS.get(kind),
        "where": f"line {number}",
        "name_match": "",
        "result_as_printed": printed,
    }
    return Value(**(fields | changes))


def paper(lines=LEAF, **about) -> Certificate:
    """A paper of leaf in which all is well, with these lines."""
    values = tuple(v if isinstance(v, Value) else line(*v, number=i) for i, v in enumerate(lines, start=1))
    fields = {
        "lot": "K51-0324",
        "laboratory": "Columbia Reference Laboratory",
        "accreditation": "ISO/IEC 17025:2017, A2LA 1234.01",
        "sampled": date(2026, 9, 1),
        "received": date(2026, 9, 3),
        "reported": date(2026, 9, 14),
        "product": "White kratom powder",
        "form": "powder",
        "note": None,
        "values": values,
        "file": "paper.csv",
        "sha256": "0" * 64,
    }
    return Certificate(**(fields | about))


def leaf_with(*changed, without=()):
    """The lines of the honest paper, some of them changed, added or left out."""
    names = {entry[0] for entry in changed}
    kept = [entry for entry in LEAF if entry[0] not in names and entry[0] not in without]
    return [*kept, *changed]


def found(lines=LEAF, context=CONTEXT, **about):
    """All findings on such a paper."""
    return checks.of_certificate(paper(lines, **about), context)


def ids(findings):
    """Ids without the place of the line, which is not what a test is about."""
    return [":".join(finding.id.split(":")[:3]).removesuffix(":") for finding in findings]


def one(findings, start):
    """The one finding whose id begins so."""
    matching = [finding for finding in findings if finding.id.startswith(start)]
    assert len(matching) == 1, (start, [finding.id for finding in findings])
    return matching[0]
