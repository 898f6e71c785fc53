"""The model report: it does not drift, it says what the files say, and its printer writes right mathematics."""

import subprocess
import sys
from pathlib import Path

import libsbml
import pytest

from speciosa import handbook, models
from speciosa.handbook import _latex, _part, _reach, _text, _wiring

FOLDER = Path(__file__).parents[1] / "docs" / "model"
SOME = ("mitragynine", "hydroxymitragynine", "midazolam")


@pytest.fixture(scope="module")
def made():
    return handbook.pages()


@pytest.fixture(scope="module")
def wired():
    return _wiring.wiring(models.assemble(SOME, effects=True))


def test_the_report_in_the_docs_is_what_the_model_is_now(made):
    written = {file.relative_to(FOLDER).as_posix(): file.read_text(encoding="utf-8") for file in FOLDER.rglob("*.md")}
    stale = sorted(path for path in made.keys() | written.keys() if made.get(path) != written.get(path))

    assert not stale, f"{', '.join(stale[:5])} drifted from the model; mend it with: {handbook.MENDING}"


def test_every_part_and_every_compound_has_its_page(made):
    for name in models.part_names():
        assert f"parts/{name}.md" in made
        assert f"(parts/{name}.md)" in made["index.md"]
    for compound in models.network().compounds.values():
        assert compound.name in made[f"compounds/{compound.id}.md"].splitlines()[2]


@pytest.mark.parametrize("name", models.part_names())
def test_a_page_holds_every_port_state_rule_and_process_of_its_part(made, name):
    anatomy, page = _part.anatomy(models.part(name)), made[f"parts/{name}.md"]

    for named in (*anatomy.part.ports, *(s.name for s in anatomy.states), *(p.name for p in anatomy.processes)):
        assert f"`{named}`" in page
    for rule in anatomy.rules:
        assert f"{_latex.symbol(rule.name)} = {rule.formula}" in page
    assert anatomy.part.comment.split(".")[0][:40] in page


def test_pages_are_modest_in_size(made):
    assert sum(map(len, made.values())) < 1_000_000


def test_the_mass_of_a_part_balances_on_its_page():
    states = {s.name: s.balance for s in _part.anatomy(models.part("brain")).states}

    assert states["A"].startswith(
        r"\frac{PS \cdot K_{\mathrm{p,uu}} \cdot f_{\mathrm{u}} \cdot C_{\mathrm{blood}}}{B{:}P}"
    )
    assert states["A"].endswith(r"- PS \cdot C_{\mathrm{u}}")
    assert r"- \frac{PS \cdot K_{\mathrm{p,uu}}" in states["X"]


def test_comments_reach_the_names_beside_them():
    brain, lumen = (_part.anatomy(models.part(name)) for name in ("brain", "lumen"))

    assert {s.name: s.comment for s in brain.states} == {"X": "in capillary blood", "A": "beyond the barrier"}
    assert next(r for r in brain.rules if r.name == "Cu").comment == "unbound in brain"
    assert {p.section for p in lumen.processes} == {"dissolution", "transit", "absorption", "degradation"}


