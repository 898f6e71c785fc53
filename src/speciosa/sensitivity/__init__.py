"""What each answer of a case hangs on, and what should be measured next.

:func:`analyse` is the way of a case. The designs themselves (:func:`screen`, :func:`indices`) take any function.
"""

from speciosa.sensitivity._analyse import analyse
from speciosa.sensitivity._designs import Indices, Scale, Screening, explained, indices, screen
from speciosa.sensitivity._factors import TIED
from speciosa.sensitivity._records import Answer, Influence, Member, Next, Sensitivity, Share

__all__ = [
    "TIED",
    "Answer",
    "Indices",
    "Influence",
    "Member",
    "Next",
    "Scale",
    "Screening",
    "Sensitivity",
    "Share",
    "analyse",
    "explained",
    "indices",
    "screen",
]
