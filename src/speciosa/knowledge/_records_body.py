"""Records of human physiology: organs, enzymes, gut, brain, and the medicines of interaction studies."""

from speciosa.knowledge._row import Cell, Number, Row, Text


class Organs(Row):
    """One organ size, density, flow, blood content or variability."""

    organ: str
    sex: str
    reference_person: str
    parameter: str
    value: float
    unit: str
    sd: Number = None
    cv_percent: Number = None
    distribution: Text = None
    derived_here: str
    notes: Text = None


class Scaling(Row):
    """One population value or scaling equation."""

    quantity: str
    population: Text = None
    sex: Text = None
    age_range_y: Text = None
    kind: str
    equation: Text = None
    value: Number = None
    unit: Text = None
    sd: Number = None
    sdlog: Number = None
    cv_percent: Number = None
    distribution: Text = None
    inputs_and_units: Text = None
    notes: Text = None


class TissueComposition(Row):
    """Composition of one tissue in one method set."""

    method_set: str
    tissue: str
    composition_species: str
    neutral_lipid: Number = None
    neutral_phospholipid: Number = None
    acidic_phospholipid_mg_per_g: Number = None
    acidic_phospholipid: Number = None
    phospholipid_total: Number = None
    extracellular_water: Number = None
    intracellular_water: Number = None
    water_total: Number = None
    lipid_total: Number = None
    protein: Number = None
    albumin_ratio_tissue_plasma: Number = None
    lipoprotein_ratio_tissue_plasma: Number = None
    cell_fraction: Number = None
    interstitial_fraction: Number = None
    pH: Number = None
    tissue_L_per_kg: Number = None
    fraction_basis: str
    notes: Text = None


class Enzymes(Row):
    """One abundance, turnover, genotype or phenotype figure of an enzyme."""

    enzyme: str
    tissue: Text = None
    parameter: str
    group: Text = None
    value: Cell = None
    low: Cell = None
    high: Cell = None
    sd: Number = None
    cv_percent: Number = None
    unit: str
    n: Number = None
    notes: Text = None


class Gut(Row):
    """One transit, pH, volume, surface or permeability figure of the gut."""

    segment: str
    parameter: str
    state: Text = None
    kind: str
    value: Number = None
    low: Number = None
    high: Number = None
    sd: Number = None
    cv_percent: Number = None
    unit: str
    equation: Text = None
    inputs_and_units: Text = None
    notes: Text = None


class Brain(Row):
    """One compartment, transport or receptor figure of the brain."""

    category: str
    region_or_compartment: str
    ligand_or_drug: Text = None
    parameter: str
    value: Cell = None
    low: Number = None
    high: Number = None
    sd: Text = None
    unit: str
    species: Text = None
    notes: Text = None


class NeuroDynamics(Row):
    """One constant of a respiratory, monoamine, receptor or QT model."""

    model: str
    system: str
    parameter: str
    symbol: Text = None
    value: Cell = None
    low: Number = None
    high: Number = None
    sd: Number = None
    unit: Text = None
    species: Text = None
    equation_or_role: Text = None
    notes: Text = None


class Victims(Row):
    """One kinetic or interaction figure of a medicine."""

    drug: str
    role: str
    model_structure: Text = None
    parameter: str
    enzyme_or_route: Text = None
    value: Cell
    low: Number = None
    high: Number = None
    sd: Number = None
    cv_percent: Number = None
    unit: str
    notes: Text = None
