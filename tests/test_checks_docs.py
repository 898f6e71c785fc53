"""The page on the checks is complete, and so are the tables that the checks declare."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from speciosa import checks, knowledge
from speciosa.cases import Form
from speciosa.checks import Certainty, Severity, Topic, _run
from speciosa.checks._certainty import of_evidence
from speciosa.checks._conditions import severity
from speciosa.checks._declared import declared
from speciosa.checks._emergency import numbers
from speciosa.checks._limit_rows import entry as applied
from speciosa.checks._limit_rows import first_day, force_of
from speciosa.errors import KnowledgeError
from speciosa.knowledge import plain

ROOM = Path(checks.__file__).parent
DOCS = Path(__file__).parents[1] / "docs"
PAGE = "\n".join((DOCS / name).read_text(encoding="utf-8") for name in ("checks.md", "certificate-checks.md"))
CHECK_MODULES = {check.__module__.rpartition(".")[2] for check in _run.CHECKS}


def computed_rules():
    """Ids of all rules that are no rows: every ``Rule(id="…")`` in the source."""
    for path in sorted(ROOM.glob("_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Rule":
                found = next(word.value for word in node.keywords if word.arg == "id")
                if isinstance(found, ast.Constant):
                    yield found.value


@pytest.mark.parametrize("rule", sorted(set(computed_rules())))
def test_every_computed_rule_is_on_the_page(rule):
    assert f"`{rule}`" in PAGE


def test_the_page_names_no_rule_that_is_gone():
    written = set(re.findall(r"`([a-z]+\.[a-z0-9-]+)`", PAGE)) - {
        "checks.run",
        "certainty.yaml",
        "limits.yaml",
        "medicine_names.yaml",
        "paper.yaml",
    }
    assert written == set(computed_rules())


@pytest.mark.parametrize("word", [*Severity, *Topic, *Certainty])
def test_every_word_is_on_the_page(word):
    assert f"`{word}`" in PAGE


def test_severities_stand_in_their_order():
    places = [PAGE.index(f"| `{severity}` |") for severity in Severity]
    assert places == sorted(places)


@pytest.mark.parametrize("module", sorted(CHECK_MODULES))
def test_every_check_has_its_line(module):
    assert f"\n| {module.removeprefix('_')} |" in PAGE


def test_no_check_imports_another():
    for module in CHECK_MODULES:
        tree = ast.parse((ROOM / f"{module}.py").read_text(encoding="utf-8"))
        found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
        imported = {node.module.rpartition(".")[2] for node in found} | {a.name for node in found for a in node.names}
        assert not imported & (CHECK_MODULES | {"_run"}), module


def test_every_kind_of_evidence_has_a_certainty():
    for rule in knowledge.load().table("rules"):
        assert isinstance(of_evidence(rule.evidence_level, rule), Certainty)
    with pytest.raises(KnowledgeError, match="R03"):
        of_evidence("hearsay", knowledge.load().row("rules:R03"))


def test_every_way_of_reading_has_a_cap_and_memory_is_never_sure():
    words = {row.confidence for table in knowledge.load().tables for row in knowledge.load().table(table)}
    caps = declared("certainty")["confidence"]
    assert words <= set(caps)
    assert all(Certainty(cap) for cap in caps.values())
    assert caps["from memory, unverified"] == Certainty.VERY_LOW


def test_every_condition_has_a_severity_and_every_synonym_a_condition():
    rows = knowledge.load().table("conditions")
    assert all(isinstance(severity(row), Severity) for row in rows)
    table = declared("conditions")
    assert {row.level for row in rows} <= set(table["words"])
    assert set(table["also_called"]) <= {row.condition for row in rows}
    assert set(table["severity_of_row"]) <= {row.id for row in rows}
    phrases = [plain(phrase) for phrases in table["also_called"].values() for phrase in phrases]
    assert len(phrases) == len(set(phrases))


def test_every_name_of_a_medicine_leads_to_a_substance():
    known = {row.id for row in knowledge.load().table("substances")}
    names = yaml.safe_load((Path(knowledge.__file__).parent / "medicine_names.yaml").read_text(encoding="utf-8"))
    assert set(names["also_called"].values()) <= known
    assert set(declared("medicines")["not_prescribed"]) <= known
    assert not {plain(name) for name in names["not_the_same"]} & {plain(row) for row in known}


def test_every_status_of_the_law_has_a_severity_and_words():
    table = declared("law")
    known = knowledge.load()
    used = {row.leaf_status for row in known.table("us_states") if row.level != "federal" and row.leaf_status}
    used |= {row.leaf_status for row in known.table("countries") if not row.leaf_status.startswith("see ")}
    assert used <= set(table["leaf"])
    assert set(table["leaf"]) == set(table["words"])
    assert all(Severity(word) for word in table["leaf"].values())


def test_every_row_that_is_named_exists():
    known = knowledge.load()
    rows = [row for entry in declared("emergency")["signs"] + declared("emergency")["today"] for row in entry["rows"]]
    for entry in declared("evidence").values():
        rows += [*entry["rows"], *(f"claims:{claim}" for claim in entry["claims"] + entry["established"])]
    named = {
        row for path in ROOM.glob("_*.py") for row in re.findall(r'"([a-z_]+:[A-Z]+\d+)"', path.read_text("utf-8"))
    }
    assert all(known.has(row) for row in {*rows, *named})


def test_numbers_to_call_are_complete():
    for place in ("US", "US-NY", "DE", "TH", None):
        assert set(numbers(place)) == {"emergency", "crisis", "poison"}


def test_every_limit_is_understood():
    table = declared("limits")
    rows = knowledge.load().table("limits")
    for row in rows:
        assert set(applied(row.applies_to).get("forms", ())) <= set(Form)
        assert force_of(row.status) in table["force_order"]
        assert row.effective_from is None or first_day(row.effective_from) is not None, row.id
        assert row.comparator in {"<", "<=", "absent"}
        assert row.analyte_class in {*table["kinds"], "alkaloid"}
    assert set(table["applies_to"]) == {row.applies_to for row in rows}
    assert set(table["force_words"]) | {"past"} == set(table["force_order"])


def test_a_limit_that_is_not_declared_is_refused():
    with pytest.raises(KnowledgeError, match="applies to"):
        applied("something else")
    with pytest.raises(KnowledgeError, match="status"):
        force_of("hearsay")


def test_every_form_is_read_from_a_paper():
    assert {entry["form"] for entry in declared("limits")["forms"]} == set(Form)


def test_what_papers_are_checked_for_exists():
    known, paper = knowledge.load(), declared("paper")
    rows = [row for group in paper["groups"] for row in group["rows"]] + list(paper["companions"].values())
    rows += [row for kind in declared("limits")["kinds"].values() for row in kind.get("rows", ())]
    assert all(known.has(row) for row in rows)
    for entry in paper["methods"]:
        re.compile(entry["pattern"])
