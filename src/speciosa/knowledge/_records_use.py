"""Records of use: medicines, rules, conditions, products, law, instruments."""

from pydantic import Field

from speciosa.knowledge._row import Cell, Number, Row, Text


class Substances(Row):
    """One medicine or substance that may meet kratom."""

    name: str
    synonyms: str
    atc: Text = None
    rxcui: Text = None
    class_: str = Field(alias="class")
    priority: float
    victim_of: Text = None
    max_auc_ratio_seen: Number = None
    max_auc_inhibitor: Text = None
    auc_ratio_reference: Text = None
    apparent_fraction_inhibited: Number = None
    fm_literature: Text = None
    perpetrator: Text = None
    narrow_margin: Text = None
    qt_category: Text = None
    sedative: str
    respiratory_depressant: str
    serotonergic: str
    lowers_seizure_threshold: str
    hepatotoxic: str
    note: Text = None
    flags_read_in_a_list: Text = None
    conf_codes: Text = None
    conf_victim: Text = None
    conf_perpetrator: Text = None
    conf_qt: Text = None


class Rules(Row):
    """One interaction rule."""

    kratom_part: str
    applies_to: str
    examples: str
    mechanism: str
    mechanism_type: str
    severity: str
    evidence_level: str
    evidence: Text = None
    tell_the_person: str
    action: str
    note: Text = None


class Conditions(Row):
    """One condition of a person and what follows from it."""

    condition: str
    icd10: Text = None
    risk: str
    level: str
    evidence: Text = None
    action: str
    tell_the_person: Text = None
    note: Text = None


class AlkaloidContent(Row):
    """One content figure of a product or leaf."""

    study: str
    year: Text = None
    product_type: str
    vein_or_strain_label: Text = None
    origin: Text = None
    analyte: str
    value_min: Number = None
    value_max: Number = None
    value_mean: Number = None
    value_median: Number = None
    spread: Cell = None
    spread_type: Text = None
    unit: Text = None
    basis: Text = None
    n: Cell = None
    method: Text = None
    note: Text = None


class Contaminants(Row):
    """One contaminant finding."""

    study: str
    year: str
    product_type: str
    contaminant_class: str
    contaminant: str
    value_min: Number = None
    value_max: Number = None
    value_mean: Number = None
    unit: Text = None
    n_tested: Number = None
    n_positive: Number = None
    note: Text = None


class Limits(Row):
    """One limit of a standard or law."""

    analyte: str
    analyte_class: str
    limit_value: Cell
    unit: str
    comparator: str
    basis: Text = None
    applies_to: str
    standard: str
    jurisdiction: str
    status: str
    effective_from: Text = None
    note: Text = None


class Extraction(Row):
    """One figure on extracts and extraction."""

    topic: str
    material: str
    parameter: str
    value_min: Number = None
    value_max: Number = None
    value_mean: Number = None
    spread: Number = None
    unit: Text = None
    condition: Text = None
    note: Text = None


class Countries(Row):
    """The law of one country."""

    iso: Text = None
    name: str
    leaf_status: str
    min_age: Number = None
    seven_oh_status: Text = None
    rule_summary: str
    statute: Text = None
    effective_date: Text = None
    likely_to_change: Text = None
    conflict_or_caution: Text = None
    as_of: Text = None


class UsStates(Row):
    """The law of one US state, county or city."""

    iso: Text = None
    name: str
    level: str
    parent: Text = None
    leaf_status: Text = None
    min_age: Number = None
    seven_oh_status: Text = None
    product_limits: Text = None
    statute_or_bill: Text = None
    effective_date: Text = None
    upcoming_change: Text = None
    upcoming_date: Text = None
    conflict_or_caution: Text = None
    as_of: str


class Statements(Row):
    """One statement of a compiled page: a conflict, a gap, a default or a fact."""

    page: str
    section: str
    kind: str
    text: str


class Instruments(Row):
    """One questionnaire or scale."""

    scale: str
    filled_in_by: str
    items: str
    range: Text = None
    time_frame: Text = None
    licence: str
    loinc: str
    use: str


class InstrumentItems(Row):
    """One item of a questionnaire."""

    scale: str
    item_number: str = Field(alias="number")
    item: str
    loinc: str
