"""Product, person, regimens: what the user hands in, validated once and complete when read."""

from speciosa.cases._build_product import contents_of
from speciosa.cases._case import Case, Simulation
from speciosa.cases._condition import Cirrhosis, KidneyDisease, Pregnancy
from speciosa.cases._one_dose import ANYONE, DRAWS, one_dose
from speciosa.cases._person import ANCESTRIES, Medicine, Person
from speciosa.cases._product import Content, Dose, Form, Product
from speciosa.cases._read import parse, read, schema
from speciosa.cases._regimen import Regimen, Repeat

__all__ = [
    "ANCESTRIES",
    "ANYONE",
    "DRAWS",
    "Case",
    "Cirrhosis",
    "Content",
    "Dose",
    "Form",
    "KidneyDisease",
    "Medicine",
    "Person",
    "Pregnancy",
    "Product",
    "Regimen",
    "Repeat",
    "Simulation",
    "contents_of",
    "one_dose",
    "parse",
    "read",
    "schema",
]
