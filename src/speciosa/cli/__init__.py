"""The command line: a thin face over the library."""

from speciosa.cli._app import app, main

__all__ = ["app", "main"]
