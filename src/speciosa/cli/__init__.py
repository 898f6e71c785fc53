"""The command line: a thin face over the library."""

from speciosa.cli import (  # importing them registers their commands
    _article_commands,
    _case_commands,
    _claim_commands,
    _product_commands,
    _reference_commands,
)
from speciosa.cli._root import app, main

__all__ = ["app", "main"]

del _article_commands, _case_commands, _claim_commands, _product_commands, _reference_commands
