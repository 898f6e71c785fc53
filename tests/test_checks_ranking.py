"""Which rule decides, for medicines that people really take."""

import pytest

from speciosa import knowledge
from speciosa.checks._ranking import decide
from speciosa.checks._selectors import Specificity

LEAF = frozenset({"leaf", "any", "adulterated or unknown"})
SEVEN_OH = frozenset({"7-OH or pseudoindoxyl", "any", "adulterated or unknown"})

# medicine, with leaf: deciding rule and severity, with 7-OH: deciding rule and severity
EXPECTED = [
    ("caffeine", "R36", "minor", "R36", "minor"),
    ("nicotine", "R104", "minor", "R104", "minor"),
    ("paracetamol", "R58", "moderate", "R58", "moderate"),
    ("ibuprofen", "R74", "minor", "R74", "minor"),
    ("levothyroxine", "R82", "minor", "R82", "minor"),
    ("metformin", "R80", "minor", "R80", "minor"),
    ("cetirizine", "R99", "minor", "R99", "minor"),
    ("pravastatin", "R105", "minor", "R105", "minor"),
    ("naloxone", "R31", "inform", "R31", "inform"),
    ("warfarin", "R49", "moderate", "R49", "moderate"),
    ("sertraline", "R18", "moderate", "R18", "moderate"),
    ("buspirone", "R89", "moderate", "R89", "moderate"),
    ("amlodipine", "R78", "moderate", "R78", "moderate"),
    ("simvastatin", "R47", "moderate", "R47", "moderate"),
    ("omeprazole", "R40", "moderate", "R40", "moderate"),
    ("clopidogrel", "R52", "unknown", "R52", "unknown"),
    ("ethinylestradiol", "R81", "unknown", "R81", "unknown"),
    ("citalopram", "R19", "major", "R19", "major"),
    ("venlafaxine", "R20", "major", "R20", "major"),
    ("quetiapine", "R15", "major", "R16", "major"),
    ("gabapentin", "R09", "major", "R09", "major"),
    ("diphenhydramine", "R14", "major", "R14", "major"),
    ("ritonavir", "R72", "major", "R43", "contraindicated"),
    ("fentanyl", "R01", "major", "R02", "contraindicated"),
    ("carbamazepine", "R37", "major", "R37", "major"),
    ("haloperidol", "R39", "major", "R39", "major"),
    ("morphine", "R01", "major", "R02", "contraindicated"),
    ("alprazolam", "R03", "major", "R04", "contraindicated"),
    ("alcohol", "R07", "major", "R08", "contraindicated"),
    ("buprenorphine", "R28", "major", "R02", "contraindicated"),
    ("phenibut", "R11", "major", "R04", "contraindicated"),
    ("loperamide", "R69", "major", "R100", "major"),
    ("methylnaltrexone", "R101", "moderate", "R102", "moderate"),
    ("nitazenes", "R103", "contraindicated", "R103", "contraindicated"),
    ("tramadol", "R26", "contraindicated", "R26", "contraindicated"),
    ("methadone", "R29", "contraindicated", "R29", "contraindicated"),
    ("naltrexone", "R30", "contraindicated", "R30", "contraindicated"),
    ("phenelzine", "R23", "contraindicated", "R23", "contraindicated"),
    ("amiodarone", "R41", "contraindicated", "R41", "contraindicated"),
    ("tacrolimus", "R71", "contraindicated", "R71", "contraindicated"),
]


def decision(name, parts):
    return decide(knowledge.load().row(f"substances:{name}"), parts)


@pytest.mark.parametrize(("name", "leaf_rule", "leaf", "seven_rule", "seven"), EXPECTED, ids=[e[0] for e in EXPECTED])
def test_the_severity_of_known_pairs(name, leaf_rule, leaf, seven_rule, seven):
    with_leaf, with_seven_oh = decision(name, LEAF), decision(name, SEVEN_OH)
    assert (with_leaf.deciding.rule.id, str(with_leaf.deciding.severity)) == (leaf_rule, leaf)
    assert (with_seven_oh.deciding.rule.id, str(with_seven_oh.deciding.severity)) == (seven_rule, seven)


def test_coffee_and_paracetamol_are_not_graded_like_their_class_and_both_rules_are_shown():
    coffee, paracetamol = decision("caffeine", LEAF), decision("paracetamol", LEAF)
    assert "R34" in [fit.rule.id for fit in coffee.overruled]
    assert "R57" in [fit.rule.id for fit in paracetamol.overruled]


def test_naloxone_is_never_talked_down():
    for parts in (LEAF, SEVEN_OH):
        found = decision("naloxone", parts)
        assert found.beside == ()
        assert "Keep naloxone" in found.deciding.rule.tell_the_person


def test_what_is_written_for_7_oh_is_not_lowered_by_a_rule_for_any_kratom():
    for row in knowledge.load().table("substances"):
        found = decide(row, SEVEN_OH)
        for fit in found.overruled:
            if fit.rule.kratom_part != "any" and found.deciding.rule.kratom_part == "any":
                assert found.deciding.severity.rank <= fit.severity.rank or row.id == "naloxone"


def test_with_7_oh_nothing_is_milder_than_with_leaf_but_for_rules_written_for_leaf_alone():
    milder = []
    for row in knowledge.load().table("substances"):
        leaf, seven = decide(row, LEAF), decide(row, SEVEN_OH)
        if seven.deciding.severity.rank > leaf.deciding.severity.rank:
            milder.append(row.id)
    assert milder == []


@pytest.mark.parametrize("row", knowledge.load().table("substances"), ids=lambda row: row.id)
def test_a_decision_is_never_lowered_without_a_reason(row):
    for parts in (LEAF, SEVEN_OH):
        found = decide(row, parts)
        standing = (found.deciding, *found.beside)
        assert found.deciding.severity.rank == min(fit.severity.rank for fit in standing)
        for general in found.overruled:
            over = [s for s in standing + found.overruled if s.specificity > general.specificity]
            rescue = "rescue" in found.deciding.mechanisms
            assert rescue or any(
                general.mechanisms <= s.mechanisms
                or (
                    s.specificity is Specificity.NAME
                    and (general.specificity is Specificity.CATCH_ALL or general.mechanisms & s.mechanisms)
                )
                for s in over
            )


def test_a_rule_overruled_by_one_that_is_itself_overruled_is_covered_by_what_stands():
    # R24 (class) stands for mirtazapine and speaks of drowsiness, so the catch-all R91 does not
    found = decision("mirtazapine", LEAF)
    assert found.deciding.rule.id == "R24"
    assert "R91" in [fit.rule.id for fit in found.overruled]


def test_a_product_that_is_neither_meets_only_rules_for_any_kratom():
    assert decision("morphine", frozenset({"any"})).deciding.rule.kratom_part == "any"
