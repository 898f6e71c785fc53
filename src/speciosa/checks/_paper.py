"""Everything that can be said of a certificate, from the paper and a few facts about its reader."""

from collections.abc import Iterable

from speciosa.certificates import Certificate
from speciosa.checks import (
    _paper_alkaloids,
    _paper_digits,
    _paper_gaps,
    _paper_identity,
    _paper_limits,
    _paper_methods,
    _paper_passes,
    _paper_profile,
    _paper_sums,
    _paper_units,
)
from speciosa.checks._finding import Finding
from speciosa.checks._paper_context import PaperContext, completed, sample


def of_certificate(paper: Certificate, context: PaperContext) -> tuple[Finding, ...]:
    """What a certificate says and leaves out, strictest first.

    Args:
        paper: as :func:`speciosa.certificates.read` gives it.
        context: place, form, amounts, day, lot on the pack; what is ``None`` is said to be not known.

    Returns:
        Findings with ids that are the same on every run; a kind of finding stands once, with all its lines in it.

    Raises:
        KnowledgeError: the data package is damaged.
    """
    context = completed(paper, context)
    product = sample(paper, context)
    groups: tuple[Iterable[Finding], ...] = (
        _paper_limits.check(paper, context),
        _paper_profile.check(product, context),
        _paper_alkaloids.check(product, context),
        _paper_sums.check(paper, product, context),
        _paper_units.check(paper, context),
        _paper_identity.check(paper, context),
        _paper_methods.check(paper),
        _paper_passes.check(paper, context),
        _paper_gaps.check(paper, context),
        _paper_digits.check(paper, context),
    )
    found = [finding for group in groups for finding in group]
    return tuple(sorted(found, key=lambda finding: finding.severity.rank))
