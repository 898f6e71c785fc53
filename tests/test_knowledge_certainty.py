"""The certainty of a claim's evidence: derived from judgements, never typed in."""

from dataclasses import dataclass

import pytest

from speciosa import knowledge
from speciosa.errors import KnowledgeError
from speciosa.knowledge import Certainty, _certainty, _tables

DOWN = ("risk of bias", "inconsistency", "indirectness", "imprecision", "publication bias")
UP = ("large effect", "dose response")


@dataclass(frozen=True)
class Judged:
    id: str
    domain: str
    level: str
    claim: str = "a-claim"
    reason: str = "As the study tells."
    source_id: str = "S0001"


def judged(start, *, lifts=False, **other):
    levels = {"start": start} | dict.fromkeys(DOWN, "not serious")
    levels |= dict.fromkeys(UP, "not applicable") if lifts else {}
    levels |= {name.replace("_", " "): level for name, level in other.items()}
    return [Judged(f"J{n}", domain, level) for n, (domain, level) in enumerate(levels.items())]


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        (judged("randomised trials"), "high"),
        (judged("direct observation", risk_of_bias="serious"), "moderate"),
        (judged("randomised trials", risk_of_bias="serious", indirectness="serious"), "low"),
        (judged("randomised trials", risk_of_bias="very serious", indirectness="very serious"), "very low"),
        (judged("observational studies", lifts=True), "low"),
        (judged("observational studies", lifts=True, large_effect="large", dose_response="present"), "high"),
        (judged("observational studies", lifts=True, large_effect="very large", imprecision="serious"), "moderate"),
        (judged("animals and cells only", indirectness="serious"), "very low"),
        ([Judged("J1", "start", "no study")], "very low"),
    ],
)
def test_certainty_is_the_start_with_its_steps_within_the_four_words(rows, word):
    assert _certainty.derive("a-claim", rows).certainty == word


def test_the_way_shows_each_step_in_the_order_of_grade_whatever_the_order_of_the_rows():
    rows = judged("randomised trials", risk_of_bias="serious", imprecision="serious")

    way = _certainty.derive("a-claim", reversed(rows))

    assert [step.domain for step in way.steps] == ["start", *DOWN]
    assert [step.after for step in way.steps] == ["high", "moderate", "moderate", "moderate", "low", "low"]
    assert [step.moves for step in way.steps] == [0, -1, 0, 0, -1, 0]
    assert way.body == "randomised trials"
    assert all(step.asks and step.reason for step in way.steps)


@pytest.mark.parametrize("missing", ["start", *DOWN, *UP])
def test_a_domain_that_is_not_judged_is_an_error_that_names_it(missing):
    rows = [row for row in judged("observational studies", lifts=True) if row.domain != missing]

    with pytest.raises(KnowledgeError, match=rf"a-claim: .*nothing of .*{missing}"):
        _certainty.derive("a-claim", rows)


def test_a_domain_judged_twice_is_an_error():
    rows = [*judged("randomised trials"), Judged("J99", "imprecision", "serious")]

    with pytest.raises(KnowledgeError, match="imprecision is judged twice, in J4 and J99"):
        _certainty.derive("a-claim", rows)


@pytest.mark.parametrize(
    "rows",
    [
        judged("randomised trials", lifts=True, large_effect="large"),
        judged("animals and cells only", lifts=True, dose_response="present"),
        judged("observational studies", lifts=True, risk_of_bias="serious", large_effect="large"),
    ],
)
def test_only_observations_of_people_without_serious_bias_are_lifted(rows):
    with pytest.raises(KnowledgeError, match="only observational studies without a serious risk of bias"):
        _certainty.derive("a-claim", rows)


HEADER = b"id,claim,domain,level,reason,source_id,confidence\n"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"CJ1,a-claim,luck,serious,Why.,S0001,judged here\n", "domain is 'luck'.*start, risk of bias"),
        (b"CJ1,a-claim,start,serious,Why.,S0001,judged here\n", "level is 'serious'.*randomised trials"),
        (b"CJ1,a-claim,imprecision,large,Why.,S0001,judged here\n", "level is 'large'.*not serious, serious"),
    ],
)
def test_a_judgement_outside_the_rules_is_refused_when_the_table_is_read(line, says):
    with pytest.raises(KnowledgeError, match=says):
        _tables.read("claim_judgements", HEADER + line)


def test_every_certainty_of_a_claim_can_be_walked_from_its_rows():
    known = knowledge.load()

    for claim in {row.claim for row in known.table("claim_judgements")}:
        way = known.derivation(claim)

        assert way.certainty in set(Certainty) - {Certainty.NOT_KNOWN}
        assert all(known.row(step.row).claim == claim for step in way.steps)
