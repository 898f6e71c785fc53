"""A case by its parts, for the tests of the case file."""

import copy
from pathlib import Path

import pytest

from speciosa import cases
from speciosa.errors import InputError

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
GUIDE = (ROOT / "docs" / "case-file.md").read_text(encoding="utf-8")
BASE = {
    "asked_on": "2026-11-24",
    "product": {"known": "k51-leaf-powder"},
    "person": {"age": 34, "sex": "F"},
    "regimens": [{"name": "once", "doses": [{"at": "20:00", "amount": "2 g"}]}],
}
TYPED = {
    "form": "tablet",
    "contents": [{"analyte": "7-OH", "amount": "15 mg/tablet", "low": "5 mg/tablet", "high": "30 mg/tablet"}],
}


def made(**changes):
    return cases.parse(copy.deepcopy(BASE) | changes)


def person(**more):
    return made(person=BASE["person"] | more).person


def product(form="tablet", amount_of="1 tablet", **more):
    doses = [{"at": "8:00", "amount": amount_of}]
    return made(product={"form": form} | more, regimens=[{"name": "x", "doses": doses}]).product


def regimen(*doses, product=BASE["product"]):
    return made(product=product, regimens=[{"name": "x", "doses": list(doses)}]).regimens[0]


def refused(act, *words):
    with pytest.raises(InputError) as caught:
        act()
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    for word in words:
        assert word in said, said
    return caught.value
