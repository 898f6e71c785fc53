"""What follows from the targets: tolerance and withdrawal, breathing, the heart, monoamines.

Only the adapted level has states (two, slow and not stiff); all else are rules, computed at output times.
"""

from collections.abc import Iterator

from speciosa.models._lines import Lines
from speciosa.models._network import Monoamine, Network
from speciosa.models._symbols import Symbol

OPIOID, CHANNEL = "MOR", "HERG"  # the targets that breathing, tolerance and the heart follow
_RATIO = "dimensionless"


def dynamics_symbols(net: Network, bound: frozenset[str]) -> Iterator[Symbol]:
    """Every parameter of this wiring: name, unit, meaning.

    Args:
        net: what can be wired.
        bound: ids of the targets that a compound of the model binds.
    """
    if CHANNEL in bound:
        yield Symbol("qt_per_block", "ms", "change of QTc per share of hERG channels blocked")
    if OPIOID not in bound:
        return
    yield from _adaptation_symbols()
    yield from _breathing_symbols()
    yield Symbol("locus_half_effect", _RATIO, "opioid effect that halves the firing of noradrenaline neurones")
    yield Symbol("locus_rebound", _RATIO, "rise of the firing of noradrenaline neurones at full withdrawal")
    for amine in net.monoamines.values():
        a, receptor = amine.name, amine.autoreceptor
        yield Symbol(f"{a}_transporter_share", _RATIO, f"share of the transporter in the clearance of {a}")
        yield Symbol(f"{a}_brake", _RATIO, f"most that the autoreceptors take from the release of {a}")
        yield Symbol(f"{a}_tone", _RATIO, f"{a} at its autoreceptors over its affinity, at baseline")
        yield Symbol(f"efficacy_{receptor}", _RATIO, f"efficacy of the alkaloids at the {net.targets[receptor].name}")
        if amine.opioid == "disinhibition":
            yield Symbol(f"{a}_opioid_gain", _RATIO, f"rise of the drive of {a} neurones at a full opioid effect")


def _adaptation_symbols() -> Iterator[Symbol]:
    yield Symbol("adapted_start", _RATIO, "opioid effect that the person is used to at the start")
    yield Symbol("k_adapt_fast", "per_h", "fast part of adaptation to an opioid")
    yield Symbol("k_adapt_slow", "per_h", "slow part of adaptation to an opioid")
    yield Symbol("adaptation_slow_share", _RATIO, "share of the slow part in the adapted level")
    yield Symbol("tolerance_gain", _RATIO, "what the adapted level takes from the reserve of the mu-opioid receptor")
    yield Symbol("withdrawal_half", _RATIO, "deficit of opioid effect at which the intensity of withdrawal is a half")
    yield Symbol("withdrawal_slope", _RATIO, "steepness of the intensity of withdrawal")


def _breathing_symbols() -> Iterator[Symbol]:
    yield Symbol("breathing_transfer", _RATIO, "effect on breathing over effect at the receptor, ratio of odds")
    yield Symbol("wake_exponent", _RATIO, "exponent of occupancy on the wakefulness drive")
    yield Symbol("chemo_exponent", _RATIO, "exponent of occupancy on the chemoreflexes")
    yield Symbol("breathing_adapts", _RATIO, "growth of both exponents per adapted level")
    yield Symbol("metabolic_exponent", _RATIO, "exponent of the wakefulness drive on the production of carbon dioxide")
    yield Symbol("metabolic_floor", _RATIO, "least production of carbon dioxide over that at rest")
    yield Symbol("breathing_loop_gain", _RATIO, "chemoreflexes over resting ventilation, per relative carbon dioxide")
    yield Symbol("breathing_spared", _RATIO, "share of the drive to breathe that sedatives leave")
    yield Symbol("baseline_PaCO2", "mmHg", "arterial carbon dioxide at rest")
    yield Symbol("challenge_over_baseline", _RATIO, "raised carbon dioxide at which the answer is measured, over rest")


def wire_dynamics(net: Network, bound: frozenset[str], lines: Lines) -> None:
    """Add what follows from the targets to a model that holds them.

    Args:
        net: what can be wired.
        bound: ids of the targets that a compound of the model binds.
        lines: the model text so far; grows.
    """
    if CHANNEL in bound:
        lines.use("repolarisation", "heart_rhythm", blocked=f"{CHANNEL}_occupancy", per_block="qt_per_block")
    if OPIOID not in bound:
        return
    _adaptation(lines)
    _breathing(lines)
    for amine in net.monoamines.values():
        _monoamine(amine, bound, lines)


def _adaptation(lines: Lines) -> None:
    """The body adapts to the effect that the drugs would have in a person who is not tolerant."""
    naive = f"{OPIOID}_naive"
    full = f"{OPIOID}_tau_full"
    lines.use("signal", naive, stimulus=f"{OPIOID}_stimulus", reserve="1 dimensionless", tau_full=full)
    lines.use(
        "counter_regulation",
        "adaptation",
        effect=f"{naive}_effect",
        start="adapted_start",
        k_fast="k_adapt_fast",
        k_slow="k_adapt_slow",
        slow_share="adaptation_slow_share",
    )
    lines.use("tolerance", f"{OPIOID}_reserve", level="adaptation_level", gain="tolerance_gain")
    lines.use(
        "withdrawal",
        "withdrawal",
        level="adaptation_level",
        effect=f"{naive}_effect",
        half="withdrawal_half",
        slope="withdrawal_slope",
    )


def _breathing(lines: Lines) -> None:
    """Breathing has a tolerance of its own, smaller than that of the receptor: it sees the effect before tolerance."""
    lines.use(
        "breathing",
        "breathing",
        effect=f"{OPIOID}_naive_effect",
        level="adaptation_level",
        transfer="breathing_transfer",
        wake_exponent="wake_exponent",
        chemo_exponent="chemo_exponent",
        adapts="breathing_adapts",
        metabolic_exponent="metabolic_exponent",
        m_least="metabolic_floor",
        loop_gain="breathing_loop_gain",
        spared="breathing_spared",
        P_baseline="baseline_PaCO2",
        p_challenge="challenge_over_baseline",
    )


def _monoamine(amine: Monoamine, bound: frozenset[str], lines: Lines) -> None:
    a, receptor, effect = amine.name, amine.autoreceptor, f"{OPIOID}_effect"
    if amine.opioid == "disinhibition":
        lines.use("disinhibition", f"{a}_neurones", effect=effect, gain=f"{a}_opioid_gain")
    else:
        locus = {"half": "locus_half_effect", "rebound": "locus_rebound"}
        lines.use("locus_coeruleus", f"{a}_neurones", effect=effect, withdrawal="withdrawal_intensity", **locus)
    held = receptor in bound
    load = f"{receptor}_load" if held else "1 dimensionless"
    agonism = f"efficacy_{receptor} * ({load} - 1 dimensionless)"
    lines.rule(f"{a}_agonism", agonism, _RATIO, f"activation of the autoreceptors of {a} by the alkaloids")
    lines.use(
        "monoamine",
        a,
        drive=f"{a}_neurones_drive",
        blocked=f"{amine.transporter}_occupancy" if amine.transporter in bound else "0 dimensionless",
        load=load,
        agonism=f"{a}_agonism",
        transporter_share=f"{a}_transporter_share",
        brake=f"{a}_brake",
        tone=f"{a}_tone",
    )
