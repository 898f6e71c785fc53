"""What the register of claims says: whole, judged, sourced, plain, and never advice to take kratom."""

import re
from collections import defaultdict

import pytest
from sentencex import segment

from speciosa import claims, knowledge
from speciosa.knowledge import Certainty, Direction, Kind, Verdict

SECTIONS = {
    *("body", "mind", "anxiety", "depression", "mechanism", "dose", "opioids", "safety", "products", "strains"),
    *("law", "use"),
}
DOWN = {"risk of bias", "inconsistency", "indirectness", "imprecision", "publication bias"}
UP = {"large effect", "dose response"}

# A sentence that a reader gets through, in words; and the school grade of Flesch and Kincaid for a whole text. Names of
# substances count as two syllables each: a reader steps over a name and does not spell it.
LONGEST = {"told": 28, "reason": 38, "judgement": 32}
HIGHEST_GRADE = {"told": 14.0, "reason": 12.0}
MEAN_GRADE = {"told": 7.0, "reason": 8.0}
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*|\d[\d.,]*")
_NAME = re.compile(
    r"gynine|norphine|adone$|alkaloid|depressant|psychotic|depression|kratom|salmonella|naloxone|adrenaline|serotonin"
)

# What a sentence to a person must not be: an amount to take, a nod to take it, a promise.
ADVICE = (
    r"\b(take|use|try|start with|begin with|sip|drink) (about |up to |only )?\d",
    r"\d+(\.\d+)? ?(mg|milligrams?|g|grams?|teaspoons?|capsules?) (of kratom|a day|per day|daily|twice|once)",
    r"\b(we|i) (recommend|suggest|advise)\b(?! against)",
    r"^(?!.*\b(no|not|nobody|never)\b).*\b(recommended|suggested|ideal|best|right|safe) (amount|dose|dosage|serving)\b",
    r"\byou (can|may|should|could) (safely |just |simply )?(take|use|try|switch to|start) kratom\b",
    r"\bkratom (is|can be) (a )?(safe|good|great|useful|effective|worth)\b",
    r"\b(increase|raise|lower|double|halve) (your|the) (dose|amount)\b",
    r"\btry kratom\b|\bgive kratom a try\b|\binstead of your medicine\b",
)
HARMLESS = ("No dose is known to be safe.", "There is no official recommended dose of kratom.", "Do not take kratom.")
HARMFUL = (
    *("Start with 2 g in the morning.", "Take up to 5 grams.", "We recommend leaf.", "You can safely use kratom."),
    *("Kratom is a good choice.", "The best dose is small.", "Increase the dose slowly.", "3 capsules a day will do."),
)

# Where a claim speaks of a danger, what a person is told must name the way out of it.
NOT_SILENT = {
    "replaces-antidepressants": ("never stop", "suddenly", "prescriber", "crisis line"),
    "replaces-opioid-painkillers": ("do not stop", "prescriber", "breathing"),
    "acts-on-gaba": ("suddenly", "fits"),
    "helps-opioid-withdrawal": ("buprenorphine", "methadone", "naloxone"),
    "treats-opioid-addiction": ("buprenorphine", "methadone", "proven", "naloxone"),
    "helps-stop-alcohol": ("suddenly", "fits", "do not drink"),
    "safer-than-opioids": ("naloxone", "sedatives", "alcohol"),
    "not-an-opioid": ("naloxone",),
    "no-breathing-depression": ("call emergency services", "naloxone", "blue lips"),
    "naloxone-reverses": ("call emergency services", "again", "withdrawal"),
    "cannot-overdose": ("call emergency services", "naloxone"),
    "not-addictive": ("treated", "help"),
    "withdrawal-like-coffee": ("medicines ease it", "crisis line"),
    "seven-oh-is-kratom": ("naloxone", "alcohol"),
    "seven-oh-not-risky": ("naloxone", "buprenorphine", "call emergency services"),
    "no-deaths-alone": ("emergency services", "naloxone"),
    "deaths-with-others": ("never mix", "naloxone", "call emergency services"),
    "safe-with-alcohol": ("do not drink", "call emergency services"),
    "can-harm-liver": ("yellow", "dark urine", "same day"),
    "can-cause-seizures": ("call emergency services", "do not drive"),
    "can-disturb-heart": ("call emergency services",),
    "serotonin-syndrome-risk": ("fever", "call emergency services", "do not stop the antidepressant"),
    "safe-in-pregnancy": ("do not use", "do not stop suddenly", "midwife"),
    "fights-cancer": ("never delay or replace",),
    "lowers-blood-sugar": ("do not skip",),
    "lowers-blood-pressure": ("do not stop",),
    "treats-ptsd": ("crisis line",),
    "safe-to-drive": ("do not drive",),
}
DATED = ("no-approved-use", "lawful-supplement", "federally-legal")  # law holds for a date, which the reason must give

