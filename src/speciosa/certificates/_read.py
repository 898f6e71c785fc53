"""From a certificate file to a certificate."""

import hashlib
from pathlib import Path

from speciosa.border import one_line, read_bytes, to_text
from speciosa.certificates._build import build
from speciosa.certificates._csv import parse_csv
from speciosa.certificates._json import parse_certificate_json
from speciosa.certificates._record import Certificate, Document
from speciosa.errors import CertificateError

LARGEST_FILE = 20_000_000  # bytes
READERS = {".csv": parse_csv, ".tsv": parse_csv, ".txt": parse_csv, ".json": parse_certificate_json}


def read(path: str | Path, *, sample: str | None = None) -> Certificate:
    """Read the laboratory certificate of one sample.

    Args:
        path: the file. The layout of CSV is told in :mod:`speciosa.certificates._csv`, that of JSON in
            :mod:`speciosa.certificates._json`.
        sample: which sample, by its sample id, product or lot; needed when the paper holds several.

    Raises:
        CertificateError: the file or a line cannot be used, or the sample is not told; the text says which, why, and
            what would be right.
    """
    samples = read_all(path).samples
    if sample is None and len(samples) == 1:
        return samples[0]
    where = one_line(str(path))
    listed = ", ".join(repr(paper.name) for paper in samples)
    if sample is None:
        raise CertificateError("sample", None, f"one of the samples of this paper: {listed}", where=where)
    wanted = _letters(sample)
    found = [p for p in samples if wanted in {_letters(n) for n in (p.name, p.sample_id, p.product, p.lot) if n}]
    if len(found) != 1:
        raise CertificateError("sample", sample, f"one of the samples of this paper: {listed}", where=where)
    return found[0]


def read_all(path: str | Path) -> Document:
    """Read a file with one or several samples.

    Raises:
        CertificateError: the file or a line cannot be used.
    """
    file = Path(path)
    where = one_line(str(path))
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        raise CertificateError(
            "file", where, f"a certificate with the ending {', '.join(READERS)}; PDF cannot be read yet"
        )
    content = read_bytes(file, LARGEST_FILE, CertificateError)
    sheet = reader(to_text(content, where, CertificateError), where)
    name, sha256 = one_line(file.name), hashlib.sha256(content).hexdigest()
    return Document(name, sha256, (build(sheet, name, sha256, where),))


def _letters(name: str) -> str:
    return "".join(name.split()).casefold()
