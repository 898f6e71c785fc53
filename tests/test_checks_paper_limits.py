"""Limits on a certificate: which hold here, for this amount, in this form, on this day, and what cannot be told."""

from dataclasses import replace
from datetime import date

import pytest

from paper_fixtures import CONTEXT, LEAF, found, ids, leaf_with, line, one, paper
from speciosa import certificates, checks, knowledge
from speciosa.cases import Form
from speciosa.checks import Certainty, PaperContext, Severity
from speciosa.checks._limit_rows import holding
from speciosa.checks._limits import of_value

EXTRACT = replace(CONTEXT, form=Form.DRY_EXTRACT)


def rows(context):
    return {standard.row.id: standard for standard in holding(context)}


def test_an_honest_paper_has_nothing_to_complain_of():
    findings = found()
    assert ids(findings) == ["certificate:compared"]
    assert "From 12.1 g of product a day on the limit of USP <2232> is passed." in findings[0].reason


def test_metals_are_judged_by_servings_a_day():
    lead = leaf_with(("lead", "0.9", "ppm", 0.01))
    assert "certificate:above:lead" not in ids(found(lead))
    much = one(found(lead, replace(CONTEXT, servings_per_day=4.0)), "certificate:above:lead")
    assert much.severity is Severity.MAJOR
    assert "8.64 µg/day, above the 5 µg/day of USP <2232>" in much.sentence
    assert "From 5.56 g of product a day on" in much.sentence
    assert "The heaviest day here is 9.6 g." in much.sentence
    assert "second test of metals of the same lot" in much.ask
    assert "limits:LM003" in much.sources


def test_without_a_serving_a_daily_limit_cannot_be_told():
    nobody_said = replace(CONTEXT, serving_g=None, servings_per_day=None)
    open_ = one(found(context=nobody_said), "certificate:cannot-tell")
    assert open_.severity is Severity.UNKNOWN
    assert open_.certainty is Certainty.NOT_KNOWN
    assert "lead, cadmium, arsenic and mercury" not in open_.title  # one finding for all four, told in its sentence
    assert "how many grams are taken in a day was not told" in open_.sentence
    assert "From 12.1 g of product a day on the limit of USP <2232> is passed." in open_.sentence
    printed = found(context=nobody_said, serving_g=2.4)
    assert "certificate:cannot-tell" in " ".join(ids(printed))  # the serving alone is no day
    assert ids(found(context=replace(nobody_said, servings_per_day=2.0), serving_g=2.4)) == ["certificate:compared"]


def test_metals_per_serving_need_no_weight():
    per_serving = leaf_with(("lead", "3.1", "µg/serving", 0.1))
    context = replace(CONTEXT, serving_g=None, servings_per_day=2.0)
    told = one(found(per_serving, context), "certificate:above:lead")
    assert "6.2 µg/day, above the 5 µg/day" in told.sentence


def test_a_law_by_weight_holds_in_its_state_only():
    lead = leaf_with(("lead", "1.3", "ppm", 0.01))
    context = replace(CONTEXT, servings_per_day=1.0)
    for place, row in (("US-UT", "LM034"), ("US-RI", "LM202")):
        told = one(found(lead, replace(context, place=place)), "certificate:above:lead")
        assert f"limits:{row}" in told.sources
        assert "(law)" in told.sentence
        # a seller's own limit stands beside it and is called that
        assert "a seller's own limit, not law" in told.reason
    assert "certificate:above:lead" not in ids(found(lead, replace(context, place="US-CO")))


def test_a_duty_to_warn_is_no_ban():
    california = found(context=replace(CONTEXT, place="US-CA"))
    told = one(california, "certificate:above:lead")
    assert "0.5 µg/day of California Proposition 65 (duty to warn, not a ban)" in told.sentence
    assert told.severity is Severity.MODERATE


def test_abroad_american_standards_are_a_yardstick():
    germany = replace(CONTEXT, place="DE", servings_per_day=10.0)
    told = one(found(context=germany), "certificate:above:lead")
    assert "standard of a pharmacopoeia" in told.sentence
    assert not [f for f in found(context=germany) if f.id.startswith("certificate:limit:")]
    held = rows(germany)
    assert held["LM224"].here  # the European Union's own
    assert not held["LM003"].here
    assert "LM034" not in held  # Utah's law is nobody else's


def test_a_law_begins_and_ends_on_its_day():
    rhode_island = replace(CONTEXT, place="US-RI", today=date(2026, 3, 31))
    assert rows(rhode_island)["LM202"].force == "proposal"
    assert rows(replace(rhode_island, today=date(2026, 4, 1)))["LM202"].force == "law"
    assert rows(CONTEXT)["LM101"].force == "law"
    assert "LM101" not in rows(replace(CONTEXT, today=date(2028, 8, 27)))
    assert "LM006" not in rows(CONTEXT)  # superseded
    assert rows(replace(CONTEXT, today=None))["LM101"].force == "law"


