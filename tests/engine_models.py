"""Small models as text, plausible numbers for the shipped body, and libRoadRunner as judge."""

from functools import cache

import numpy as np
import roadrunner

from speciosa import engine

ORAL = """
model oral()
  compartment body = 1;
  substanceOnly species gut in body, central in body;
  gut = 0; central = 0; ka = 1.2; CL = 5; V = 30;
  absorb: gut -> central; ka * gut;
  lose: central -> ; CL / V * central;
  C := central / V;
end
"""

# one state is a concentration, the other an amount, and no compartment is 1
MIXED = """
model mixed()
  compartment blood = 4, tissue = 0.5;
  species B in blood;
  substanceOnly species T in tissue;
  B = 3; T = 1; k1 = 0.7; k2 = 0.2;
  go: B -> T; blood * k1 * B;
  back: T -> B; k2 * T;
end
"""

ROBERTSON = """
model robertson()
  a = 1; b = 0; c = 0; k = 0.04;
  a' = -k * a + 1e4 * b * c;
  b' = k * a - 1e4 * b * c - 3e7 * b^2;
  c' = 3e7 * b^2;
end
"""

# an enzyme that its substrate inactivates, a receptor, and an effect with a power: stiff, nonlinear, never linear
BOUND = """
model bound()
  compartment body = 1;
  substanceOnly species gut in body, blood in body, tissue in body;
  gut = 0; blood = 0; tissue = 0; E = 1; R = 0; tolerance = 0;
  ka = 0.9; CL = 12; V = 20; Q = 40; Kp = 8; Km = 5; kinact = 0.6; kdeg = 0.03;
  kon = 60; koff = 20; n = 1.7; EC50 = 0.2;
  C := blood / V;
  absorb: gut -> blood; ka * gut;
  out: blood -> tissue; Q * C;
  back: tissue -> blood; Q * tissue / (V * Kp);
  lose: blood -> ; CL * E * C / (1 + C / Km);
  E' = kdeg * (1 - E) - kinact * C / (Km + C) * E;
  R' = kon * C * (1 - R) - koff * R;
  effect := R^n / (EC50^n + R^n) * exp(-tolerance);
  tolerance' = 0.02 * (R - tolerance);
end
"""

# a condition, a floor, events of states and of times, one with a delay: (text, outputs, what is varied)
SWITCHING = (
    """
model switching()
  gut = 100; blood = 0; ka = 0.9; low = 1.2; n = 0; CL = 0.2;
  absorbed := piecewise(ka, gut > 30, 0.2 * ka) * gut;
  gut' = -absorbed; blood' = absorbed - CL * blood + floor(time) * 0.1;
  more: at blood > 40 * low && time > 0.4, t0=true: gut = gut + 60, n = n + 1;
  later: at 0.15 after n >= 1, fromTrigger=false, priority=n: CL = CL + 0.1;
  pulse: at time >= 0.3, priority=2: blood = blood + 10;
end
""",
    ("gut", "blood", "n"),
    ("ka", "low"),
)

BLOW_UP = """
model blow_up()
  x = 1; k = 1;
  x' = k * x^2;
end
"""


@cache
def kernel(text, outputs, vary=(), lanes=None):
    """A kernel that the tests of a file share."""
    return engine.compile(engine.load(text), outputs, vary, lanes, cache=False)


def curves(text, outputs, times, doses=(), **options):
    """Curves of one person at the numbers of the text, (times, outputs); ``doses`` are (time, state, amount)."""
    dosing = engine.Dosing(*zip(*doses, strict=True)) if doses else None
    options = {"rtol": 1e-9, "atol": 1e-12} | options
    result = kernel(text, tuple(outputs)).simulate({}, times, dosing, **options)
    assert result.counts() == {"ok": 1}
    return result.values[0]


def judge(text, outputs, times, doses=(), absolute=1e-13):
    """The same by libRoadRunner: run up to each dose, add it, go on."""
    model = engine.load(text)
    concentrations = {q.name for q in model.quantities if q.concentration}

    def symbol(name):
        return f"[{name}]" if name in concentrations else name

    runner = roadrunner.RoadRunner(model.sbml)
    runner.integrator.relative_tolerance = 1e-11
    runner.integrator.absolute_tolerance = absolute
    runner.integrator.maximum_num_steps = 1_000_000
    runner.timeCourseSelections = [symbol(name) for name in outputs]
    times = np.asarray(times, dtype=float)
    found = np.full((len(times), len(outputs)), np.nan)
    stops = sorted({0.0, *(time for time, _, _ in doses), float(times[-1])})
    for start, end in zip(stops, [*stops[1:], np.inf], strict=True):
        for time, state, amount in doses:
            if time == start:
                runner[state] = runner[state] + amount  # a species by its id alone is an amount
        inside = np.flatnonzero((times >= start) & (times < end))
        if start == stops[-1]:
            found[inside] = [runner[symbol(name)] for name in outputs]
            break
        grid = np.unique(np.concatenate([[start], times[inside], [end]]))
        values = np.asarray(runner.simulate(times=grid.tolist()))
        found[inside] = values[np.searchsorted(grid, times[inside])]
    return found


def disagreement(ours, theirs):
    """Largest difference of each curve relative to its value, or to a thousandth of its largest where it is small."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    scale = np.abs(theirs) + 1e-3 * np.abs(theirs).max(axis=0) + 1e-300
    return float(np.max(np.abs(ours - theirs) / scale))


_VOLUMES = {
    "V_adipose": 15.0, "V_bone": 10.0, "V_brain": 1.4, "V_gut": 1.1, "V_heart": 0.33, "V_kidney": 0.31, "V_liver": 1.8,
    "V_lung": 0.5, "V_muscle": 29.0, "V_pancreas": 0.14, "V_skin": 3.3, "V_spleen": 0.15, "V_rest": 4.0,
    "V_arterial": 1.4, "V_venous": 3.9, "fluid": 0.25, "mucosa": 0.3,
}  # fmt: skip
_FLOWS = {
    "Q_adipose": 16.0, "Q_bone": 16.0, "Q_brain": 39.0, "Q_gut": 52.0, "Q_heart": 13.0, "Q_kidney": 62.0,
    "Q_muscle": 55.0, "Q_pancreas": 3.3, "Q_skin": 16.0, "Q_spleen": 10.0, "Q_rest": 10.0, "Q_hepatic_artery": 21.0,
    "Q_liver": 86.3, "Q_cardiac": 313.3, "Q_villi": 18.0, "GFR": 7.0,
}  # fmt: skip
_RANGES = {"L": (20.0, 100.0), "L_per_h": (2.0, 200.0), "per_h": (0.1, 2.0), "nM": (50.0, 5000.0)}


_SHARES = ("_fu", "f_", "share", "_to_liver", "brake", "spared")


def body_values(symbols, seed):
    """A number for every symbol of the body: typical organs, the rest drawn between bounds that its unit suggests."""
    generator = np.random.default_rng(seed)
    values = {}
    for symbol in symbols:
        low, high = _RANGES.get(symbol.unit, (0.3, 3.0))
        if symbol.unit == "dimensionless" and any(part in symbol.name for part in _SHARES):
            low, high = 0.05, 0.4
        if symbol.name.endswith("_tau_full"):
            low, high = 20.0, 40.0  # a full agonist does more than any other: no response passes 1
        if symbol.name.startswith("kdeg"):
            low, high = 0.01, 0.05
        drawn = float(np.exp(generator.uniform(np.log(low), np.log(high))))
        values[symbol.name] = _VOLUMES.get(symbol.name, _FLOWS.get(symbol.name, drawn))
    return values
