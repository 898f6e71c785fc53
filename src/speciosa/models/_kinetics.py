"""The kinetic wiring: gut, disposition and enzymes of every compound, and the enzyme pools that they share."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from speciosa.models._lines import Lines
from speciosa.models._network import Compound, Network, Route
from speciosa.models._symbols import SEGMENTS

PERFUSED = ("bone", "heart", "kidney", "skin", "rest")
PORTAL = ("gut", "pancreas", "spleen")
DEEP = ("muscle", "adipose")


def wire_kinetics(net: Network, compounds: Sequence[Compound], lines: Lines) -> None:
    """Add the kinetics of all compounds, wired into shared enzymes.

    Args:
        net: what can be wired.
        compounds: the compounds of this model.
        lines: the model text so far; grows.
    """
    wiring = _Kinetics(net, tuple(compounds), lines)
    for compound in compounds:
        wiring.add(compound)
    wiring.share()


@dataclass
class _Kinetics:
    """Wires one compound after the other and remembers which substrates compete where."""

    net: Network
    chosen: tuple[Compound, ...]
    lines: Lines
    # site → prefixes of the compounds that compete there, destroy the enzyme, make more of it
    substrates: dict[str, list[str]] = field(default_factory=dict)
    inactivators: dict[str, list[str]] = field(default_factory=dict)
    inducers: dict[str, list[str]] = field(default_factory=dict)

    @property
    def present(self) -> frozenset[str]:
        """Ids of the compounds of this model."""
        return frozenset(c.id for c in self.chosen)

    def add(self, compound: Compound) -> None:
        """Wire one compound: gut, disposition, enzymes."""
        p = compound.id
        full = compound.disposition == "full"
        if compound.disposition == "formed":
            self._depot(p)
        elif compound.swallowed:
            self._gut(
                p, f"{p}_gut_A" if full else f"{p}_liver_A", f"{p}_blood_A_venous" if full else f"{p}_body_A_central"
            )
        if full:
            self._whole_body(p)
            self._blood_loss(p, compound.blood_product if compound.blood_product in self.present else None)
        else:
            self._minimal(p)
        for enzyme in compound.enzymes:
            self._enzyme(compound, enzyme)
        if compound.acid_product in self.present:
            self.lines.use(
                "acid_conversion",
                f"{p}_acid",
                D_from=f"{p}_lumen_D_stomach",
                D_to=f"{compound.acid_product}_lumen_D_stomach",
                k_convert=f"{p}_k_acid_convert",
            )

    def share(self) -> None:
        """Wire what the compounds share: the enzyme pools."""
        for site, prefixes in self.substrates.items():
            load = " + ".join(["1 dimensionless", *(f"{x}_competes" for x in prefixes)])
            self.lines.rule(f"{site}_load", load, "dimensionless", "competition of all substrates")
            self._pool(site)
        for enzyme in self.net.enzymes.values():
            if enzyme.gut and all(f"{enzyme.name}_{s}" in self.substrates for s in SEGMENTS):
                shares = " + ".join(f"{enzyme.name}_share_{s} * {enzyme.name}_{s}_E" for s in SEGMENTS)
                self.lines.rule(
                    f"{enzyme.name}_gut_active", shares, "dimensionless", "active enzyme of the whole small intestine"
                )

    def _pool(self, site: str) -> None:
        """The active enzyme at one site: a state where something moves it, else a constant."""
        name, _, place = site.partition("_")
        if not self.net.turns_over(name, self.chosen):
            self.lines.constant(f"{site}_E", 1, "dimensionless", "nothing here moves this pool")
            return
        made = " + ".join(["1 dimensionless", *(f"{x}_induces" for x in self.inducers.get(site, ()))])
        lost = " + ".join(f"{x}_inactivates" for x in self.inactivators.get(site, ())) or "0 per_h"
        self.lines.rule(f"{site}_synthesis", made, "dimensionless", "synthesis over baseline")
        self.lines.rule(f"{site}_inactivation", lost, "per_h", "loss of active enzyme")
        organ = "liver" if place == "liver" else "gut"
        shared = {"synthesis": f"{site}_synthesis", "inactivation": f"{site}_inactivation"}
        self.lines.use("pool", site, kdeg=f"kdeg_{name}_{organ}", **shared)

    def _gut(self, p: str, wall: str, body: str) -> None:
        self.lines.use(
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
            self.lines.use(
                "enterocyte",
                f"{p}_{segment}",
                mucosa="mucosa",
                A_next=f"{p}_liver_A",
                A_past_liver=body,
                shunt="portal_shunt",
                V_share=f"share_{segment}",
                Q_villi="Q_villi",
                PS=f"{p}_PS_gut",
                fu_gut=f"{p}_fu_gut",
            )

    def _depot(self, p: str) -> None:
        ports = {"k_diss": f"{p}_k_diss", "ka": f"{p}_ka"}
        self.lines.use("depot", f"{p}_lumen", fluid="fluid", A_wall=f"{p}_liver_A", **ports)

    def _whole_body(self, p: str) -> None:
        arterial, venous, blood = f"{p}_blood_A_arterial", f"{p}_blood_A_venous", f"{p}_blood_C_arterial"
        common = {"A_in": arterial, "C_in": blood, "BP": f"{p}_BP"}
        organ = {o: {"V": f"V_{o}", "Q": f"Q_{o}", "Kp": f"{p}_Kp_{o}"} for o in (*PERFUSED, *PORTAL, *DEEP, "brain")}
        for o in PERFUSED:
            self.lines.use("tissue", f"{p}_{o}", **common, **organ[o], A_out=venous)
        for o in PORTAL:
            past = {"A_past_liver": venous, "shunt": "portal_shunt"}
            self.lines.use("portal_tissue", f"{p}_{o}", **common, **organ[o], A_out=f"{p}_liver_A", **past)
        for o in DEEP:
            deep = {"fu": f"{p}_fu", "PS_spec": f"{p}_PS_tissue", "f_extra": f"f_extra_{o}"}
            self.lines.use("deep_tissue", f"{p}_{o}", **common, **organ[o], **deep, A_out=venous)
        barrier = {"fu": f"{p}_fu", "f_blood": "f_blood_brain", "PS": f"{p}_PS_brain", "Kpuu": f"{p}_Kpuu"}
        self.lines.use("brain", f"{p}_brain", **common, **organ["brain"], **barrier, A_out=venous)
        self._liver(p, **common, A_out=venous)
        self.lines.use(
            "blood",
            f"{p}_blood",
            V_arterial="V_arterial",
            V_venous="V_venous",
            V_lung="V_lung",
            Q_cardiac="Q_cardiac",
            Kp_lung=f"{p}_Kp_lung",
            BP=f"{p}_BP",
        )
        self.lines.use(
            "filtration", f"{p}_kidneys", V="V_kidney", A=arterial, C_in=blood, BP=f"{p}_BP", fu=f"{p}_fu", GFR="GFR"
        )

    def _blood_loss(self, p: str, product: str | None) -> None:
        blood = {a: f"{p}_blood_{a}" for a in ("A_arterial", "A_venous")} | {"k_plasma": f"{p}_k_plasma"}
        if product is None:
            self.lines.use("blood_loss", f"{p}_blood", **blood)
        else:
            made = {"product": f"{product}_body_A_central", "f_product": f"{p}_f_{product}"}
            self.lines.use("blood_conversion", f"{p}_blood", **blood, **made)

    def _minimal(self, p: str) -> None:
        central = f"{p}_body_A_central"
        self._liver(p, A_in=central, C_in=f"{p}_body_C_blood", BP=f"{p}_BP", A_out=central, Q_artery="Q_liver")
        self.lines.use(
            "peripheral",
            f"{p}_body",
            V_central=f"{p}_V_central",
            V_peripheral=f"{p}_V_peripheral",
            BP=f"{p}_BP",
            Q_inter=f"{p}_Q_inter",
        )

    def _liver(self, p: str, *, Q_artery: str = "Q_hepatic_artery", **ports: str) -> None:
        self.lines.use(
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
            self.lines.rule(amount, share, "L_per_h", "from the amount of enzyme in the segment")
        self.substrates.setdefault(site, []).append(prefix)
        state = {"E": f"{site}_E", "load": f"{site}_load", "activity": f"{enzyme}_{organ}"}
        self.lines.use("substrate", prefix, Cu=Cu, CLint=amount, Ki=f"{p}_Ki_{enzyme}", **state)
        if route.inactivates:
            self.inactivators.setdefault(site, []).append(prefix)
            constants = {"kinact": f"{p}_kinact_{enzyme}_{organ}", "KI": f"{p}_KI_{enzyme}_{organ}"}
            self.lines.use("inactivator", prefix, Cu=Cu, **constants)
        if route.induces:
            self.inducers.setdefault(site, []).append(prefix)
            self.lines.use("inducer", prefix, Cu=Cu, Emax=f"{p}_Emax_{enzyme}", EC50=f"{p}_EC50_{enzyme}")
        self._leave(compound, route, place, prefix)

    def _leave(self, compound: Compound, route: Route, place: str, prefix: str) -> None:
        """What one enzyme turns over: lost, or in part another compound of the model."""
        p = compound.id
        taken = {"A": f"{p}_{place}_A", "CL": f"{prefix}_CL", "Cu": f"{p}_{place}_Cu"}
        product = next((c for c in self.chosen if c.id == route.product), None)
        if product is None:
            self.lines.use("loss", prefix, **taken)
            return
        where = (
            place if product.swallowed else "liver"
        )  # what only the body makes has no gut: the portal vein takes it along
        self.lines.use("turnover", prefix, **taken, product=f"{product.id}_{where}_A", f_product=f"{p}_f_{product.id}")
