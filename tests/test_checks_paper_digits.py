"""The digits of a certificate: few suspicions on honest papers, and altered ones are found."""

import math
from dataclasses import replace

import numpy as np
import pytest

from paper_fixtures import CONTEXT, found, ids, line, paper
from speciosa import knowledge
from speciosa.checks import Certainty, Severity, _digit_tests, _paper_digits
from speciosa.checks._printed import printed

DIGITS = {
    "certificate:last-digits",
    "certificate:round-values",
    "certificate:repeats",
    "certificate:endings",
    "certificate:precision",
    "certificate:copied",
}
# content in leaf or extract, mg/g, and spread over products, as logarithms
ALKALOIDS = {
    "mitragynine": (15.0, 0.4),
    "7-hydroxymitragynine": (0.15, 0.6),
    "speciogynine": (2.4, 0.5),
    "paynantheine": (4.0, 0.5),
    "speciociliatine": (3.3, 0.6),
    "mitraciliatine": (0.65, 0.5),
    "corynantheidine": (0.5, 0.7),
    "isopaynantheine": (0.5, 0.5),
    "corynoxine": (0.3, 0.8),
    "mitraphylline": (0.2, 0.8),
    "speciofoline": (0.4, 1.0),
    "ajmalicine": (0.1, 0.8),
}
METALS = {
    "lead": (0.5, 0.8),
    "cadmium": (0.06, 0.7),
    "arsenic": (0.15, 0.7),
    "nickel": (2.5, 0.6),
    "chromium": (1.0, 1.0),
}
SOLVENTS = {"ethanol": (900.0, 1.0), "methanol": (60.0, 1.0), "acetone": (30.0, 1.0), "ethyl acetate": (20.0, 1.0)}


def fixed(places):
    return lambda x: f"{x:.{places}f}"


def significant(digits):
    def text(x):
        places = digits - 1 - math.floor(math.log10(abs(x)))
        return f"{round(x, places):.{max(places, 0)}f}"

    return text


def dropped(places):
    return lambda x: f"{x:.{places}f}".rstrip("0").rstrip(".")


STYLES = {
    "two decimals": fixed(2),
    "three decimals": fixed(3),
    "three significant": significant(3),
    "four significant": significant(4),
    "zeros dropped": dropped(3),
}


def measured(rng, style, scale=1.0):
    """An honest paper: true contents of one lot, measured with some spread and printed in one style."""
    lines = []
    for group, unit in ((ALKALOIDS, "mg/g"), (METALS, "ppm"), (SOLVENTS, "ppm")):
        for name, (centre, spread) in group.items():
            x = centre * scale * math.exp(spread * rng.standard_normal()) * math.exp(0.03 * rng.standard_normal())
            text = style(x)
            if float(text) > 0:
                lines.append((name, text, unit))
    return lines


def spoken(lines, context=CONTEXT, **about):
    one = paper([line(*entry, number=i) for i, entry in enumerate(lines)], **about)
    return {f.id for f in _paper_digits.check(one, context)}


@pytest.fixture(scope="module")
def suspicions():
    rng = np.random.default_rng(7)
    return {name: [spoken(measured(rng, style)) for _ in range(300)] for name, style in STYLES.items()}


def test_at_most_one_honest_paper_in_a_hundred_is_suspected(suspicions):
    every = [said for papers in suspicions.values() for said in papers]
    assert len(every) == 1500
    assert sum(map(bool, every)) / len(every) <= 0.01


@pytest.mark.parametrize("style", STYLES)
def test_no_style_of_rounding_is_suspected_for_itself(suspicions, style):
    # 300 papers at 1 %: more than eight would be seen once in 250 times
    assert sum(map(bool, suspicions[style])) <= 8


def altered_last_digit(rng, digit, share):
    lines = measured(rng, fixed(2))
    return [(n, t[:-1] + digit if rng.random() < share else t, u) for n, t, u in lines]


def altered_round(rng):
    return [(n, f"{max(round(float(t) / 0.05), 1) * 0.05:.2f}", u) for n, t, u in measured(rng, fixed(2))]


def altered_repeats(rng):
    lines = measured(rng, fixed(3))
    return [*lines[:4], *((n, lines[1 if u == "mg/g" else 12][1], u) for n, _, u in lines[4:])]


def altered_endings(rng):
    return [(n, t[:-2] + "37" if rng.random() < 0.5 else t, u) for n, t, u in measured(rng, fixed(3))]


def altered_precision(rng):
    lines = measured(rng, fixed(2))
    return [(lines[0][0], f"{float(lines[0][1]):.2f}83", lines[0][2]), *lines[1:]]


