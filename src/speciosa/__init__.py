"""Speciosa: what a kratom product does in a person, computed, checked and looked up."""

__version__ = "0.1.0"
