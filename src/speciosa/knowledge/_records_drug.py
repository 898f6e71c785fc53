"""Records of the alkaloids: kinetics, receptors, effects, dependence, harm."""

from speciosa.knowledge._row import Cell, Number, Row, Text


class PhyschemAdme(Row):
    """One physico-chemical or disposition property of an alkaloid."""

    alkaloid: str
    property: str
    value: Cell = None
    value_low: Number = None
    value_high: Number = None
    sd: Number = None
    unit: Text = None
    species: Text = None
    system: Text = None
    condition: Text = None
    notes: Text = None
    derived_here: str


class Metabolism(Row):
    """One fact on the metabolism of an alkaloid."""

    substrate: str
    product: Text = None
    parameter: str
    value: Cell = None
    value_low: Number = None
    value_high: Number = None
    sd: Text = None
    unit: Text = None
    enzyme: Text = None
    system: Text = None
    species: str
    notes: Text = None
    derived_here: str


class Inhibition(Row):
    """One inhibition, inactivation or induction figure."""

    perpetrator: str
    target: str
    effect: str
    parameter: str
    value: Cell = None
    qualifier: Text = None
    sd: Number = None
    unit: Text = None
    inhibition_type: Text = None
    probe: Text = None
    system: Text = None
    notes: Text = None
    derived_here: str


class ClinicalPk(Row):
    """One human pharmacokinetic record."""

    record_type: str
    study: str
    n: Number = None
    population: Text = None
    product: Text = None
    regimen: Text = None
    dosing_days: Number = None
    total_leaf_mg: Cell = None
    analyte: str
    analyte_dose_mg: Cell = None
    matrix: Text = None
    statistic: Text = None
    dispersion_kind: Text = None
    cmax: Number = None
    cmax_low: Number = None
    cmax_high: Number = None
    cmax_unit: Text = None
    tmax_h: Number = None
    tmax_low: Number = None
    tmax_high: Number = None
    auc: Number = None
    auc_low: Number = None
    auc_high: Number = None
    auc_unit: Text = None
    auc_interval: Text = None
    half_life_h: Number = None
    half_life_low: Number = None
    half_life_high: Number = None
    cl_f: Number = None
    cl_f_low: Number = None
    cl_f_high: Number = None
    cl_f_unit: Text = None
    vz_f: Number = None
    vz_f_low: Number = None
    vz_f_high: Number = None
    vz_f_unit: Text = None
    conc: Number = None
    conc_low: Number = None
    conc_high: Number = None
    conc_sd: Number = None
    conc_unit: Text = None
    cmax_ng_ml_derived: Number = None
    auc_ng_h_ml_derived: Number = None
    notes: Text = None
    derived_here: str


class ClinicalDdi(Row):
    """One interaction, observed or predicted."""

    kind: str
    perpetrator: str
    perpetrator_dose: str
    victim: str
    victim_dose: Text = None
    n: Number = None
    population: str
    measure: str
    ratio: Number = None
    ratio_low: Number = None
    ratio_high: Number = None
    interval_kind: Text = None
    method: str
    notes: Text = None
    derived_here: str


class TimeCourses(Row):
    """One point of a published time course."""

    study: str
    species: str
    n: Number = None
    analyte: str
    analyte_dose: str
    point_kind: str
    time_h: float
    conc: float
    conc_low: Number = None
    conc_high: Number = None
    conc_sd: Number = None
    unit: str
    dispersion: Text = None
    notes: Text = None
    derived_here: str


class AnimalPk(Row):
    """One pharmacokinetic figure in an animal."""

    study: str
    species: str
    sex: Text = None
    n: Number = None
    route: str
    analyte: str
    dosed_compound: str
    dose_mg_per_kg: Number = None
    regimen: str
    parameter: str
    value: float
    value_sd: Number = None
    unit: str
    notes: Text = None
    derived_here: str


class Binding(Row):
    """One affinity of a ligand at a target."""

    ligand: str
    ligand_group: str
    target: str
    measure: str
    relation: str
    value: Number = None
    low: Number = None
    high: Number = None
    sd_or_sem: Number = None
    unit: Text = None
    species: Text = None
    system: Text = None
    radioligand: Text = None
    note: Text = None


class Function(Row):
    """One functional result at a target."""

    ligand: str
    target: str
    assay: str
    species_system: str
    potency_measure: Text = None
    relation: Text = None
    potency_value: Cell = None
    potency_unit: Text = None
    emax_value: Cell = None
    emax_unit: Text = None
    reference_agonist: Text = None
    direction: str
    note: Text = None


class ExposureResponse(Row):
    """One effect in people or animals at a dose or exposure."""

    evidence_level: str
    species: str
    population_or_model: str
    n: Cell = None
    agent: str
    dose: Cell = None
    dose_unit: Text = None
    route: Text = None
    time_h: Cell = None
    endpoint: str
    comparator_value: Cell = None
    result_value: Cell = None
    effect_size: Cell = None
    unit: Text = None
    statistic: Text = None
    direction: str
    note: Text = None


class Neurotransmitters(Row):
    """One measured effect on a mediator."""

    mediator: str
    agent: str
    dose_or_concentration: Text = None
    unit: Text = None
    route_or_exposure: Text = None
    species_system: str
    region_or_sample: Text = None
    schedule: Text = None
    direction: str
    effect_size: Text = None
    reachable_in_humans: Text = None
    note: Text = None


class Dependence(Row):
    """One fact on tolerance, dependence or withdrawal."""

    domain: str
    population_or_model: str
    n: Number = None
    measure: str
    value: Cell = None
    unit: Text = None
    low: Number = None
    high: Number = None
    statistic: Text = None
    note: Text = None


class Harms(Row):
    """One fact on harm, product quality or use."""

    domain: str
    dataset_or_case: str
    period: Text = None
    n: Cell = None
    measure: str
    value: Cell = None
    unit: Text = None
    low: Number = None
    high: Number = None
    statistic: Text = None
    note: Text = None
