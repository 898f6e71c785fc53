"""The certificates room."""
