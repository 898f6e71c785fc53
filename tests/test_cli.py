"""The command line as a person meets it: what is printed, what is written, how it fails."""

import copy
import json
import re
from pathlib import Path

import libsbml
import pytest
import roadrunner
import typer
import yaml

from speciosa import cli

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "k51-tea.yaml"


def commands(group, before=""):
    """Every command by its words, those of groups included."""
    for name, command in group.commands.items():
        words = f"{before}{name}"
        yield from commands(command, f"{words} ") if hasattr(command, "commands") else [(words, command)]


COMMANDS = sorted(commands(typer.main.get_command(cli.app)))


@pytest.fixture
def changed(tmp_path):
    """The example with a change, as a file."""

    def write(change):
        case = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
        change(case)
        path = tmp_path / "case.yaml"
        path.write_text(yaml.safe_dump(case, allow_unicode=True), encoding="utf-8")
        return path

    return write


def test_assess_prints_help_first_then_everything_and_writes_both_files(speciosa, tmp_path):
    page, data = tmp_path / "report.html", tmp_path / "report.json"
    code, out, err = speciosa("assess", EXAMPLE, "--people", 30, "--quiet", "--html", page, "--json", data)

    assert code == 0
    assert out.index("911") < out.index("alprazolam")
    assert {line for line in err.splitlines() if line} == {f"wrote {page}", f"wrote {data}"}
    assert "<html" in page.read_text(encoding="utf-8")
    assert json.loads(data.read_text(encoding="utf-8"))["findings"][0]["severity"] == "emergency"


@pytest.mark.parametrize("command", ["assess", "simulate"])
def test_a_run_that_is_stopped_says_so_and_writes_nothing(speciosa, monkeypatch, tmp_path, command):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    page = tmp_path / "report.svg"
    monkeypatch.setattr("speciosa.exposure.simulate", stopped)
    code, out, err = speciosa(command, EXAMPLE, "--html" if command == "assess" else "--plot", page)

    assert (code, out) == (130, "")
    assert err == "speciosa: cancelled. Nothing was written.\n"
    assert not page.exists()


def test_two_runs_say_the_same(speciosa, tmp_path):
    pages = [tmp_path / "a.html", tmp_path / "b.html"]
    for page in pages:
        speciosa("assess", EXAMPLE, "--people", 10, "--quiet", "--html", page)

    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_another_seed_is_another_population(speciosa, tmp_path):
    outputs = []
    for seed in (1, 2):
        path = tmp_path / f"{seed}.json"
        speciosa("assess", EXAMPLE, "--people", 10, "--quiet", "--seed", seed, "--json", path)
        outputs.append(json.loads(path.read_text(encoding="utf-8"))["scenarios"][0]["figures"])

    assert outputs[0] != outputs[1]


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda c: c["regimens"][0]["doses"][0].update(amount="500 g"), ["regimens[0].doses[0].amount", "500 g"]),
        (lambda c: c["regimens"][0]["doses"][0].update(amount="-2 g"), ["regimens[0].doses[0].amount", "-2 g"]),
        (lambda c: c["regimens"][0]["doses"][0].update(amount="2 furlongs"), ["amount", "2 furlongs"]),
        (lambda c: c["regimens"][0]["doses"][0].pop("amount"), ["regimens[0].doses[0].amount"]),
        (lambda c: c["person"].update(weight="3 kg"), ["person.weight", "3 kg"]),
        (lambda c: c["person"].pop("sex"), ["person.sex"]),
        (lambda c: c["person"].update(place="Atlantis"), ["person.place", "Atlantis"]),
        (lambda c: c["person"].update(wieght=c["person"].pop("weight")), ["wieght", "weight"]),
        (lambda c: c["product"].update(known="k52-leaf-powder"), ["product.known", "k51-leaf-powder"]),
        (lambda c: c.pop("product"), ["product"]),
        (lambda c: c.update(regimens=[]), ["regimens"]),
        (lambda c: c["regimens"].append(copy.deepcopy(c["regimens"][0])), ["regimens[2]"]),
    ],
)
def test_bad_input_is_one_sentence_with_field_value_and_remedy(speciosa, changed, change, names):
    code, out, err = speciosa("assess", changed(change), "--quiet")

    assert code == 2
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err
    assert "expected" in err
    for name in names:
        assert name in err


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\xfe", b"- a\n- b\n", b"title: [unclosed", b"a: 1\na: 2\n", b"%PDF-1.7"]
)
def test_a_broken_case_file_is_one_sentence(speciosa, tmp_path, content):
    path = tmp_path / "case.yaml"
    path.write_bytes(content)
    code, _, err = speciosa("assess", path, "--quiet")

    assert code == 2
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err


