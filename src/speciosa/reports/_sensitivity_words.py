"""A sensitivity analysis in sentences: what an answer hangs on, and what should be measured next."""

import math

from speciosa.reports._words import FOLD, count, number, sentence_case, span, unit_of
from speciosa.sensitivity import TIED, Answer, Influence, Member, Sensitivity, Share

_LITTLE = 0.05  # what is left over and not worth a clause
_TOGETHER = 0.2  # share by which tied parameters tell more together than any one alone


def asked(answer: Answer) -> str:
    """The answer with its interval: ``110 nM, 59.8 to 166 nM``."""
    unit = unit_of(answer.key, answer.unit)
    return f"{number(answer.value, unit)} ({span(answer.interval.low, answer.interval.high, unit)})"


def name(influence: Influence) -> str:
    """An influence by its most telling parameter, and how many go along with it."""
    first, more = meaning(influence.members[0]), len(influence.members) - 1
    return f"{first}, with {count(more, 'parameter')} tied to it" if more else first


def stated(answer: Answer) -> str:
    """The answer as a sentence: its label, unless the question is that already, and its value."""
    label = sentence_case(answer.label)
    return f"{asked(answer)}." if label == answer.question else f"{label}: {asked(answer)}."


def meaning(member: Member) -> str:
    """What a parameter is, with the compound it belongs to."""
    if not member.about or member.about in member.meaning:
        return member.meaning
    head, comma, rest = member.meaning.partition(",")
    return f"{head} of {member.about}{comma}{rest}"


def percent(share: Share) -> str:
    """An index with the interval of its estimate: ``52 % (40 to 63 %)``."""
    return f"{whole(share.value)} ({100 * share.low:.0f} to {whole(share.high)})"


def whole(value: float) -> str:
    """A share as a whole percentage."""
    return f"{100 * value:.0f}\N{NO-BREAK SPACE}%"


def hangs_on(answer: Answer) -> str:
    """What the answer hangs on, in one or two sentences."""
    if not answer.varies:
        if not math.isfinite(answer.value):
            return "It could not be determined in enough runs to say what it hangs on."
        return "It hardly varies, whatever the uncertain parameters are: there is nothing to narrow."
    strong = [i for i in answer.influences if i.total.value >= _LITTLE][:3]
    if not strong:
        return "No single parameter matters much: many small ones make up its uncertainty."
    told = "; ".join(f"{name(i)} ({whole(i.total.value)})" for i in strong)
    rest = answer.rest.value if answer.rest is not None else 0.0
    tail = f" All parameters that the screening put aside: {whole(rest)} together." if rest >= _LITTLE else ""
    return f"Its uncertainty hangs on {told}.{tail}"


def measure_next(answer: Answer) -> tuple[str, ...]:
    """What should be measured next: sentences, none where nothing is to be said."""
    if not answer.varies:
        return ()
    if answer.next is None:
        return ("No single measurement would narrow it much.",)
    wanted, unit = answer.next, unit_of(answer.key, answer.unit)
    if_known = (
        f"{sentence_case(meaning(wanted.parameter))}: if it were known, about {whole(wanted.share)} of the variance "
        f"would go and the interval would shrink from {span(wanted.now.low, wanted.now.high, unit)} to about "
        f"{shrinks_to(answer)}, on average."
    )
    told = [
        if_known,
        behind(wanted.parameter),
        can_be_measured(wanted.parameter),
    ]
    top = answer.influences[0]
    if len(top.members) > 1 and top.first.value > wanted.share + _TOGETHER:
        told.append(
            f"The {count(len(top.members), 'parameter')} tied to {meaning(top.members[0])} make up "
            f"{whole(top.first.value)} together: settling them all at once would do more than any one."
        )
    return tuple(told)


def shrinks_to(answer: Answer) -> str:
    """The interval that would be left once the next thing is known."""
    if answer.next is None:
        return ""
    return span(answer.next.then.low, answer.next.then.high, unit_of(answer.key, answer.unit))


def behind(member: Member) -> str:
    """What stands behind a parameter now."""
    rows = f" ({', '.join(member.rows[:4])}{' …' if len(member.rows) > 4 else ''})" if member.rows else ""
    held = f"{number(member.median, member.unit)}, {span(member.low, member.high, member.unit)}"
    return f"Now: {member.basis}{rows}, {held}; {member.reason}."


def can_be_measured(member: Member) -> str:
    """Whether somebody could measure it."""
    if member.measurable:
        return f"It could be measured {member.measurable}."
    return "We can name no way to measure it."


def moves(answer: Answer, influence: Influence) -> str:
    """By how much the answer moves when the influence goes half its way."""
    return number(influence.moves, FOLD if answer.folds else unit_of(answer.key, answer.unit))


def treated(result: Sensitivity) -> str:
    """How the analysis was made, in one paragraph."""
    others = f"; {result.untouched:,} more were tried and reach no number of this model" if result.untouched else ""
    return (
        f"{count(result.factors, 'thing')} that nobody knows exactly were moved over all that is possible{others}. "
        f"Parameters whose draws go together (rank correlation above {TIED:g}: a fit leaves such ties) are moved "
        "together as one; weaker ties are left out. Morris screening with "
        f"{result.trajectories} trajectories left {result.screened}; Sobol’ indices of these, and of all others "
        f"together, come from {result.samples} base samples. Everything holds for one person in whom all that people "
        f"differ in is at the median of {count(result.people, 'virtual person', 'virtual people')}; seed {result.seed}."
    )
