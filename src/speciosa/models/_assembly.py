"""The assembly: instances of parts, wired into one plain model.

One disposition per compound; shared enzymes (CYP3A in three gut segments and the liver, CYP2D6 in the liver)
and receptors, where all compounds compete. The result is one flat Antimony text that reads top to bottom and
converts to SBML.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from speciosa.errors import ModelError
from speciosa.models._network import Compound, Network, Route, network
from speciosa.models._parts import part, units
from speciosa.models._sbml import to_sbml
from speciosa.models._symbols import SEGMENTS, Symbol, compound_symbols, system_symbols

PERFUSED = ("bone", "heart", "kidney", "skin", "rest")
PORTAL = ("gut", "pancreas", "spleen")
DEEP = ("muscle", "adipose")


@dataclass(frozen=True)
class Assembly:
    """One assembled model.

    Attributes:
        antimony: the flat model text.
        sbml: the same model in SBML, checked: no libsbml complaint, units included.
        symbols: every parameter and compartment of the text, with unit and meaning.
        compounds: the compounds wired in, in order.
    """

    antimony: str
    sbml: str
    symbols: tuple[Symbol, ...]
    compounds: tuple[Compound, ...]


def assemble(compounds: Sequence[str], values: Mapping[str, float] | None = None) -> Assembly:
    """Wire the compounds into one body.

    Args:
        compounds: ids or names of the compounds, such as ``("mitragynine", "7-hydroxymitragynine")``.
        values: a number for every symbol, in the symbol's unit (a typical person at central parameters); without
            them every symbol is 1, for a model whose symbols are all set at run time.

    Raises:
        ModelError: an unknown compound, or a symbol without value.
    """
    net = network()
    chosen = tuple(net.compound(key) for key in compounds)
    symbols = (*system_symbols(net, chosen), *(s for c in chosen for s in compound_symbols(net, c)))
    if values is None:
        values = dict.fromkeys((s.name for s in symbols), 1.0)
    missing = [s.name for s in symbols if s.name not in values]
    if missing:
        raise ModelError(f"no value for model symbol {', '.join(missing[:5])}{' …' if len(missing) > 5 else ''}.")
    wiring = _Wiring(net, chosen)
    for compound in chosen:
        wiring.add(compound)
    wiring.share()
    names = " and ".join(c.name for c in chosen)
    text = "\n".join(
        [
            f"// The body with {names}: parts of speciosa.models, wired. Amounts nmol, volumes L, time h.",
            "model body()",
            units(),
            *(_declare(s, values[s.name]) for s in symbols),
            *wiring.lines,
            "end",
            "",
        ]
    )
    return Assembly(text, to_sbml(text), symbols, chosen)


def _declare(symbol: Symbol, value: float) -> str:
    keyword = "compartment " if symbol.compartment else ""
    return f"  {keyword}{symbol.name} = {float(value)!r}; {symbol.name} has {symbol.unit};  // {symbol.meaning}"


@dataclass
class _Wiring:
    """Collects the lines of the model and what competes where."""

    net: Network
    chosen: tuple[Compound, ...]
    lines: list[str] = field(default_factory=list)
    # site → prefixes of the compounds that compete there, destroy the enzyme, make more of it
    substrates: dict[str, list[str]] = field(default_factory=dict)
    inactivators: dict[str, list[str]] = field(default_factory=dict)
    inducers: dict[str, list[str]] = field(default_factory=dict)
    ligands: dict[str, list[str]] = field(default_factory=dict)

    def add(self, compound: Compound) -> None:
        """Wire one compound: gut, disposition, enzymes, receptors."""
        p = compound.id
        full = compound.disposition == "full"
        wall = f"{p}_gut_A" if full else f"{p}_liver_A"
        if not compound.formed:
            self._gut(p, wall)
        if full:
            self._whole_body(p)
        else:
            self._minimal(p)
        for enzyme in compound.enzymes:
            self._enzyme(compound, enzyme)
        if compound.receptors and not full:
            self._use("brain_equilibrium", f"{p}_brain", C_plasma=compound.plasma, fu=f"{p}_fu", Kpuu=f"{p}_Kpuu")
        for receptor in compound.receptors:
            prefix = f"{p}_{receptor}"
            self.ligands.setdefault(receptor, []).append(prefix)
            self._use("ligand", prefix, Cu=f"{p}_brain_Cu", load=f"{receptor}_load", Ki=f"{p}_Ki_{receptor}")
        if compound.acid_product in {c.id for c in self.chosen}:
            self._use(
                "acid_conversion",
                f"{p}_acid",
                D_from=f"{p}_lumen_D_stomach",
                D_to=f"{compound.acid_product}_lumen_D_stomach",
                k_convert=f"{p}_k_acid_convert",
            )

    def share(self) -> None:
        """Wire what the compounds share: enzyme pools and receptors."""
        for site, prefixes in self.substrates.items():
            load = " + ".join(["1 dimensionless", *(f"{x}_competes" for x in prefixes)])
            self._rule(f"{site}_load", load, "dimensionless", "competition of all substrates")
            self._pool(site)
        for enzyme in self.net.enzymes.values():
            if enzyme.gut and all(f"{enzyme.name}_{s}" in self.substrates for s in SEGMENTS):
                shares = " + ".join(f"{enzyme.name}_share_{s} * {enzyme.name}_{s}_E" for s in SEGMENTS)
                self._rule(
                    f"{enzyme.name}_gut_active", shares, "dimensionless", "active enzyme of the whole small intestine"
                )
        for receptor, prefixes in self.ligands.items():
            load = " + ".join(["1 dimensionless", *(f"{x}_binds" for x in prefixes)])
            self._rule(f"{receptor}_load", load, "dimensionless", "competition of all ligands")
            total = " + ".join(f"{x}_occupancy" for x in prefixes)
            self._rule(f"{receptor}_occupancy", total, "dimensionless", "receptors held by any ligand of the model")

    def _pool(self, site: str) -> None:
        """The active enzyme at one site: a state where something moves it, else a constant."""
        name, _, place = site.partition("_")
        if not self.net.turns_over(name, self.chosen):
            self.lines.append(f"  {site}_E = 1; {site}_E has dimensionless;  // nothing here moves this pool")
            return
        made = " + ".join(["1 dimensionless", *(f"{x}_induces" for x in self.inducers.get(site, ()))])
        lost = " + ".join(f"{x}_inactivates" for x in self.inactivators.get(site, ())) or "0 per_h"
        self._rule(f"{site}_synthesis", made, "dimensionless", "synthesis over baseline")
        self._rule(f"{site}_inactivation", lost, "per_h", "loss of active enzyme")
        organ = "liver" if place == "liver" else "gut"
        shared = {"synthesis": f"{site}_synthesis", "inactivation": f"{site}_inactivation"}
        self._use("pool", site, kdeg=f"kdeg_{name}_{organ}", **shared)

    def _gut(self, p: str, wall: str) -> None:
        self._use(
            "lumen",
            f"{p}_lumen",
            **{f"E_{s}": f"{p}_{s}_A" for s in SEGMENTS},
            **{f"k_{s}": f"k_{s}" for s in ("empty", *SEGMENTS, "colon")},
            fluid="fluid",
            A_wall=wall,
            gastric_emptying_rel="gastric_emptying_rel",
            intestinal_transit_rel="intestinal_transit_rel",
            k_diss=f"{p}_k_diss",
            ka=f"{p}_ka",
            ka_colon=f"{p}_ka_colon",
            k_acid=f"{p}_k_acid",
        )
        for segment in SEGMENTS:
            self._use(
                "enterocyte",
                f"{p}_{segment}",
                mucosa="mucosa",
                A_next=f"{p}_liver_A",
                V_share=f"share_{segment}",
                Q_villi="Q_villi",
                PS=f"{p}_PS_gut",
                fu_gut=f"{p}_fu_gut",
            )

    def _whole_body(self, p: str) -> None:
        arterial, venous, blood = f"{p}_blood_A_arterial", f"{p}_blood_A_venous", f"{p}_blood_C_arterial"
        common = {"A_in": arterial, "C_in": blood, "BP": f"{p}_BP"}
        organ = {o: {"V": f"V_{o}", "Q": f"Q_{o}", "Kp": f"{p}_Kp_{o}"} for o in (*PERFUSED, *PORTAL, *DEEP, "brain")}
        for o in PERFUSED:
            self._use("tissue", f"{p}_{o}", **common, **organ[o], A_out=venous)
        for o in PORTAL:
            self._use("tissue", f"{p}_{o}", **common, **organ[o], A_out=f"{p}_liver_A")
        for o in DEEP:
            deep = {"fu": f"{p}_fu", "PS_spec": f"{p}_PS_tissue", "f_extra": f"f_extra_{o}"}
            self._use("deep_tissue", f"{p}_{o}", **common, **organ[o], **deep, A_out=venous)
        barrier = {"fu": f"{p}_fu", "f_blood": "f_blood_brain", "PS": f"{p}_PS_brain", "Kpuu": f"{p}_Kpuu"}
        self._use("brain", f"{p}_brain", **common, **organ["brain"], **barrier, A_out=venous)
        self._liver(p, **common, A_out=venous)
        self._use(
            "blood",
            f"{p}_blood",
            V_arterial="V_arterial",
            V_venous="V_venous",
            V_lung="V_lung",
            Q_cardiac="Q_cardiac",
            Kp_lung=f"{p}_Kp_lung",
            BP=f"{p}_BP",
            fu=f"{p}_fu",
            k_plasma=f"{p}_k_plasma",
        )
        self._use(
            "filtration", f"{p}_kidneys", V="V_kidney", A=arterial, C_in=blood, BP=f"{p}_BP", fu=f"{p}_fu", GFR="GFR"
        )

    def _minimal(self, p: str) -> None:
        central = f"{p}_body_A_central"
        self._liver(p, A_in=central, C_in=f"{p}_body_C_blood", BP=f"{p}_BP", A_out=central, Q_artery="Q_liver")
        self._use(
            "peripheral",
            f"{p}_body",
            V_central=f"{p}_V_central",
            V_peripheral=f"{p}_V_peripheral",
            BP=f"{p}_BP",
            Q_inter=f"{p}_Q_inter",
        )

    def _liver(self, p: str, *, Q_artery: str = "Q_hepatic_artery", **ports: str) -> None:
        self._use(
            "liver",
            f"{p}_liver",
            V="V_liver",
            Q_artery=Q_artery,
            Q_total="Q_liver",
            Kp=f"{p}_Kp_liver",
            fu=f"{p}_fu",
            CLint_other=f"{p}_CLint_other",
            **ports,
        )

    def _enzyme(self, compound: Compound, enzyme: str) -> None:
        for organ in self.net.places(compound, enzyme):
            for place in ("liver",) if organ == "liver" else SEGMENTS:
                self._site(compound, enzyme, organ, place)

    def _site(self, compound: Compound, enzyme: str, organ: str, place: str) -> None:
        """One compound at one enzyme in one place: competition, inactivation, induction, turnover."""
        p, route = compound.id, compound.enzymes[enzyme]
        site, prefix, Cu = f"{enzyme}_{place}", f"{p}_{enzyme}_{place}", f"{p}_{place}_Cu"
        amount = f"{p}_CLint_{enzyme}"
        if organ == "gut":
            amount = f"{p}_CLint_{enzyme}_{place}"
            share = f"{p}_CLint_{enzyme} * {enzyme}_gut_to_liver * {enzyme}_share_{place}"
            self._rule(amount, share, "L_per_h", "from the amount of enzyme in the segment")
        self.substrates.setdefault(site, []).append(prefix)
        state = {"E": f"{site}_E", "load": f"{site}_load", "activity": f"{enzyme}_{organ}"}
        self._use("substrate", prefix, Cu=Cu, CLint=amount, Ki=f"{p}_Ki_{enzyme}", **state)
        if route.inactivates:
            self.inactivators.setdefault(site, []).append(prefix)
            constants = {"kinact": f"{p}_kinact_{enzyme}_{organ}", "KI": f"{p}_KI_{enzyme}_{organ}"}
            self._use("inactivator", prefix, Cu=Cu, **constants)
        if route.induces:
            self.inducers.setdefault(site, []).append(prefix)
            self._use("inducer", prefix, Cu=Cu, Emax=f"{p}_Emax_{enzyme}", EC50=f"{p}_EC50_{enzyme}")
        self._leave(compound, route, place, prefix)

    def _leave(self, compound: Compound, route: Route, place: str, prefix: str) -> None:
        """What one enzyme turns over: lost, or in part another compound of the model."""
        p = compound.id
        taken = {"A": f"{p}_{place}_A", "CL": f"{prefix}_CL", "Cu": f"{p}_{place}_Cu"}
        product = next((c for c in self.chosen if c.id == route.product), None)
        if product is None:
            self._use("loss", prefix, **taken)
            return
        where = "liver" if product.formed else place  # what is only formed has no gut: the portal vein takes it along
        self._use("turnover", prefix, **taken, product=f"{product.id}_{where}_A", f_product=f"{p}_f_{product.id}")

    def _use(self, name: str, prefix: str, **ports: str) -> None:
        self.lines.append(part(name).instance(prefix, ports))

    def _rule(self, symbol: str, formula: str, unit: str, meaning: str) -> None:
        self.lines.append(f"  {symbol} := {formula}; {symbol} has {unit};  // {meaning}")
