"""Valid cases and certificates, damaged in thousands of ways: each is read, or refused in one sentence."""

import copy
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speciosa import cases, certificates
from speciosa.errors import InputError

EXAMPLES = Path(__file__).parents[1] / "examples"
CASES = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(EXAMPLES.glob("*.yaml"))]
TYPED = {
    "product": {
        "form": "capsule",
        "unit_mass": "0.5 g",
        "contents": [
            {"analyte": "mitragynine", "amount": "19.5 mg/g", "sd": "0.8 mg/g", "qualifier": "measured"},
            {"analyte": "7-OH", "amount": "<LOQ", "loq": "0.1 mg/g"},
        ],
    },
    "person": {"age": 30, "sex": "M"},
    "regimens": [{"name": "a", "doses": [{"at": "0 h", "amount": "2 capsules", "every": "12 h", "times": 4}]}],
}
CERTIFICATES = [EXAMPLES / "k51-certificate.csv", EXAMPLES / "k51-certificate.json"]
often = settings(max_examples=600, deadline=None, database=None, suppress_health_check=list(HealthCheck))

WORDS = st.sampled_from([
    "", " ", "2 g", "-2 g", "1e309 g", "2", "g", "2 furlongs", "1/0 tablet", "20:00", "25:00", "ND", "<LOQ", "<",
    "45 %",     "1,200", "1.2.3", "nan", "inf", "NaN mg/g", "9" * 400, "9" * 400 + " mg", "µ", "\ud800",
    "a\nb", "\u2028", "tea",
    "F",     "k51-leaf-powder", "US-CO", "Kansas City", "Paris, TX", "../../etc/passwd", "/dev/zero", "a\0b",
    "mitragynine",
    "1 tablet", "0 h", "24 h", "5 ft", "70 kg", "{remedy}", "%s", "=1+1", "2026-11-24", "2026-13-01", "9999-12-31", "²",
])  # fmt: skip
SCALARS = (
    WORDS
    | st.text(max_size=12)
    | st.integers(-5, 5)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.none()
    | st.dates()
    | st.binary(max_size=3)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def places(tree, path=()):
    """Every place in a tree of mappings and lists."""
    if isinstance(tree, dict | list):
        for key, inner in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield (*path, key)
            yield from places(inner, (*path, key))


@st.composite
def damaged(draw, valid):
    """A valid tree with one to three wounds."""
    tree = copy.deepcopy(draw(st.sampled_from(valid)))
    for _ in range(draw(st.integers(1, 3))):
        found = list(places(tree))
        if not found:
            break
        *above, key = draw(st.sampled_from(found))
        home = tree
        for step in above:
            home = home[step]
        wound(draw, tree, home, key)
    return tree


def wound(draw, tree, home, key):
    kind = draw(st.sampled_from(["drop", "rename", "replace", "swap", "repeat", "graft"]))
    if kind == "drop":
        del home[key]
    elif kind == "rename" and isinstance(home, dict):
        home[draw(WORDS | st.text(max_size=8) | st.sampled_from(["regimen", "doses", "amount", "know", "ages"]))] = (
            home.pop(key)
        )
    elif kind == "swap" and isinstance(home[key], list):
        home[key] = list(reversed(home[key]))
    elif kind == "repeat" and isinstance(home, list):
        home.append(copy.deepcopy(home[key]))
    elif kind == "graft":
        home[key] = copy.deepcopy(tree)
    else:
        home[key] = draw(TREES)


def refused_well(error):
    text = str(error)
    assert len(text.splitlines()) == 1
    assert text.isprintable()
    assert error.field
    assert "expected" in text
    assert text.endswith(".")
    assert len(text) < 1500


@often
@given(damaged([*CASES, TYPED]))
def test_a_damaged_case_is_read_or_refused_in_one_sentence(tree):
    try:
        case = cases.parse(tree, where="case.yaml", folder=EXAMPLES)
    except InputError as error:
        refused_well(error)
        return
    json.dumps(case.as_entered(), allow_nan=False)
    assert cases.parse(case.as_entered(), folder=EXAMPLES) == case
    for regimen in case.regimens:
        events = regimen.events()
        assert events[0][0] == 0.0
        assert all(
            case.product.mg("mitragynine", dose) is None or case.product.mg("mitragynine", dose) >= 0
            for _, dose in events
        )
        assert regimen.in_words()


@often
@given(TREES)
def test_anything_at_all_is_refused_in_one_sentence(tree):
    with pytest.raises(InputError) as caught:
        cases.parse(tree)
    refused_well(caught.value)


@pytest.fixture(scope="module")
def spot(tmp_path_factory):
    folder = tmp_path_factory.mktemp("damaged")
    for path in CERTIFICATES:
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def read_bytes(reader, path, content):
    path.write_bytes(content)
    try:
        return reader(path)
    except InputError as error:
        refused_well(error)
        return None


@st.composite
def cut(draw, files):
    """The bytes of a valid file, cut, with bytes changed, or with a piece put in."""
    path = draw(st.sampled_from(files))
    content = bytearray(path.read_bytes())
    start = draw(st.integers(0, len(content)))
    kind = draw(st.sampled_from(["end", "middle", "bytes", "insert", "encoding"]))
    if kind == "end":
        content = content[:start]
    elif kind == "middle":
        del content[start : start + draw(st.integers(1, 80))]
    elif kind == "bytes":
        for _ in range(draw(st.integers(1, 5))):
            content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    elif kind == "insert":
        content[start:start] = draw(st.binary(max_size=12) | WORDS.map(lambda w: w.encode("utf-8", "surrogatepass")))
    else:
        encoding = draw(st.sampled_from(["utf-16", "latin-1", "utf-8-sig", "utf-32", "cp1252"]))
        content = content.decode("utf-8").encode(encoding, "replace")
    return path.suffix, bytes(content)


@often
@given(cut(sorted(EXAMPLES.glob("*.yaml"))))
def test_a_case_file_with_broken_bytes_is_read_or_refused_in_one_sentence(spot, broken):
    suffix, content = broken
    case = read_bytes(cases.read, spot / f"case{suffix}", content)
    assert case is None or case.regimens


@often
@given(cut(CERTIFICATES))
def test_a_certificate_with_broken_bytes_is_read_or_refused_in_one_sentence(spot, broken):
    suffix, content = broken
    paper = read_bytes(certificates.read, spot / f"paper{suffix}", content)
    assert paper is None or all(v.value is None or v.value >= 0 for v in paper.values)


@often
@given(damaged([json.loads(CERTIFICATES[1].read_text(encoding="utf-8"))]))
def test_a_damaged_json_certificate_is_read_or_refused_in_one_sentence(spot, tree):
    text = json.dumps(tree, default=str)
    paper = read_bytes(certificates.read, spot / "tree.json", text.encode("utf-8"))
    assert paper is None or paper.values


CELLS = [
    "mitragynine", "7-OH", "Pb", "Salmonella", "19.5", "19,5", "1.200", "<0,01", "ND", "<LOQ (0.1)", "mg/g",
    "%", "CFU/g",
    "", "-5", "1e400", "absent in 25 g", "TNTC", "NaN", "µg/kg", "mg/tablet", "0", "pass", "2 x 10^3", '"', "1 000",
    "٣",
]  # fmt: skip


@often
@given(
    header=st.permutations(["analyte", "result", "unit", "loq", "limit"]).map(lambda names: names[:4]),
    rows=st.lists(st.lists(st.sampled_from(CELLS) | st.text(max_size=8), max_size=5), max_size=6),
    mark=st.sampled_from([",", ";", "\t"]),
)
def test_any_table_is_read_or_refused_in_one_sentence(spot, header, rows, mark):
    lines = [mark.join(header), *(mark.join(row) for row in rows)]
    paper = read_bytes(certificates.read, spot / "table.csv", "\n".join(lines).encode("utf-8", "surrogatepass"))
    assert paper is None or paper.values


@often
@given(st.text(max_size=30) | st.sampled_from(CELLS) | WORDS)
def test_any_printed_result_is_understood_or_refused(text):
    try:
        found = certificates.result(text)
    except certificates.UnreadableError:
        return
    assert found.value is None or abs(found.value) < float("inf")
