"""From a certificate file to a certificate."""

import hashlib
from pathlib import Path

from speciosa.border import one_line, read_bytes, to_text
from speciosa.certificates._build import build
from speciosa.certificates._csv import parse_csv
from speciosa.certificates._json import parse_certificate_json
from speciosa.certificates._record import Certificate
from speciosa.errors import CertificateError

LARGEST_FILE = 20_000_000  # bytes
READERS = {".csv": parse_csv, ".tsv": parse_csv, ".txt": parse_csv, ".json": parse_certificate_json}


def read(path: str | Path) -> Certificate:
    """Read a laboratory certificate from a CSV or JSON file.

    Args:
        path: the file. The layout of CSV is told in :mod:`speciosa.certificates._csv`, that of JSON in
            :mod:`speciosa.certificates._json`.

    Raises:
        CertificateError: the file or a line cannot be used; the text says which, why, and what would be right.
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
    return build(sheet, one_line(file.name), hashlib.sha256(content).hexdigest(), where)
