"""What the simulation of a product and one medicine says, as plain records."""

from speciosa.exposure._results import Curve, Figure, Parameter, Record


class Change(Record):
    """What the pair does to one compound: the same people with and without the other.

    Attributes:
        compound: name.
        role: ``medicine``, ``metabolite of the medicine`` or ``alkaloid``.
        auc_ratio: area with the other over without.
        cmax_ratio: the same of the highest value.
        alone: time course without the other.
        together: time course with it.
    """

    compound: str
    role: str
    auc_ratio: Figure
    cmax_ratio: Figure
    alone: Curve
    together: Curve


class Spacing(Record):
    """The pair, taken so many hours apart.

    Attributes:
        hours: the last dose of the medicine after the last dose of the product, h; negative: before it.
        medicine: area of the medicine with the product over without; ``None`` where its own concentration says
            nothing.
        alkaloid: area of mitragynine (or 7-hydroxymitragynine, where the product holds no mitragynine) with the
            medicine over without.
    """

    hours: float
    medicine: Figure | None
    alkaloid: Figure


class Fading(Record):
    """When one direction of an interaction is largest, and when it is gone.

    Attributes:
        compound: whose area is meant.
        largest_h: hours between the doses at which the change is largest, as in :class:`Spacing`.
        largest: the ratio there.
        below: the change of the median person is within this many-fold …
        after_h: … once so many hours lie between the doses; ``None`` where it still is not at the longest time looked
            at, 0 where it never is larger.
        all_after_h: the same for 95 % of people.
    """

    compound: str
    largest_h: float
    largest: float
    below: float
    after_h: float | None
    all_after_h: float | None


class Phenotype(Record):
    """The pair in people of one phenotype.

    Attributes:
        cyp2d6: phenotype of CYP2D6.
        cyp3a5: phenotype of CYP3A5.
        medicine: area of the medicine with the product over without; ``None`` as in :class:`Spacing`.
        alkaloid: area of the alkaloid with the medicine over without.
        exposure: area of the medicine alone over that in normal metabolisers who do not express CYP3A5.
    """

    cyp2d6: str
    cyp3a5: str
    medicine: Figure | None
    alkaloid: Figure
    exposure: float


class Pair(Record):
    """A product and one medicine, simulated.

    Attributes:
        medicine: id in ``substances``.
        name: its name.
        scenario: name of the regimen of the product.
        taken: how the medicine is taken, in words.
        people: virtual people of the time courses.
        draws: draws of the uncertain parameters.
        seed: of both.
        status: how many runs ended how.
        changes: the medicine, its metabolites, then the alkaloids.
        spacings: the pair at different times apart, in order.
        fading: when each direction is largest and gone, for each limit; the alkaloid last.
        phenotypes: CYP2D6 by CYP3A5.
        parameters: each parameter of the model with its rows.
        notes: what the model of this medicine leaves out.
    """

    medicine: str
    name: str
    scenario: str
    taken: str
    people: int
    draws: int
    seed: int
    status: dict[str, int]
    changes: tuple[Change, ...]
    spacings: tuple[Spacing, ...]
    fading: tuple[Fading, ...]
    phenotypes: tuple[Phenotype, ...]
    parameters: tuple[Parameter, ...]
    notes: tuple[str, ...]