# Evidence whose figures stand in no row of the source that it cites, and why that is right.
FIGURES_ELSEWHERE = {
    "CE024": "the same paper's figures stand in rows under its other source, S0261",
    "CE071": "the same paper's figures stand in rows under its other source, S0261",
    "CE119": "8 and 7 people in the two parts of the study",
    "CE240": "200 people in two equal groups",
}
_FIGURE = re.compile(r"(?<![A-Za-z0-9-])\d[\d,]*(?:\.\d+)?")


@pytest.fixture(scope="module")
def known():
    return knowledge.load()


@pytest.fixture(scope="module")
def register():
    return claims.register()


@pytest.fixture(scope="module")
def by_id(register):
    return {claim.id: claim for claim in register}


def sentences(text):
    return [found for found in (part.strip() for part in segment("en", text)) if found]


def words(text):
    return _WORD.findall(text)


def syllables(word):
    low = word.lower()
    if not low.isalpha() or _NAME.search(low):
        return 2
    stem = re.sub(r"(?:[^laeiouy]es|ed|[^laeiouy]e)$", "", low)
    return max(1, len(re.findall(r"[aeiouy]{1,2}", stem)))


def school_grade(text):
    found = words(text)
    return 0.39 * len(found) / len(sentences(text)) + 11.8 * sum(map(syllables, found)) / len(found) - 15.59


def test_every_claim_says_where_it_belongs_why_and_what_to_tell(register, known):
    computable = {row.id: row.computable for row in known.table("claims")}

    assert len({claim.text.casefold() for claim in register}) == len(register)
    assert {claim.section for claim in register} == SECTIONS
    for claim in register:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", claim.id), claim.id
        for text in (claim.text, claim.reason, claim.told, computable[claim.id]):
            assert text == text.strip(), claim.id
            assert text[-1] in ".!?", f"{claim.id}: {text[-40:]!r} ends without a full stop"


def test_what_kratom_texts_say_is_covered(register):
    said = " ".join(claim.text.casefold() for claim in register)

    assert len(register) >= 90
    for topic in (
        *("pain", "energy", "focus", "sleep", "withdrawal", "natural", "not an opioid", "just kratom", "pregnancy"),
        *("liver", "alcohol", "drug tests", "approved", "full-spectrum", "morphine", "coffee", "antidepressants"),
    ):
        assert topic in said, topic


def test_every_claim_is_judged_in_each_domain_with_a_reason(known, register):
    rows = defaultdict(list)
    for row in known.table("claim_judgements"):
        rows[row.claim].append(row)

    for claim in register:
        judged = {row.domain: row for row in rows[claim.id]}
        needed = {"no study": set(), "observational studies": DOWN | UP}.get(claim.body, DOWN)
        assert set(judged) >= {"start", *needed}, f"{claim.id} lacks {needed - set(judged)}"
        for row in judged.values():
            assert len(words(row.reason)) >= 2, f"{row.id}: {row.reason!r} is no reason"
            assert row.reason.endswith("."), row.id


def test_every_source_exists_and_the_same_finding_is_not_counted_twice(known, register):
    for row in (*known.table("claim_evidence"), *known.table("claim_judgements"), *known.table("claims")):
        assert known.source(row.source_id).citation
    for claim in register:
        findings = [one.finding for one in claim.evidence]
        assert len(set(findings)) == len(findings), claim.id