def test_guidance_ends_at_the_amount_that_it_names():
    assert "LM021" in rows(CONTEXT)  # 4.8 g a day
    assert "LM021" not in rows(replace(CONTEXT, servings_per_day=3.0))
    assert "ends at a daily amount" in rows(replace(CONTEXT, serving_g=None))["LM021"].open


def test_levels_for_some_people_hold_for_them_only():
    assert "LM031" not in rows(CONTEXT)
    assert "LM031" in rows(replace(CONTEXT, age_y=9.0))
    assert "LM030" in rows(replace(CONTEXT, age_y=30.0, sex="F"))
    assert "LM030" not in rows(replace(CONTEXT, age_y=30.0, sex="M"))


@pytest.mark.parametrize(
    ("form", "count_", "passed"),
    [
        (Form.POWDER, "60000", False),
        (Form.TEA, "60000", False),
        (Form.DRY_EXTRACT, "60000", True),
        (Form.CAPSULE, "60000", True),
        (Form.LIQUID_EXTRACT, "60000", True),
        (Form.POWDER, "200000", True),
        (Form.TEA, "200000", False),
    ],
)
def test_counts_of_germs_are_judged_by_the_form(form, count_, passed):
    germs = leaf_with(("total plate count", count_, "CFU/g", 10.0))
    above = "certificate:above:total-aerobic-microbial-count" in ids(found(germs, replace(CONTEXT, form=form)))
    assert above == passed


def test_a_form_that_nobody_told_is_read_from_the_paper_or_left_open():
    germs = leaf_with(("total plate count", "60000", "CFU/g", 10.0))
    unknown = replace(CONTEXT, form=None)
    assert "certificate:above:total-aerobic-microbial-count" in ids(found(germs, unknown, form="Dry extract"))
    nothing = found(germs, unknown, form=None, product="Batch 7")
    assert "which form the product has was not told" in one(nothing, "certificate:cannot-tell:total-aerobic").sentence


@pytest.mark.parametrize(
    ("solvent", "ppm", "grams", "above"),
    [
        ("methanol", "2900", 10.0, False),
        ("methanol", "4000", 5.0, False),  # option 2: 20 mg a day of the 30 allowed
        ("methanol", "4000", 8.0, True),
        ("methanol", "2000", 20.0, True),  # below the limit by weight, and 40 mg a day
        ("ethanol", "6000", None, True),  # nobody said how much: option 1
        ("ethanol", "4000", None, False),
        ("benzene", "3", 1.0, True),  # class 1 is to be avoided, however little is taken
        ("benzene", "1.5", 20.0, True),
        ("acetonitrile", "500", None, True),
    ],
)
def test_solvents_have_two_options(solvent, ppm, grams, above):
    context = replace(EXTRACT, serving_g=grams, servings_per_day=None if grams is None else 1.0)
    lines = [*LEAF, (solvent, ppm, "ppm", 1.0)]
    assert (f"certificate:above:{solvent}" in ids(found(lines, context))) == above


def test_a_limit_from_memory_decides_nothing():
    remembered = knowledge.load().row("limits:LM081")
    assert remembered.confidence == "from memory, unverified"
    findings = found([*LEAF, ("hexane", "5000", "ppm", 1.0)], EXTRACT)
    told = one(findings, "certificate:cannot-tell:hexane")
    assert told.severity is Severity.UNKNOWN
    assert "from memory only" in told.sentence
    # where the same limit was read too, the remembered row is not told twice
    held = rows(EXTRACT)
    assert "LM082" not in held
    assert "LM211" in held


def test_every_finding_above_a_limit_rests_on_a_row_that_was_read():
    lines = [line(name, "90000", unit, number=i) for i, (name, unit) in enumerate(_everything())]
    for place in ("US-CA", "US-UT", "US-GA", "DE", "RS", None):
        for finding in found(lines, replace(CONTEXT, place=place)):
            if finding.id.startswith("certificate:above"):
                read = [knowledge.load().row(row).confidence for row in finding.sources if row.startswith("limits:")]
                assert read
                assert "from memory, unverified" not in read


def _everything():
    for kind, unit in (("metal", "ppb"), ("microbe", "CFU/g"), ("mycotoxin", "ppb"), ("residual solvent", "ppm")):
        yield from ((name, unit) for name in certificates.names(kind))


@pytest.mark.parametrize("row", knowledge.load().table("limits"), ids=lambda row: row.id)
def test_every_row_that_was_read_can_be_passed_or_is_left_out_for_a_reason(row):
    """Each limit of the table is reached by some paper: none lies there unread."""
    if row.analyte_class == "alkaloid" or row.status == "superseded" or row.applies_to == "infusion or decoction":
        return
    union = {"EU": "DE", "ICH": "US", "US": "US"}
    place = union.get(row.jurisdiction, row.jurisdiction)
    units = {"cfu/g": "CFU/g", "cfu/g or mL": "CFU/g", "um": "µm"}
    match = certificates.find(row.analyte)
    name = match.analyte.name if match.analyte else row.analyte.partition(" (")[0].partition(" and ")[0]
    printed, unit = ("present", "in 25 g") if row.comparator == "absent" else ("999999999", units.get(row.unit, "ppb"))
    value = line(name, printed, unit)
    reached = set()
    for form in Form:
        for age, sex in ((30.0, "F"), (8.0, "M")):
            for sellers in (False, True):
                context = PaperContext(place, form, 1.0, 1.0, date(2026, 11, 25), age_y=age, sex=sex)
                reached |= {c.row.id for c in of_value(value, context, sellers=sellers) if c.above is not False}
    twins = [
        other.id
        for other in knowledge.load().table("limits")
        if (other.analyte, other.jurisdiction, other.unit, other.limit_value)
        == (row.analyte, row.jurisdiction, row.unit, row.limit_value)
    ]
    assert reached & set(twins), row.id


