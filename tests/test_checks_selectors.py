"""The language of the interaction rules."""

import pytest

from speciosa import knowledge
from speciosa.checks._selectors import Specificity, routes, selector
from speciosa.errors import KnowledgeError

RULES = knowledge.load().table("rules")


def substance(name):
    return knowledge.load().row(f"substances:{name}")


def rule(applies_to, rule_id="R01"):
    return knowledge.load().row("rules:R01").model_copy(update={"applies_to": applies_to, "id": rule_id})


def fits(applies_to, name):
    return selector(rule(applies_to)).fit(substance(name)) is not None


@pytest.mark.parametrize("row", RULES, ids=lambda row: row.id)
def test_every_rule_of_the_table_can_be_read(row):
    read = selector(row)
    assert read.alternatives
    assert all(alternative.words for alternative in read.alternatives)


@pytest.mark.parametrize("row", RULES, ids=lambda row: row.id)
def test_every_rule_reaches_something(row):
    read = selector(row)
    counts = any(c.kind == "count" for a in read.alternatives for c in a.conditions)
    reached = any(read.fit(s) for s in knowledge.load().table("substances"))
    assert reached or counts or read.for_unknown


@pytest.mark.parametrize("row", knowledge.load().table("substances"), ids=lambda row: row.id)
def test_every_substance_meets_a_rule(row):
    assert any(selector(r).fit(row) for r in RULES)


@pytest.mark.parametrize(
    ("applies_to", "name", "holds"),
    [
        ("name:sertraline", "sertraline", True),
        ("name:sertraline", "citalopram", False),
        ("class:ssri", "sertraline", True),
        ("class:opioid_*", "tramadol", True),
        ("class:opioid_*", "sertraline", False),
        ("class:opioid_antagonist & not name:naloxone", "naltrexone", True),
        ("class:opioid_antagonist & not name:naloxone", "naloxone", False),
        ("class:opioid_antagonist", "methylnaltrexone", False),  # its class is opioid_antagonist_peripheral
        ("victim:CYP3A4", "alprazolam", True),
        ("victim:CYP3A4", "warfarin", True),  # a minor route counts
        ("victim:CYP2D6", "codeine", False),  # an activation is no clearance
        ("activation:CYP2D6", "codeine", True),
        ("perpetrator:CYP3A4 strong inhibitor", "ritonavir", True),
        ("perpetrator:CYP3A4 inhibitor", "ritonavir", False),  # the entry must be exact
        ("qt:known", "methadone", True),
        ("qt:conditional", "methadone", False),
        ("qt:*", "sertraline", True),
        ("qt:*", "metformin", False),
        ("narrow_margin:yes", "lithium", True),
        ("sedative:high", "quetiapine", True),
        ("hepatotoxic:high", "ibuprofen", False),
        ("victim:CYP3A4 & narrow_margin:yes", "fentanyl", True),
        ("victim:CYP3A4 & narrow_margin:yes", "midazolam", False),
        ("name:kanna;name:5_htp", "5_htp", True),
    ],
)
def test_a_selector_holds_for_what_it_says(applies_to, name, holds):
    assert fits(applies_to, name) is holds


@pytest.mark.parametrize(
    "applies_to",
    [
        "ssri",
        "class:",
        ":ssri",
        "klass:ssri",
        "class:ssri & ",
        ";",
        "count:serotonergic",
        "count:serotonergic>2",
        "count:happiness>=2",
        "not count:serotonergic>=2",
        "not unknown medicine",
        "id:R01",
    ],
)
def test_a_malformed_selector_names_its_rule(applies_to):
    with pytest.raises(KnowledgeError, match="R77") as caught:
        selector(rule(applies_to, "R77"))
    assert "\n" not in str(caught.value)


def test_count_needs_the_whole_list_and_only_moderate_or_high_ones():
    read = selector(rule("count:serotonergic>=2"))
    assert read.counted([substance("sertraline"), substance("trazodone")])
    assert not read.counted([substance("sertraline")])
    assert not read.counted([substance("sertraline"), substance("quetiapine")])  # low
    assert read.fit(substance("sertraline")) is None


def test_specificity_is_a_pure_order():
    order = [
        ("name:codeine", Specificity.NAME),
        ("class:opioid_full_agonist & victim:CYP3A4", Specificity.CONJUNCTION),
        ("class:opioid_full_agonist", Specificity.CLASS),
        ("victim:CYP3A4", Specificity.ROUTE),
        ("sedative:moderate", Specificity.FLAG),
        ("class:opioid_*", Specificity.PREFIX),
    ]
    found = []
    for text, expected in order:
        read = selector(rule(text))
        alternative = read.fit(substance("codeine"))
        assert alternative is not None
        assert read.specificity(alternative) is expected
        found.append(expected)
    assert found == sorted(found, reverse=True)


def test_catch_alls_are_the_least_specific_whatever_they_select():
    read = selector(knowledge.load().row("rules:R97"))  # class:anticholinergic
    alternative = read.fit(substance("scopolamine"))
    assert alternative is not None
    assert read.specificity(alternative) is Specificity.CATCH_ALL


def test_the_most_specific_alternative_speaks():
    read = selector(rule("class:ssri;name:sertraline"))
    alternative = read.fit(substance("sertraline"))
    assert alternative is not None
    assert alternative.words == "the medicine is sertraline"


def test_routes_know_their_role():
    assert routes(substance("codeine")) == {("CYP2D6", "activation"), ("CYP3A4", "major"), ("UGT2B7", "major")}
    assert ("UGT (several)", "major") in routes(substance("paracetamol"))
