"""The exposure room."""
