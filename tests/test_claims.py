"""The register of claims: whole, findable, and with verdicts that the evidence carries."""

import re
from pathlib import Path

import pytest

from speciosa import claims, knowledge
from speciosa.claims import _rules
from speciosa.errors import InputError, KnowledgeError
from speciosa.knowledge import Certainty, Direction, Kind, Verdict

DOCS = (Path(__file__).parents[1] / "docs" / "claims.md").read_text(encoding="utf-8")
IDS = [row.id for row in knowledge.load().table("claims")]


@pytest.fixture(scope="module")
def supported():
    return claims.find("opioid-agonist")


def piece(direction="for", kind="human", *, recalled=False):
    return claims.Evidence(
        id="claim_evidence:CE001",
        kind=Kind(kind),
        direction=Direction(direction),
        finding="something was seen",
        confidence="from memory, unverified" if recalled else "read in abstract",
        citation="Someone 2020",
        link="",
        recalled=recalled,
    )


def changed(claim, *, body=None, **fields):
    first, *others = claim.judgements
    if body:
        fields["judgements"] = (first.model_copy(update={"level": body}), *others)
    return claim.model_copy(update=fields)


def test_the_register_holds_every_row_of_the_table_and_keeps_every_rule():
    assert [claim.id for claim in claims.register()] == IDS
    assert [list(_rules.broken(claim)) for claim in claims.register()] == [[]] * len(IDS)


@pytest.mark.parametrize("claim_id", IDS)
def test_a_claim_comes_with_all_that_a_reader_needs(claim_id):
    claim = claims.find(claim_id)
    known = knowledge.load()

    assert claim.certainty is claim.judgements[-1].after
    assert claim.judgements[0].domain == "start"
    assert re.fullmatch(r"[A-Z“0-9].*[.!)]", claim.text)
    assert claim.reason.endswith(".")
    assert len(claim.reason.split()) >= 12
    assert claim.told.endswith(".")
    assert all(j.reason.endswith(".") and j.citation for j in claim.judgements)
    assert all(e.finding and e.citation for e in claim.evidence)
    assert all(known.has(row) for row in claim.sources)
    assert not re.search(r"(^|[.;:] )(take|use|try) kratom", claim.told.lower())


def test_no_table_of_claims_holds_a_certainty_that_was_typed_in():
    for table in ("claims", "claim_evidence", "claim_judgements"):
        fields = knowledge.schema(table)["properties"]

        assert not {"grade", "certainty"} & set(fields)


def test_a_certainty_follows_its_judgements_and_nothing_else():
    known = knowledge.load()
    rows = known.find("claim_judgements", claim="opioid-agonist")
    doubted = [row.model_copy(update={"level": "serious"}) if row.domain == "imprecision" else row for row in rows]

    assert claims.find("opioid-agonist").certainty is Certainty.HIGH
    assert knowledge._certainty.derive("opioid-agonist", doubted).certainty is Certainty.MODERATE


BROKEN = [
    ("A supported claim has evidence for it.", {"evidence": (piece("against"), piece(recalled=True))}),
    ("A contradicted claim has evidence against", {"verdict": Verdict.CONTRADICTED, "evidence": (piece(),)}),
    ("more than very low certainty", {"certainty": Certainty.VERY_LOW}),
    ("A partly supported claim", {"verdict": Verdict.PARTLY_SUPPORTED, "evidence": (piece(),)}),
    ("misleads by omission", {"verdict": Verdict.MISLEADING, "evidence": (piece(),)}),
    ("An unsupported claim", {"verdict": Verdict.UNSUPPORTED, "certainty": Certainty.MODERATE}),
    ("memory decides nothing", {"verdict": Verdict.UNSUPPORTED, "evidence": (piece("neither", recalled=True),)}),
    ("a row of people points", {"body": "randomised trials", "evidence": (piece(kind="animal"),)}),
    ("animals and cells only", {"body": "animals and cells only", "evidence": (piece(),)}),
    ("no study was found, no row", {"body": "no study", "evidence": (piece(kind="in vitro"),)}),
]


@pytest.mark.parametrize(("says", "change"), BROKEN)
def test_a_claim_that_breaks_a_rule_is_refused_with_the_rule(supported, says, change):
    with pytest.raises(KnowledgeError, match=f"opioid-agonist.*{says}"):
        _rules.check(changed(supported, **change))


def test_every_rule_is_tried_above_and_explained_on_the_page():
    for rule in claims.RULES:
        assert any(says in rule.says for says, _ in BROKEN), rule.says
        assert rule.says in " ".join(DOCS.split()), rule.says


def test_every_start_level_domain_and_verdict_is_explained_on_the_page():
    rules = knowledge._certainty.rules()

    for body, entry in rules["start"].items():
        assert re.search(rf"\| `{body}` \| {entry['word']} \|", DOCS), body
    for name in (*rules["domains"], *Verdict, *Kind, *Direction):
        assert name in DOCS, name


def test_the_page_tells_the_certainties_that_changed_as_they_are():
    told = re.findall(r"^\| `([a-z-]+)` \| ([a-z ]+) \| ([a-z ]+) \|", DOCS, re.MULTILINE)

    assert len(told) == 7
    for claim_id, before, derived in told:
        assert claims.find(claim_id).certainty == derived != before


def test_an_unknown_id_is_an_error_that_offers_near_ones():
    with pytest.raises(InputError, match=r"helps-anxeity.*helps-anxiety"):
        claims.find("helps-anxeity")


@pytest.mark.parametrize(
    ("asked", "says"),
    [({"verdict": "contradicts"}, "contradicted"), ({"section": "anxeity"}, "anxiety"), ({"section": "?"}, "strains")],
)
def test_an_unknown_verdict_or_section_is_an_error_that_names_those_there_are(asked, says):
    with pytest.raises(InputError, match=says):
        claims.search(**asked)


def test_search_narrows_by_verdict_section_and_every_word():
    contradicted = claims.search(verdict="Contradicted")
    narrowed = claims.search("contradicted", "mechanism", "adrenaline noradrenaline")

    assert {claim.verdict for claim in contradicted} == {Verdict.CONTRADICTED}
    assert [claim.id for claim in narrowed] == ["antagonism-blocks-release"]
    assert len(narrowed) < len(contradicted) < len(claims.search())
    assert claims.search(words="no claim holds this") == ()