def test_a_file_that_is_not_there_is_one_sentence(speciosa, tmp_path):
    code, _, err = speciosa("assess", tmp_path / "none.yaml", "--quiet")

    assert code == 2
    assert "none.yaml" in err
    assert len(err.strip().splitlines()) == 1


def test_a_report_that_cannot_be_written_is_one_sentence(speciosa, tmp_path):
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    code, _, err = speciosa("assess", EXAMPLE, "--people", 5, "--quiet", "--html", tmp_path / "taken" / "x.html")

    assert code == 2
    assert "cannot be used" in err
    assert "Traceback" not in err


def test_simulate_prints_figures_and_writes_runs_and_a_picture(speciosa, tmp_path):
    out_file, plot = tmp_path / "runs.parquet", tmp_path / "curve.svg"
    code, out, _ = speciosa("simulate", EXAMPLE, "--people", 20, "--quiet", "--out", out_file, "--plot", plot)

    assert code == 0
    assert "mitragynine" in out
    assert out_file.stat().st_size > 1000
    assert plot.read_text(encoding="utf-8").lstrip().startswith("<")


@pytest.mark.parametrize(("option", "value"), [("--out", "x.xlsx"), ("--plot", "x.png"), ("--regimen", "9")])
def test_simulate_refuses_what_it_cannot_do_before_it_works(speciosa, option, value):
    code, _, err = speciosa("simulate", EXAMPLE, "--people", 5, "--quiet", option, value)

    assert code == 2
    assert option in err


def test_the_model_opens_in_other_tools(speciosa, tmp_path):
    sbml, antimony = tmp_path / "k51.xml", tmp_path / "k51.ant"
    code, _, _ = speciosa("model", EXAMPLE, "--sbml", sbml, "--antimony", antimony, "--with-medicines")

    assert code == 0
    document = libsbml.readSBMLFromString(sbml.read_text(encoding="utf-8"))
    document.checkConsistency()
    assert document.getNumErrors() == 0
    assert roadrunner.RoadRunner(str(sbml)).simulate(0, 1, 3).shape[0] == 3
    assert "model body()" in antimony.read_text(encoding="utf-8")


def test_the_model_goes_to_the_screen_without_a_file(speciosa):
    assert "model body()" in speciosa("model", EXAMPLE)[1]


def test_validate_sets_predictions_beside_observations(speciosa, tmp_path):
    files = {option: tmp_path / f"validation.{option}" for option in ("svg", "html", "json")}
    options = [word for option, path in files.items() for word in (f"--{option}", path)]
    page = tmp_path / "page.md"
    page.write_text("<!-- validation: begin -->\n<!-- validation: end -->\n", encoding="utf-8")
    code, out, _ = speciosa("validate", "--people", 20, "--quiet", *options, "--markdown", page)

    assert code == 0
    assert "81.9" in out
    assert "absolute" in out
    assert "<svg" in files["svg"].read_text(encoding="utf-8")
    assert "Predicted and observed" in files["html"].read_text(encoding="utf-8")
    assert json.loads(files["json"].read_text(encoding="utf-8"))["comparisons"][0]["observed"] == 81.9
    assert "| k51-tea | mitragynine: Cmax |" in page.read_text(encoding="utf-8")


