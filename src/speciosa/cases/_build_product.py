"""The product of a case file as a :class:`Product`: from the table, from a certificate, or typed in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from speciosa import certificates, knowledge
from speciosa.border import one_of
from speciosa.cases._file import ContentFile, ProductFile
from speciosa.cases._product import Content, ContentQualifier, Form, Product
from speciosa.certificates import Certificate, Value, result, unit_of
from speciosa.errors import CaseError

SOURCES = ("known", "certificate", "contents")
LEAF = frozenset({Form.POWDER, Form.TEA, Form.CAPSULE})  # the same leaf, taken in another way
OWN_PIECE = {Form.TABLET: "tablet", Form.CAPSULE: "capsule", Form.CHEWABLE: "gummy"}
COUNTABLE = frozenset({"mg/unit", "mg/mL"})
MOST_PER_PIECE = 1e5  # mg; the size of a dose is judged with the regimens
_QUALIFIERS: dict[str, ContentQualifier] = {
    "measured": "measured",
    "not detected": "not detected",
    "absent": "not detected",
    "below LOQ": "below LOQ",
    "below value": "below LOQ",
    "trace": "below LOQ",
}


def build_product(fields: ProductFile, folder: Path, where: str | None) -> Product:
    """The product from the one source that the case names.

    Raises:
        CaseError: none or several sources, an unknown product, a content that cannot be used.
        CertificateError: the certificate cannot be used.
    """
    named = [name for name in SOURCES if getattr(fields, name) is not None]
    if len(named) != 1:
        found = " and ".join(named) if named else None
        raise CaseError("product", found, f"exactly one of {', '.join(SOURCES)}", where=where)
    if fields.known is not None:
        return _known(fields, fields.known, where)
    if fields.form is None:
        raise CaseError("product.form", None, f"how it is taken: {', '.join(Form)}", where=where)
    if fields.certificate is not None:
        return _certified(fields, folder / fields.certificate, where)
    return _typed(fields, where)


def _known(fields: ProductFile, name: str, where: str | None) -> Product:
    known = knowledge.load()
    rows = {row.id: row for row in known.table("products")}
    if name not in rows:
        raise CaseError("product.known", name, one_of(name, rows), where=where)
    row = rows[name]
    form = Form(fields.form or row.form)
    if form != row.form and not {form, Form(row.form)} <= LEAF:
        raise CaseError("product.form", fields.form, f"{row.form}, as this product is sold", where=where)
    contents = tuple(_from_row(known, r) for r in known.find("product_contents", product=name))
    return Product(
        name=fields.name or row.name,
        form=form,
        contents=contents,
        known_id=name,
        unit=fields.unit or row.unit or OWN_PIECE.get(form),
        unit_mass_g=fields.unit_mass or row.unit_mass_g,
        unit_volume_ml=fields.unit_volume,
        maker=fields.maker or row.maker,
        note=fields.note or row.note,
    )


def _from_row(known: knowledge.Knowledge, row: Any) -> Content:  # noqa: ANN401 - a row of product_contents
    own = known.qualified(row)
    behind = tuple(key for _, key in row.refers_to() if ":" in key)
    return Content(
        row.analyte, row.qualifier, row.value, row.unit, row.sd, row.low, row.high, row.loq, own, (own, *behind)
    )


def _certified(fields: ProductFile, path: Path, where: str | None) -> Product:
    paper = certificates.read(path)
    form = Form(fields.form or "")
    unit = fields.unit or OWN_PIECE.get(form) or _one_piece(paper)
    contents = contents_of(paper, unit)
    if not any(c.analyte in {"mitragynine", "7-hydroxymitragynine"} for c in contents):
        remedy = "a certificate with a result for mitragynine or 7-hydroxymitragynine in mg/g, %, mg/mL or mg per piece"
        raise CaseError("product.certificate", fields.certificate, remedy, where=where)
    return Product(
        name=fields.name or paper.product or paper.lot or path.stem,
        form=form,
        contents=contents,
        certificate=paper,
        unit=unit,
        unit_mass_g=fields.unit_mass,
        unit_volume_ml=fields.unit_volume,
        maker=fields.maker,
        note=fields.note,
    )


def _one_piece(paper: Certificate) -> str | None:
    """The piece that a certificate counts in, when it counts in one."""
    pieces = {value.per for value in paper.values if value.kind == "alkaloid" and value.per not in {"", "piece"}}
    return pieces.pop() if len(pieces) == 1 else None


def contents_of(paper: Certificate, piece: str | None = None) -> tuple[Content, ...]:
    """The alkaloids of a certificate as contents of a product.

    Args:
        paper: the certificate.
        piece: name of one piece of the product; a figure per serving says nothing about a capsule and is left out.
    """
    return tuple(_from_values(paper, piece))


def _from_values(paper: Certificate, unit: str | None) -> Iterator[Content]:
    for value in paper.kind("alkaloid"):
        usable = value.mg_per_g is not None or value.value is None or value.unit in COUNTABLE
        same_piece = value.unit != "mg/unit" or value.per in {"piece", unit}
        if usable and same_piece:
            yield _from_value(value)


def _from_value(value: Value) -> Content:
    qualifier = _QUALIFIERS.get(value.qualifier, "not tested")
    loq = value.value if value.qualifier == "below value" else value.loq
    return Content(
        analyte=value.analyte,
        qualifier=qualifier,
        value=value.value if qualifier == "measured" else None,
        unit=value.unit,
        loq=loq,
        where=value.where,
    )


def _typed(fields: ProductFile, where: str | None) -> Product:
    form = Form(fields.form or "")
    unit = fields.unit or OWN_PIECE.get(form)
    contents: list[Content] = []
    for i, entry in enumerate(fields.contents or []):
        at = f"product.contents[{i}]"
        content = _from_user(entry, unit, at, where)
        if any(c.analyte == content.analyte for c in contents):
            raise CaseError(f"{at}.analyte", entry.analyte, "each analyte once", where=where)
        contents.append(content)
    return Product(
        name=fields.name or f"{form.replace('_', ' ')} with contents as entered",
        form=form,
        contents=tuple(contents),
        unit=unit,
        unit_mass_g=fields.unit_mass,
        unit_volume_ml=fields.unit_volume,
        maker=fields.maker,
        note=fields.note,
    )


def _from_user(entry: ContentFile, unit: str | None, at: str, where: str | None) -> Content:
    match = certificates.find(entry.analyte)
    if match.analyte is None or match.how or match.analyte.kind != "alkaloid":
        remedy = one_of(entry.analyte, certificates.names("alkaloid"))
        raise CaseError(f"{at}.analyte", entry.analyte, remedy, where=where)
    analyte, found = match.analyte.name, result(entry.amount)
    if found.qualifier not in {*_QUALIFIERS, "not tested"}:
        raise CaseError(f"{at}.amount", entry.amount, "a content such as `19.5 mg/g`, or ND, <LOQ or NT", where=where)
    name, value = _in_unit(entry.amount, unit, f"{at}.amount", where)
    sides = {side: _side(entry, side, name, unit, at, where) for side in ("sd", "low", "high", "loq")}
    if found.qualifier != "measured" or value is None:
        loq = value if value is not None else sides["loq"]
        return Content(analyte, _QUALIFIERS.get(found.qualifier, "not tested"), None, name, loq=loq, where=at)
    _check_range(entry, value, sides["low"], sides["high"], at, where)
    return Content(
        analyte, entry.qualifier, value, name, sides["sd"], sides["low"], sides["high"], sides["loq"], where=at
    )


def _check_range(
    entry: ContentFile, value: float, low: float | None, high: float | None, at: str, where: str | None
) -> None:
    if low is None and high is None:
        return
    if low is None or high is None:
        missing = "low" if low is None else "high"
        raise CaseError(f"{at}.{missing}", None, "both ends of the range, low and high", where=where)
    if not 0 < low <= value <= high:
        shown = f"{entry.low} to {entry.high}"
        raise CaseError(f"{at}.low", shown, "a range above zero with the amount in it", where=where)


def _in_unit(text: str, unit: str | None, field: str, where: str | None) -> tuple[str, float | None]:
    """A typed figure: its unit in one spelling and its number."""
    found = result(text)
    value = found.value if found.value is not None else found.bound
    known = unit_of(found.unit)
    if value is None:
        return (known.name if known else "mg/g"), None
    if known is None or (certificates.per_gram(1.0, known.name) is None and known.name not in COUNTABLE):
        raise CaseError(field, text, "a content in mg/g, %, mg/mL or mg per piece", where=where)
    if known.name == "mg/unit" and known.per not in {"piece", unit}:
        own = f"a content per {unit}, the piece of this product"
        remedy = own if unit else f"the field product.unit to say {known.per} too"
        raise CaseError(field, text, remedy, where=where)
    most = known.most or MOST_PER_PIECE
    if not 0 <= value <= most:
        raise CaseError(field, text, f"between 0 and {most:g} {found.unit}", where=where)
    return known.name, value


def _side(entry: ContentFile, side: str, name: str, unit: str | None, at: str, where: str | None) -> float | None:
    """A spread, an end of the range or a limit, in the unit of the amount."""
    text = getattr(entry, side)
    if text is None:
        return None
    own, value = _in_unit(text, unit, f"{at}.{side}", where)
    if value is None or own != name:
        raise CaseError(f"{at}.{side}", text, f"a number in {name}, the unit of the amount", where=where)
    return value
