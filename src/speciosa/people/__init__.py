"""Virtual people: correlated physiology, genotypes and their spread; a person by number, always the same one.

::

    crowd = people.population(1000, seed=1, who=people.Who(age_y=35, sex="F", height_cm=165, weight_kg=62))
    crowd.values["V_liver"]  # L, (1000,)

Which knowledge row gives which quantity stands in ``rows.yaml``.
"""

from speciosa.people._population import Population, population
from speciosa.people._who import Who, ancestries

__all__ = ["Population", "Who", "ancestries", "population"]
