"""One part of the effects alone: every port a number."""

from functools import cache

import numpy as np
import roadrunner

from speciosa import knowledge, models

UNITS = {"k_fast": "per_h", "k_slow": "per_h", "P_baseline": "mmHg", "per_block": "ms"}
AMINES = ("serotonin", "noradrenaline", "dopamine")


@cache
def _sbml(name):
    part = models.part(name)
    lines = ["model alone()", models.units()]
    lines += [f"  {port} = 0.5; {port} has {UNITS.get(port, 'dimensionless')};" for port in part.ports]
    lines += [part.instance("it", {port: port for port in part.ports}), "end", ""]
    return models.to_sbml("\n".join(lines))


@cache
def _runner(name):
    return roadrunner.RoadRunner(_sbml(name))


def out(name, output, **ports):
    """One rule of one part at given ports."""
    assert set(ports) == set(models.part(name).ports)
    runner = _runner(name)
    for port, value in ports.items():
        runner[port] = float(value)
    return float(runner[f"it_{output}"])


@cache
def central(name):
    """The middle of one parameter."""
    return knowledge.load().parameter(name).median


def breathing_ports(**given):
    """Ports of the part on breathing at central parameters, some of them given."""
    gain = central("central_chemoreflex") + central("peripheral_chemoreflex")
    return {
        "effect": 0.0,
        "level": 0.0,
        "spared": 1.0,
        "transfer": central("breathing_transfer"),
        "wake_exponent": central("wake_exponent"),
        "chemo_exponent": central("chemo_exponent"),
        "adapts": central("breathing_adapts"),
        "metabolic_exponent": central("metabolic_exponent"),
        "m_least": central("metabolic_floor"),
        "loop_gain": gain * central("baseline_PaCO2") / central("wakefulness_drive"),
        "P_baseline": central("baseline_PaCO2"),
        "p_challenge": central("challenge_PaCO2") / central("baseline_PaCO2"),
    } | given


def amine_ports(amine, **given):
    """Ports of the part on monoamines at central parameters of one amine, some of them given."""
    return {
        "drive": 1.0,
        "blocked": 0.0,
        "load": 1.0,
        "agonism": 0.0,
        "transporter_share": central(f"{amine}_transporter_share"),
        "brake": central(f"{amine}_brake"),
        "tone": central(f"{amine}_tone"),
    } | given


def drive(amine, effect, withdrawal=0.0):
    """How fast the neurones of one amine fire under an opioid effect, over baseline."""
    if amine == "noradrenaline":
        locus = {"half": central("locus_half_effect"), "rebound": central("locus_rebound")}
        return out("locus_coeruleus", "drive", effect=effect, withdrawal=withdrawal, **locus)
    return out("disinhibition", "drive", effect=effect, gain=central(f"{amine}_opioid_gain"))


def checked(row):
    """What the model says to one row of ``effect_checks``, at central parameters."""
    given = {k: float(v) for k, v in (pair.split("=") for pair in row.given.replace(" ", "").split(";"))}
    if row.part == "breathing":
        return out("breathing", row.output, **breathing_ports(**given))
    if row.part in AMINES:
        return out("monoamine", row.output, **amine_ports(row.part, drive=drive(row.part, **given)))
    return out(row.part, row.output, **amine_ports(row.topic, **given))


def history(effect, hours, **ports):
    """Adapted level over time under a stepwise effect: ``effect`` is a list of (from hour, effect)."""
    runner = roadrunner.RoadRunner(_sbml("counter_regulation"))
    for port, value in {"effect": 0.0, "start": 0.0, **ports}.items():
        runner[port] = float(value)
    runner.reset()
    runner.timeCourseSelections = ["time", "it_level"]
    levels = []
    for (start, value), (end, _) in zip(effect, [*effect[1:], (hours, 0.0)], strict=True):
        runner["effect"] = value
        levels.append(np.asarray(runner.simulate(start, end, max(int(end - start) + 1, 2))))
    return np.concatenate(levels)