def test_validate_refuses_a_picture_that_is_no_svg_before_any_work(speciosa, tmp_path):
    code, _, err = speciosa("validate", "--svg", tmp_path / "picture.png")

    assert code == 2
    assert ".svg" in err


def test_knowledge_prints_release_and_counts(speciosa):
    code, out, _ = speciosa("knowledge")

    assert code == 0
    assert "2026.11" in out
    assert "clinical_pk" in out


def test_source_prints_a_row_and_who_uses_it(speciosa):
    code, out, _ = speciosa("source", "CP001")

    assert code == 0
    assert "81.9" in out
    assert "targets:T001" in out


def test_source_of_nothing_is_one_sentence(speciosa):
    code, _, err = speciosa("source", "XX999")

    assert code == 2
    assert "XX999" in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("name", ["assessment", "case", "sensitivity", "clinical_pk"])
def test_schemas_are_published(speciosa, name):
    code, out, _ = speciosa("schema", name)

    assert code == 0
    assert "properties" in json.loads(out)


def test_an_unknown_schema_is_one_sentence(speciosa):
    code, _, err = speciosa("schema", "nonsense")

    assert code == 2
    assert "nonsense" in err


def test_a_model_is_explained(speciosa, tmp_path):
    path = tmp_path / "oral.ant"
    path.write_text("model oral()\n  A -> C; ka * A;\n  A = 1; C = 0; ka = 0.5;\nend\n", encoding="utf-8")
    code, out, _ = speciosa("engine", "explain", path, "--vary", "ka", "--output", "C")

    assert code == 0
    assert "Jacobian" in out


def test_a_model_that_is_none_is_one_sentence(speciosa, tmp_path):
    path = tmp_path / "oral.ant"
    path.write_text("nonsense ->", encoding="utf-8")
    code, _, err = speciosa("engine", "explain", path)

    assert code == 2
    assert len(err.strip().splitlines()) == 1


def test_version(speciosa):
    assert re.match(r"speciosa \d+\.\d+", speciosa("--version")[1])


@pytest.mark.parametrize(("words", "command"), COMMANDS, ids=[words for words, _ in COMMANDS])
def test_every_command_and_option_is_documented(words, command):
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")

    assert f"## `speciosa {words}" in text
    for parameter in command.params:
        for option in parameter.opts:
            if option.startswith("--") and option != "--help":
                assert f"`{option}" in text, option


def test_the_readme_has_the_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert re.findall(r"^    (python3 dev\.py \w+)", readme, re.MULTILINE)[:2] == [
        "python3 dev.py demo",
        "python3 dev.py test",
    ]


def test_interact_prints_help_and_rules_first_and_writes_all_files(speciosa, tmp_path):
    page, picture, data = tmp_path / "pair.html", tmp_path / "pair.svg", tmp_path / "pair.json"
    files = ("--html", page, "--svg", picture, "--json", data)
    code, out, err = speciosa("interact", EXAMPLE, "--with", "Xanax", "--people", 5, "--quiet", *files)

    assert code == 0
    assert out.index("911") < out.index("MAJOR") < out.index("1.0")
    assert {line for line in err.splitlines() if line} == {f"wrote {path}" for path in (page, picture, data)}
    assert json.loads(data.read_text(encoding="utf-8"))["pair"]["medicine"] == "alprazolam"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--with", "alpraz 5"), ["alprazolam"]),
        (("--with", "fentanyl patch"), ["fentanyl", "lacks", "clearance"]),
        (("--with", "Xanax", "--regimen", "9"), ["--regimen", "9"]),
        (("--with", "Xanax", "--svg", "pair.png"), ["--svg", ".svg"]),
    ],
)
def test_interact_refuses_what_it_cannot_compute_in_one_sentence(speciosa, arguments, told):
    code, out, err = speciosa("interact", EXAMPLE, "--quiet", *arguments)

    assert code == 2
    assert out == ""
    assert "Traceback" not in err
    assert all(word in err for word in told)