@pytest.mark.parametrize(
    ("alter", "rule", "power"),
    [
        (lambda rng: altered_last_digit(rng, "7", 0.6), "certificate:last-digits", 0.9),
        (altered_round, "certificate:round-values", 0.99),
        (altered_repeats, "certificate:repeats", 0.99),
        (altered_endings, "certificate:endings", 0.8),
        (altered_precision, "certificate:precision", 0.9),
    ],
)
def test_altered_papers_are_found(alter, rule, power):
    rng = np.random.default_rng(11)
    said = [spoken(alter(rng)) for _ in range(60)]
    assert sum(map(bool, said)) / len(said) >= power
    # a pattern may show in several tests, and the first that speaks is told; mostly it is the one that names it
    assert sum(rule in one_paper for one_paper in said) / len(said) >= 0.8 * power


def test_the_paper_of_another_lot_with_the_same_numbers():
    rng = np.random.default_rng(3)
    lines = measured(rng, fixed(2))
    copy, own = paper(lines, lot="B-2"), paper(measured(rng, fixed(2)), lot="B-3")
    assert spoken(lines, replace(CONTEXT, others=(copy,))) == {"certificate:copied"}
    assert spoken(lines, replace(CONTEXT, others=(own,))) == set()
    # the same paper twice, or another paper of the same lot, is no copy
    assert spoken(lines, replace(CONTEXT, others=(paper(lines),))) == set()


def test_honest_papers_of_two_lots_are_hardly_ever_called_a_copy():
    rng = np.random.default_rng(5)
    said = 0
    for _ in range(200):
        lines = measured(rng, fixed(2))
        near = [(n, f"{float(t) * math.exp(0.1 * rng.standard_normal()):.2f}", u) for n, t, u in lines]
        other = paper([entry for entry in near if float(entry[1]) > 0], lot="B-2")
        said += "certificate:copied" in spoken(lines, replace(CONTEXT, others=(other,)))
    assert said <= 2


def test_a_paper_with_few_numbers_says_nothing():
    few = [("mitragynine", "15.00", "mg/g"), ("lead", "0.50", "ppm"), ("cadmium", "0.05", "ppm")]
    assert spoken(few) == set()
    fewest = int(knowledge.load().row("priors:PR1206").median)
    rng = np.random.default_rng(2)
    lines = altered_round(rng)
    assert spoken(lines[: fewest - 1]) == set()
    assert "certificate:round-values" in spoken(lines[: fewest + 2])


def test_the_words_are_careful():
    rng = np.random.default_rng(1)
    for alter in (altered_round, altered_repeats, altered_precision):
        lines = [line(*entry, number=i) for i, entry in enumerate(alter(rng))]
        finding = next(f for f in found(lines) if f.id in DIGITS)
        assert finding.severity is Severity.UNKNOWN
        assert finding.certainty is Certainty.VERY_LOW
        assert "unusual and no proof" in finding.sentence
        assert "Ask the laboratory" in finding.ask
        told = f"{finding.title} {finding.sentence} {finding.reason}".lower()
        assert not any(word in told for word in ("forged", "fake", "fraud", "manipulat", "falsif", "tamper"))


def test_the_honest_paper_of_the_other_tests_is_not_suspected():
    assert not DIGITS & set(ids(found()))


@pytest.mark.parametrize(
    ("text", "unit", "digits", "decimals"),
    [
        ("1.20", "mg/g", "120", 2),
        ("0.050", "mg/g", "50", 3),
        ("1,42", "%", "142", 2),
        ("5,200", "ppm", "5200", 0),
        ("12", "mg/g", "12", 0),
        ("0.0", "mg/g", None, None),
        ("1.2E+03", "ppm", None, None),
        ("<0.05", "ppm", None, None),
        ("ND", "ppm", None, None),
    ],
)
def test_printed_digits(text, unit, digits, decimals):
    value = line("lead", text.replace("5,200", "5200"), unit, result_as_printed=text)
    seen = printed(value)
    assert (seen and (seen.digits, seen.decimals)) == (digits and (digits, decimals))


def test_the_probabilities_are_what_they_say():
    rng = np.random.default_rng(13)
    p = [_digit_tests.last_digits(rng.integers(1, 10, 20).tolist()) for _ in range(2000)]
    for level in (0.05, 0.2, 0.5):
        assert np.mean(np.array(p) <= level) <= level + 3 * math.sqrt(level * (1 - level) / len(p))
    assert _digit_tests.round_values([0] * 3) == pytest.approx(0.22**3)
    assert _digit_tests.round_values([1, 2, 3]) == 1.0
    assert _digit_tests.repeats([1.0, 2.0], [1, 1], ["a", "a"], 0.05) == 1.0
    # equal numbers in two units are no repeat
    assert _digit_tests.repeats([1.234, 1.234], [3, 3], ["mg/g", "ppm"], 0.05) == 1.0
