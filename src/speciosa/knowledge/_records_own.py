"""Records that Speciosa declares itself: products, priors, parameters, fitted values, targets, data sets."""

from typing import ClassVar

from speciosa.knowledge._row import Number, Row, Text


class Products(Row):
    """One known product."""

    name: str
    form: str
    unit_mass_g: Number = None
    unit: Text = None
    maker: str
    note: str


class ProductContents(Row):
    """Content of one analyte in a known product."""

    references: ClassVar[dict[str, str]] = {"product": "products", "rows": "*"}

    product: str
    analyte: str
    qualifier: str
    value: Number = None
    unit: str
    sd: Number = None
    low: Number = None
    high: Number = None
    loq: Number = None
    rows: Text = None
    note: Text = None


class Priors(Row):
    """One stated prior: a number nobody measured, with its spread and reason."""

    name: str
    median: float
    low: float
    high: float
    unit: str
    reason: str


class Parameters(Row):
    """One model parameter and the rows it is chosen from."""

    references: ClassVar[dict[str, str]] = {"rows": "*", "prior": "priors"}

    name: str
    meaning: str
    unit: str
    kind: str
    rows: Text = None
    prior: Text = None
    note: Text = None


class Calibrated(Row):
    """One parameter value fitted to clinical targets."""

    references: ClassVar[dict[str, str]] = {"targets": "*"}

    parameter: str
    median: float
    gsd: float
    unit: str
    targets: str
    method: str
    note: Text = None


class Targets(Row):
    """One observed figure that the model is fitted to or checked against."""

    references: ClassVar[dict[str, str]] = {"row": "*"}

    study: str
    row: str
    column: str
    figure: str
    observed: float
    unit: str
    low: Number = None
    high: Number = None
    log_se: float
    use: str
    reason: str
    basis: str
    note: Text = None


class MedicineUses(Row):
    """How a medicine of the model is usually taken; its dose is the parameter ``probe_dose``."""

    references: ClassVar[dict[str, str]] = {"medicine": "substances"}

    medicine: str
    every_h: Number = None
    days: float
    dose_form: str
    note: Text = None


class MedicinePairs(Row):
    """One published ratio of two medicines, or of two phenotypes, that the model of medicines is compared with."""

    references: ClassVar[dict[str, str]] = {"row": "*"}

    perpetrator: str
    perpetrator_mg: Number = None
    every_h: Number = None
    days: float
    before_h: float
    victim: str
    victim_mg: Number = None
    measured: str
    figure: str
    row: str
    use: str
    note: Text = None


class DataSets(Row):
    """One published set of figures that exclude the other sets of its panel: a draw takes one of them whole."""

    panel: str
    name: str
    weight: float
    standard: Text = None
    reason: str


class Affinities(Row):
    """One affinity or efficacy of a ligand in one data set, or in every set of the panel that has none of its own."""

    references: ClassVar[dict[str, str]] = {"data_set": "data_sets", "rows": "*", "prior": "priors"}

    panel: str
    data_set: Text = None
    ligand: str
    target: str
    quantity: str
    unit: str
    kind: str
    rows: Text = None
    relative_ligand: Text = None
    relative_target: Text = None
    prior: Text = None
    note: Text = None
