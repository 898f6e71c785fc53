"""The data package: complete, checked, and faithful to what it was carried over from."""

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa import knowledge
from speciosa.errors import KnowledgeError
from speciosa.knowledge import _release, _tables
from speciosa.knowledge._knowledge import assemble

REFERENCE = Path(__file__).parents[2] / "shared" / "reference"
CARRIED = sorted(REFERENCE.glob("*/*.csv"))


@pytest.fixture(scope="module")
def known():
    return knowledge.load()


@pytest.fixture(scope="module")
def contents():
    return _release.verified_content(_release.read_release())


def test_the_release_describes_the_tables_as_they_are(known, contents):
    assert set(contents) == {resource.name for resource in known.release.resources}
    assert known.release.expires > known.release.date
    assert not known.release.expired(known.release.expires)
    assert known.release.expired(known.release.expires + dt.timedelta(days=1))


def test_a_changed_table_is_an_error_that_names_it(monkeypatch, tmp_path):
    for file in _tables.folder().iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "rules.csv").write_bytes((tmp_path / "rules.csv").read_bytes() + b"\n")
    monkeypatch.setattr(_release, "folder", lambda: tmp_path)

    with pytest.raises(KnowledgeError, match=r"table rules\.csv differs from the release"):
        _release.verified_content(_release.read_release())


def test_a_missing_table_is_an_error_that_names_it(monkeypatch, tmp_path):
    for file in _tables.folder().iterdir():
        if file.name != "organs.csv":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(_release, "folder", lambda: tmp_path)

    with pytest.raises(KnowledgeError, match=r"table organs\.csv is missing"):
        _release.verified_content(_release.read_release())


@pytest.mark.parametrize(
    ("table", "old", "new", "says"),
    [
        ("priors", b"PR001,", b"PR002,", "id 'PR002' comes twice"),
        ("parameters", b"gut:GU014", b"gut:GU999", "names 'gut:GU999', which is no row"),
        ("rules", b",S0035,", b",S9999,", "source 'S9999' is not in sources"),
        ("targets", b"read in source table", b"believed", "confidence 'believed' is no known word"),
        ("calibrated", b"calibrated here", b'calibrated here,"x"', "number of cells differs"),
    ],
)
def test_a_row_that_leads_nowhere_is_refused_with_its_place(contents, table, old, new, says):
    damaged = {**contents, table: contents[table].replace(old, new, 1)}

    with pytest.raises(KnowledgeError, match=says) as error:
        assemble(_release.read_release(), damaged)
    assert table in str(error.value)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_to_a_table_is_found_or_harmless_never_a_traceback(contents, data):
    table = data.draw(st.sampled_from(sorted(set(contents) - {"sources"})))
    content = contents[table]
    at = data.draw(st.integers(0, len(content) - 1))
    junk = data.draw(st.binary(max_size=8))
    try:
        rows = _tables.read(table, content[:at] + junk + content[at + len(junk) :])
    except KnowledgeError as error:
        assert table in str(error)  # noqa: PT017 - either outcome is right
    else:
        assert all(row.id is not None for row in rows)


def test_ids_are_found_bare_where_only_one_table_has_them(known):
    assert known.row("CP001") is known.row("clinical_pk:CP001")
    assert known.qualified(known.row("CP001")) == "clinical_pk:CP001"
    with pytest.raises(KnowledgeError, match=r"several tables hold 'TC001'; say .*time_courses:TC001"):
        known.row("TC001")
    with pytest.raises(KnowledgeError, match="no row 'CP999'"):
        known.row("CP999")


def test_a_number_is_asked_for_where_there_is_one(known):
    assert known.row("CP001").number("cmax") == 81.9
    with pytest.raises(KnowledgeError, match="row CP001: column 'conc' holds nothing; expected a number"):
        known.row("CP001").number("conc")


def test_every_table_has_a_meaning_and_a_schema_with_its_columns(known):
    for name in known.tables:
        header = next(csv.reader(io.StringIO((_tables.folder() / f"{name}.csv").read_text(encoding="utf-8"))))
        assert set(knowledge.schema(name)["properties"]) == set(header)
        assert _tables.meaning(name)


def test_every_row_can_be_said_in_one_line(known):
    for rows in known.tables.values():
        for row in rows:
            assert row.summary()
            assert "\n" not in row.summary()


def test_a_row_is_shown_with_its_source_and_everything_that_uses_it(known):
    view = knowledge.describe_row(known, "CP001")

    assert view.id == "clinical_pk:CP001"
    assert "Tanna" in view.citation or "Tanna" in view.says
    assert view.meaning_of_confidence
    assert any(line.startswith("targets:T001") for line in view.used_by)
    assert any("model parameter" in line for line in knowledge.describe_row(known, "priors:PR020").used_by)


def test_a_source_is_shown_with_all_its_rows(known):
    view = knowledge.describe_row(known, "S0585")

    assert any(line.startswith("clinical_pk:CP001") for line in view.used_by)


def test_the_release_is_shown_with_counts_and_expiry(known):
    view = knowledge.describe_release(known, on=known.release.expires + dt.timedelta(days=1))

    assert view.expired
    assert sum(sum(table.confidence.values()) for table in view.tables) == sum(map(len, known.tables.values()))
    assert view.sources == len(known.sources)


@pytest.mark.reference
@pytest.mark.skipif(not CARRIED, reason="the raw facts are not beside the project")
@pytest.mark.parametrize("file", CARRIED, ids=lambda f: f.stem)
def test_every_raw_row_is_carried_over_with_its_id_and_its_cells(known, file):
    with file.open(encoding="utf-8", newline="") as lines:
        raw = list(csv.DictReader(lines))
    rows = {row.id: row.cells() for row in known.table(file.stem)}
    key = next(iter(raw[0]))

    assert set(rows) >= {line[key] for line in raw}
    for line in raw:
        kept = rows[line[key]]
        for column, cell in line.items():
            if f"amended here: {column}," in kept.get("note", "") or column in {"source", "doi", "confidence", "note"}:
                continue
            if column in kept and cell:
                assert _same(cell, kept[column]), (file.stem, line[key], column)


@pytest.mark.reference
@pytest.mark.skipif(not CARRIED, reason="the raw facts are not beside the project")
def test_every_raw_claim_is_carried_over(known):
    raw = yaml.safe_load((REFERENCE / "pd" / "claims.yaml").read_text(encoding="utf-8"))
    claims = raw["claims"] if isinstance(raw, dict) else raw

    assert {claim["id"] for claim in claims} <= {row.id for row in known.table("claims")}
    with_evidence = {claim["id"] for claim in claims if any(claim[k] for k in claim if k.endswith("_evidence"))}
    assert with_evidence <= {row.claim for row in known.table("claim_evidence")}


def _same(raw, kept):
    try:
        return abs(float(raw) - float(kept)) <= 1e-5 * abs(float(raw))
    except ValueError:
        return raw.strip() == kept.strip()
