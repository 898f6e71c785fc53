"""The model report: every part, compound and parameter on a page, made from the Antimony files and the tables."""

from speciosa.handbook._pages import MENDING, pages, write

__all__ = ["MENDING", "pages", "write"]