def test_any_part_can_be_taken_apart():
    body = """  // feedback
  y = 2; y has nM;  // a level; and more
  y' = k * (root - y);
  root := piecewise(x^2, x > 1 dimensionless, 0 dimensionless); root has dimensionless;
"""
    found = _part.anatomy(models.Part("any", ("x", "k"), body, "Anything."))

    assert [(s.name, s.unit, s.initial, s.comment) for s in found.states] == [("y", "nM", 2.0, "a level; and more")]
    assert found.states[0].balance == r"k \cdot \left(\text{root} - y\right)"
    assert found.rules[0].formula == r"\begin{cases}x^{2} & \text{if } x > 1 \\ 0 & \text{otherwise}\end{cases}"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("a / b * c / d", r"\frac{a \cdot c}{b \cdot d}"),
        ("a / (b / c)", r"\frac{a \cdot c}{b}"),
        ("a * (b + c)", r"a \cdot \left(b + c\right)"),
        ("(a + b) / (c - d)", r"\frac{a + b}{c - d}"),
        ("a - (b - c)", r"a - \left(b - c\right)"),
        ("a - b * c", r"a - b \cdot c"),
        ("-a * b", r"-a \cdot b"),
        ("c - -a * b", r"c - \left(-a \cdot b\right)"),
        ("-(a + b) * c", r"-\left(a + b\right) \cdot c"),
        ("x^n / (k^n + x^n)", r"\frac{x^{n}}{k^{n} + x^{n}}"),
        ("(a + b)^2", r"\left(a + b\right)^{2}"),
        ("exp(-k_el * time)", r"\exp\left(-k_{\mathrm{el}} \cdot t\right)"),
        ("piecewise(a, x > 2, b)", r"\begin{cases}a & \text{if } x > 2 \\ b & \text{otherwise}\end{cases}"),
        ("max(a, 0)", r"\max\left(a, 0\right)"),
        ("sqrt(a)", r"\sqrt{a}"),
        ("mystery(a)", r"\mathrm{mystery}\left(a\right)"),
        ("1.5e-9", r"1.5 \cdot 10^{-9}"),
    ],
)
def test_formulas(formula, expected):
    assert _latex.latex(libsbml.parseL3Formula(formula)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CLint_other", r"CL_{\mathrm{int,other}}"),
        ("Kpuu", r"K_{\mathrm{p,uu}}"),
        ("V", "V"),
        ("Q_hepatic_artery", r"Q_{\mathrm{hepatic,artery}}"),
        ("gastric_emptying_rel", r"\text{gastric emptying}_{\mathrm{rel}}"),
        ("occupancy", r"\text{occupancy}"),
    ],
)
def test_symbols(name, expected):
    assert _latex.symbol(name) == expected


def test_the_wiring_is_read_back_from_the_text(wired):
    liver = next(i for i in wired.of("liver") if i.prefix == "mitragynine_liver")

    assert liver.ports["Kp"] == "mitragynine_Kp_liver"
    assert liver.ports["A_out"] == "mitragynine_blood_A_venous"
    assert wired.declared["mitragynine_Kp_liver"] == ("dimensionless", "liver-to-plasma partition of mitragynine")
    for name in models.part_names():
        for use in wired.of(name):
            assert set(use.ports) == set(models.part(name).ports) or not models.part(name).body.strip()


def test_what_stands_behind_a_symbol_is_found_by_moving_parameters():
    found = _reach.reach(SOME)

    assert "mitragynine_Kp_scale" in found.behind["mitragynine_Kp_bone"]
    assert "mitragynine_Kp_scale" not in found.behind["mitragynine_Kp_brain"]
    assert {"dissolution_powder", "dissolution_tea"} <= set(found.behind["mitragynine_k_diss"])
    assert "V_liver" in found.personal
    assert "V_liver" not in found.behind


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "0"),
        (397.77, "398"),
        (123456.0, "123000"),
        (0.000123, "0.000123"),
        (1.2e-7, "1.2 × 10^-7"),
        (float("nan"), "–"),
    ],
)
def test_numbers_have_three_digits(value, expected):
    assert _text.number(value) == expected


def test_the_command_writes_pages_and_removes_stale_ones(tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "phlogiston.md").write_text("gone", encoding="utf-8")
    (tmp_path / "note.txt").write_text("kept", encoding="utf-8")
    command = [sys.executable, "-m", "speciosa.handbook"]
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=True)  # noqa: S603 - our own
    refused = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own

    assert "1 removed" in done.stdout
    assert (tmp_path / "index.md").is_file()
    assert not (tmp_path / "parts" / "phlogiston.md").exists()
    assert (tmp_path / "note.txt").exists()
    assert refused.returncode == 2
    assert handbook.MENDING in refused.stderr