@pytest.mark.parametrize(
    ("place", "serving", "expected"),
    [
        ("US-GA", 12.0, {"mitragynine and Georgia", "7-hydroxymitragynine and Georgia"}),
        ("US-GA", 2.4, set()),
        ("US-RI", 12.0, {"mitragynine and Rhode Island", "7-hydroxymitragynine and Rhode Island"}),
        ("US-CO", 12.0, set()),
        ("DE", 12.0, set()),
    ],
)
def test_alkaloids_per_serving(place, serving, expected):
    findings = found(context=replace(CONTEXT, place=place, serving_g=serving, servings_per_day=0.4))
    laws = [f for f in findings if f.id.startswith("certificate:limit:")]
    assert {" ".join(f.title.split()[: 3 + ("Rhode" in f.title)]).lower() for f in laws} == {
        e.lower() for e in expected
    }
    assert all(f.severity is Severity.MAJOR for f in laws)


def test_one_law_is_one_finding_for_an_alkaloid():
    tablet = [("7-hydroxymitragynine", "15", "mg/tablet", None), ("mitragynine", "1.2", "mg/tablet", None)]
    context = replace(CONTEXT, place="US-GA", form=Form.TABLET, piece="tablet", piece_g=0.5)
    laws = [f for f in found(tablet, context) if "Georgia" in f.title]
    assert len(laws) == 1
    assert {"limits:LM095", "limits:LM096"} <= set(laws[0].sources)
    assert "30 mg per g" in laws[0].sentence
    assert "15 mg per serving" in laws[0].sentence


def test_a_share_of_the_alkaloids_is_a_law_in_some_states():
    high = leaf_with(("7-hydroxymitragynine", "0.9", "mg/g", 0.05))
    for place, row in (("US-TX", "LM090"), ("US-KY", "LM207"), ("US-AZ", "LM230"), ("US-UT", "LM231")):
        told = [f for f in found(high, replace(CONTEXT, place=place)) if f"limits:{row}" in f.sources]
        assert [f.severity for f in told] == [Severity.MAJOR]
        assert "% of alkaloid composition" in told[0].sentence


def test_any_amount_is_told_in_its_own_unit():
    traces = leaf_with(("mitragynine pseudoindoxyl", "0.2", "mg/g", 0.05))
    told = one(found(traces), "certificate:limit:LM101")
    assert "(0.2 mg/g), and DEA temporary scheduling order (docket DEA-1644) allows none" in told.sentence


def test_a_serving_that_nobody_told_leaves_a_law_per_serving_open():
    told = found(context=replace(CONTEXT, place="US-GA", serving_g=None))
    law = [f for f in told if f.id.startswith("certificate:limit:") and f.subject == "mitragynine"]
    assert [f.severity for f in law] == [Severity.UNKNOWN]
    assert "the weight of a serving was not told" in law[0].sentence


def test_more_than_a_number_is_no_number():
    germs = leaf_with(("total plate count", ">300", "CFU/g", 10.0))
    told = one(found(germs), "certificate:cannot-tell:total-aerobic")
    assert "only says that it is more than a number" in told.sentence


def test_a_pass_says_no_more_than_its_limit():
    lead = line("lead", "1.1", "ppm", 0.01, limit="NMT 10 ppm", passed="PASS", number=90)
    cadmium = line("cadmium", "0.06", "ppm", 0.01, limit=None, passed="pass", number=91)
    utah = replace(CONTEXT, place="US-UT", servings_per_day=1.0)
    told = one(found([*leaf_with(without=("lead", "cadmium")), lead, cadmium], utah), "certificate:loose-limit")
    words = "lead passes against NMT 10 ppm; Utah Admin. Code R70-580-5 table 2 allows only 1.2 ppm (law)."
    assert words in told.sentence
    assert "cadmium pass, and against which limit is not said." in told.sentence
    strict = line("lead", "0.4", "ppm", 0.01, limit="< 0.5", passed="pass", number=90)
    assert "certificate:loose-limit" not in ids(found([*leaf_with(without=("lead",)), strict], utah))


def test_no_place_says_so():
    told = one(found(context=replace(CONTEXT, place=None)), "certificate:compared")
    assert any("no place was told" in gap for gap in told.not_known)


def test_nothing_of_the_context_need_be_known():
    findings = checks.of_certificate(paper(), PaperContext())
    assert findings
    assert all(f.severity is not Severity.MAJOR for f in findings)