def test_no_verdict_and_no_judgement_rests_on_memory_alone(known, register):
    read_sources = {
        row.source_id
        for table in known.tables
        for row in known.table(table)
        if row.confidence != "from memory, unverified"
    }

    for claim in register:
        assert claim.evidence, claim.id
        assert not all(one.recalled for one in claim.evidence), claim.id
    for row in known.table("claim_judgements"):
        assert row.source_id in read_sources, f"{row.id} is judged on {row.source_id}, which nobody read"


def test_a_search_that_found_nothing_points_neither_way(register):
    for claim in register:
        for one in claim.evidence:
            if "nothing found on the question" in one.citation:
                assert one.direction is Direction.NEITHER, f"{one.id}: {one.finding}"


def test_figures_of_the_evidence_stand_in_the_rows_of_its_source(known):
    held = defaultdict(set)
    for table in known.tables:
        if table.startswith("claim"):
            continue
        for row in known.table(table):
            for text in row.cells().values():
                held[row.source_id] |= figures(text)

    odd = set()
    for row in known.table("claim_evidence"):
        asked = figures(row.finding)
        if asked and held[row.source_id] and row.confidence != "from memory, unverified":
            near = any(abs(a - b) <= 0.03 * b for a in asked for b in held[row.source_id])
            odd |= set() if near else {row.id}

    assert odd == set(FIGURES_ELSEWHERE), "figures in no row of their source, or an exception that is one no longer"


def figures(text):
    return {float(found.replace(",", "")) for found in _FIGURE.findall(text.replace("-", " "))}


def test_sentences_are_short_and_plain(register):
    texts = {"told": [(c.id, c.told) for c in register], "reason": [(c.id, c.reason) for c in register]}
    texts["judgement"] = [(j.id, j.reason) for c in register for j in c.judgements]

    for kind, longest in LONGEST.items():
        for name, text in texts[kind]:
            for sentence in sentences(text):
                assert len(words(sentence)) <= longest, f"{name}: {sentence}"
    for kind, highest in HIGHEST_GRADE.items():
        grades = {name: school_grade(text) for name, text in texts[kind]}
        hardest = max(grades, key=grades.__getitem__)
        assert grades[hardest] <= highest, f"{hardest} reads like grade {grades[hardest]:.1f}"
        assert sum(grades.values()) / len(grades) <= MEAN_GRADE[kind]


def advice(text):
    return [pattern for pattern in ADVICE for one in sentences(text) if re.search(pattern, one, re.IGNORECASE)]


@pytest.mark.parametrize("sentence", HARMFUL)
def test_the_word_list_finds_advice(sentence):
    assert advice(sentence)


@pytest.mark.parametrize("sentence", HARMLESS)
def test_the_word_list_leaves_warnings_alone(sentence):
    assert not advice(sentence)


def test_nothing_that_is_told_advises_a_dose_or_recommends_kratom(register):
    for claim in register:
        assert not advice(claim.told), f"{claim.id}: {claim.told}"


@pytest.mark.parametrize("claim_id", NOT_SILENT)
def test_a_danger_comes_with_the_way_out_of_it(by_id, claim_id):
    told = by_id[claim_id].told.casefold()

    for phrase in NOT_SILENT[claim_id]:
        assert phrase in told, f"{claim_id} does not say {phrase!r}: {told}"


@pytest.mark.parametrize("claim_id", DATED)
def test_law_carries_the_date_that_it_holds_for(by_id, claim_id):
    assert re.search(r"20\d\d", by_id[claim_id].reason)
    assert any(re.search(r"20\d\d", one.finding) for one in by_id[claim_id].evidence)


def test_no_benefit_that_no_trial_has_shown_is_called_supported(register):
    for claim in register:
        if claim.verdict is Verdict.SUPPORTED and claim.body == "randomised trials":
            assert claim.certainty in {Certainty.MODERATE, Certainty.HIGH}, claim.id
            assert len(claim.pointing(Direction.FOR, Kind.HUMAN)) > 1, claim.id
    for claim in register:
        if claim.section in {"body", "mind"} and "kratom" in claim.text.casefold():
            assert claim.verdict is not Verdict.SUPPORTED, claim.id
