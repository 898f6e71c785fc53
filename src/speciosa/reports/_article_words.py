"""A checked article in words: what stands, how it was said, what is silent; on screen and on paper."""

from collections.abc import Iterator

from speciosa.claims import About, Checked, Claim, Found, Said, Stance, Standing
from speciosa.reports._words import count

STANDING = {
    Standing.STANDS: "the evidence agrees with what is said",
    Standing.IN_PART: "a part of what is said holds",
    Standing.HEDGED: "said with care, and still nothing shows that it is so",
    Standing.LEAVES_OUT: "true as far as it goes, but what is left out changes the picture",
    Standing.FALLS: "the evidence is missing or says otherwise",
}
STANCE = {
    Stance.ASSERTS: "says that it is so",
    Stance.DENIES: "says that it is not so",
    Stance.HEDGES: "says that it may be so",
}
SAID = {Said.SAID: "It says so.", Said.DENIED: "It says the opposite.", Said.SILENT: "It does not say so."}
MARK = {
    Standing.STANDS: "✓",
    Standing.IN_PART: "◐",
    Standing.HEDGED: "?",
    Standing.LEAVES_OUT: "…",
    Standing.FALLS: "✗",
}
"""One sign per standing, so that no colour stands alone."""
NOT_ABOUT = (
    "The text does not name kratom, so no claim was looked for in it. If it is about kratom all the same, say "
    "--about-kratom."
)
NOTHING = "No sentence of it makes a claim about kratom that the register holds."
UNREGISTERED = "Not in the register: said of kratom, and nobody has judged it here. That is neither a yes nor a no."
NOT_EVERYTHING = (
    "Claims are found by their wording. Some are missed and some are found where there is none; how often was measured "
    "(docs/check-article.md). Read the sentence before you rely on a mark."
)


def summary(checked: Checked) -> str:
    """How many claims there are, and how many of them stand, in one or two sentences."""
    if not checked.about_kratom:
        return NOT_ABOUT
    if not checked.found:
        return NOTHING
    sentences = len({(one.at.block, one.at.start) for one in checked.found})
    told = f"{count(len(checked.claims), 'claim')} about kratom in {count(sentences, 'sentence')}."
    stand = len(standing(checked)[Standing.STANDS])
    return f"{told} {_stand(stand, len(checked.claims))}"


def _stand(stand: int, of: int) -> str:
    if stand == 0:
        return "None of them stands as it is said."
    if stand == of:
        return "Each of them stands as it is said."
    return f"{stand} of them {'stands' if stand == 1 else 'stand'} as {'it is' if stand == 1 else 'they are'} said."


def standing(checked: Checked) -> dict[Standing, tuple[Claim, ...]]:
    """The claims by what becomes of them; a claim that is made several times counts where it fares worst."""
    fares = {claim.id: [one.standing for one in checked.of(claim.id)] for claim in checked.claims}
    worst = {claim: max(ways, key=_ORDER.index) for claim, ways in fares.items()}
    return {one: tuple(claim for claim in checked.claims if worst[claim.id] is one) for one in Standing}


def counted(checked: Checked) -> Iterator[tuple[Standing, int]]:
    """How many claims fare how, best first."""
    found = standing(checked)
    return ((one, len(found[one])) for one in Standing if found[one])


def silence(checked: Checked) -> str:
    """What the text keeps silent about, in one sentence."""
    silent = [one.topic for one in checked.silences if one.said is Said.SILENT]
    denied = [one.topic for one in checked.silences if one.said is Said.DENIED]
    parts = [f"It is silent about {_listed(silent)}."] if silent else []
    parts += [f"It says the opposite of what is known about {_listed(denied)}."] if denied else []
    return " ".join(parts) or "It is silent about nothing that such a text should say."


def whole(claim: Claim) -> str:
    """The verdict on what a text suggests by what it leaves out."""
    return f"Verdict: {claim.verdict.value}, how sure: {claim.certainty.value}. {claim.told}"


def said(one: Found) -> str:
    """The stance with the words that decided it."""
    words = f" (“{'”, “'.join(one.words)}”)" if one.words and one.stance is not Stance.ASSERTS else ""
    return f"{STANCE[one.stance]}{words}"


def tied(one: Found) -> str:
    """How it is known that the sentence is about kratom, where it does not name it."""
    return "" if one.about is About.NAME else f"Kratom is {one.about.value}."


def first_sentence(text: str) -> str:
    """The first sentence of a reason, for one line."""
    end = text.find(". ")
    return text if end < 0 else text[: end + 1]


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{'; '.join(names[:-1])}; and {names[-1]}"


_ORDER = list(Standing)
