"""What the simulation makes of food, in words."""

from collections.abc import Iterator, Sequence

from speciosa.cases import Regimen
from speciosa.exposure._parameters import Draws

MINUTES_PER_HOUR = 60.0


def food_notes(regimens: Sequence[Regimen], draws: Draws) -> Iterator[str]:
    """What is computed with food and without, and what nobody knows of either."""
    fed = [regimen.name for regimen in regimens if regimen.food == "fed"]
    not_said = [regimen.name for regimen in regimens if regimen.food is None]
    if fed:
        yield (
            f"With food ({', '.join(fed)}): the stomach is computed to empty with a half-time of "
            f"{_minutes(draws, 'fed_emptying_half_time')} min instead of "
            f"{_minutes(draws, 'gastric_emptying_half_time')} min and to be less acid, both by stated priors. What the "
            "fat and bile of a meal do to dissolution and absorption is not known, and no study of kratom with food "
            "was found."
        )
    if not_said:
        yield (
            f"Whether {', '.join(not_said)} is taken with food was not said; it is computed as on an empty stomach. "
            "With food the peak comes later and lower."
        )


def _minutes(draws: Draws, parameter: str) -> str:
    return f"{MINUTES_PER_HOUR * float(draws[parameter][0]):.0f}"
