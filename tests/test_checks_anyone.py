"""Whatever people write, the checks answer, in order, with rows that exist; and they read a real simulation."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from checks_fixtures import DAILY, LEAF, ONCE, SHOT, TABLET, make_case, make_exposure, regimen
from speciosa import checks, exposure, knowledge
from speciosa.cases import Medicine, Simulation
from speciosa.checks import Severity, Topic

KNOWN = knowledge.load()
NAMES = st.sampled_from([row.name for row in KNOWN.table("substances")])
CONDITIONS = st.sampled_from([row.condition for row in KNOWN.table("conditions")])
WORDS = st.text(min_size=1, max_size=30).filter(lambda text: text.strip())
PLACES = st.sampled_from(
    [
        None,
        *(row.iso for name in ("us_states", "countries") for row in KNOWN.table(name) if row.iso not in {None, "EU"}),
    ]
)
PRODUCTS = st.sampled_from(
    [
        (LEAF, (ONCE, DAILY)),
        (TABLET, (regimen("one", "1 tablet"), regimen("many", "2 tablet", times=20, every="6 h"))),
        (SHOT, (regimen("one", "1 shot"),)),
        ({"form": "powder", "contents": [{"analyte": "mitragynine", "amount": "15 mg/g"}]}, (ONCE,)),
        (
            {"form": "capsule", "contents": [{"analyte": "7-hydroxymitragynine", "amount": "2 mg/capsule"}]},
            (regimen("one", "3 capsule"),),
        ),
    ]
)


@given(
    product=PRODUCTS,
    medicines=st.lists(st.tuples(NAMES | WORDS, st.sampled_from(["daily", "as needed", "stopped"])), max_size=6),
    conditions=st.lists(CONDITIONS | WORDS, max_size=4),
    place=PLACES,
    age=st.integers(12, 100),
    sex=st.sampled_from("FM"),
    kratom_use=st.sampled_from([None, "never", "sometimes", "daily"]),
    ratio=st.floats(0.5, 9.0) | st.just(float("nan")),
)
@settings(max_examples=120, deadline=None)
def test_any_person_gets_an_answer(product, medicines, conditions, place, age, sex, kratom_use, ratio):
    what, regimens = product
    case = make_case(what, regimens, place=place, age=age, sex=sex, kratom_use=kratom_use)
    # past the border of the file, where anything that is text may be written
    listed = tuple(Medicine(name, use=use) for name, use in medicines)
    case = replace(case, person=replace(case.person, medicines=listed, conditions=tuple(conditions)))
    found = checks.run(case, make_exposure(case, ratio=ratio))
    assert found[0].severity is Severity.EMERGENCY
    assert [f.severity.rank for f in found] == sorted(f.severity.rank for f in found)
    assert len({f.id for f in found}) == len(found)
    assert {f.topic for f in found} == set(Topic)
    for finding in found:
        assert finding.sentence
        assert finding.reason
        assert all(KNOWN.has(row) for row in finding.sources), finding.id


def test_a_real_simulation_is_read():
    case = make_case(medicines=["alprazolam", "dextromethorphan"], regimens=(ONCE, DAILY))
    case = replace(case, simulation=Simulation(people=4, draws=3, seed=1))
    found = {f.id: f for f in checks.run(case, exposure.simulate(case))}
    alprazolam, probe = found["interaction:alprazolam:R03"], found["interaction:cyp3a"]
    assert "In the simulation the AUC of alprazolam" in alprazolam.sentence
    assert "uncertainty of the parameters" in probe.sentence
    assert "builds up" in found["duration:every-evening"].sentence
    assert "of the mu-opioid receptors" in found["model:occupancy:once"].sentence
    assert "stated prior" in found["model:about"].sentence
