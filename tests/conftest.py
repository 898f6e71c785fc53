"""What all tests share: the command line as a person meets it, and what failed before the tests began."""

import os

import pytest

from speciosa import cli


@pytest.fixture
def speciosa(monkeypatch, capsys):
    """Run the command line; returns (exit code, standard output, standard error)."""

    def run(*arguments, columns=100):
        monkeypatch.setattr("sys.argv", ["speciosa", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", str(columns))
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        else:
            code = 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def pytest_terminal_summary(terminalreporter):
    """Repeat which checks of ``dev.py test`` failed, since their own words have scrolled away."""
    failed = os.environ.get("SPECIOSA_FAILED_BEFORE")
    if failed:
        terminalreporter.section("failed before the tests")
        terminalreporter.line(failed)
