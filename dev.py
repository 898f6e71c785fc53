"""One command for each deed of this project: demo, test, fix, lock.

Needs nothing but Python 3.11 or newer. The first run makes `.venv` here and fills it from the lock file; later runs
see that the lock has not changed and start at once.
"""

# keeps the annotations unevaluated, so that an old Python gets as far as the sentence about its age
from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PROGRAMS = VENV / ("Scripts" if os.name == "nt" else "bin")
SUFFIX = ".exe" if os.name == "nt" else ""
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
OLDEST, TOO_NEW = (3, 11), (3, 15)
# tells pytest which of the earlier checks failed, see tests/conftest.py
FAILED_BEFORE = "SPECIOSA_FAILED_BEFORE"


class Stop(Exception):  # noqa: N818 - it ends the run with a sentence, whatever the cause
    """The deed cannot go on; the text says why and what helps."""


def demo() -> int:
    """Set everything up and assess the example."""
    prepare("run")
    report = ROOT / "out" / "k51-tea.html"
    report.parent.mkdir(exist_ok=True)
    say("Assessing examples/k51-tea.yaml")
    code = run(program("speciosa"), "assess", "examples/k51-tea.yaml", "--html", "out/k51-tea.html")
    if code:
        raise Stop(f"The example could not be assessed (exit code {code}); the lines above say why.")
    print(f"\nThe full report, to open in a browser: {report}", flush=True)
    return 0


def test() -> int:
    """Set everything up and run every check; pytest's closing line comes last."""
    prepare("dev")
    checks = {
        "ruff check": (program("ruff"), "check", "."),
        "ruff format": (program("ruff"), "format", "--check", "."),
        "mypy": (program("mypy"),),
        "lint-imports": (program("lint-imports"),),
    }
    failed = []
    for name, command in checks.items():
        say(name)
        if run(*command):
            failed.append(name)
    say("pytest")
    # on two cores, since a test file keeps its fixtures to itself
    spread = ("-n", "2", "--dist", "loadfile") if (os.cpu_count() or 1) > 1 else ()
    code = run(program("pytest"), "--cov", *spread, env={FAILED_BEFORE: ", ".join(failed)})
    return code or int(bool(failed))


def fix() -> int:
    """Format the code and mend what ruff can mend."""
    prepare("dev")
    code = run(program("ruff"), "check", "--fix", ".")
    return run(program("ruff"), "format", ".") or code


def lock() -> int:
    """Choose the newest fitting version of every dependency and write both lock files."""
    uv = find_uv()
    if uv is None:
        raise Stop("Locking needs uv, which is not on the PATH: https://docs.astral.sh/uv/")
    # the build backend is locked too, so that installing the project itself fetches nothing unchecked
    backend = "hatchling\neditables\n"
    common = "pip compile pyproject.toml - --quiet --universal --python-version 3.11 --generate-hashes"
    quiet = "--no-emit-index-url --no-annotate --no-header --no-strip-extras"
    extras = {"run": (), "dev": ("--group", "dev", "--constraints", LOCKS["run"])}
    for kind, more in extras.items():
        say(f"Writing {LOCKS[kind]}")
        command = [uv, *common.split(), *quiet.split(), *more, "--output-file", LOCKS[kind]]
        done = subprocess.run(command, cwd=ROOT, input=backend, text=True, check=False, stdout=subprocess.DEVNULL)
        if done.returncode:
            raise Stop(f"{LOCKS[kind]} could not be written; the lines above say why.")
    return 0


def prepare(kind: str) -> None:
    """Make sure that `.venv` holds the packages of a lock file and the project itself."""
    check_python()
    wanted = fingerprint(kind)
    if interpreter_works():
        # everything that the program needs to run is in the developer's lock as well
        kinds = ("run", "dev") if kind == "run" else ("dev",)
        if any(read(stamp(k)) == fingerprint(k) for k in kinds):
            return
    else:
        make_venv()
    say(f"Installing the packages of {LOCKS[kind]} into .venv (the first time takes a minute or two)")
    install = installer()
    steps = (
        (*install, "--require-hashes", "-r", LOCKS[kind]),
        (*install, "--no-deps", "--no-build-isolation", "-e", "."),
    )
    for step in steps:
        if run(*step):
            raise Stop(
                "The packages could not be installed; the lines above say why. "
                "If they speak of a connection, this computer has no network now: "
                "connect it and run the same command again."
            )
    stamp(kind).write_text(wanted, encoding="utf-8")


def check_python() -> None:
    """Refuse a Python that the dependencies do not support."""
    if not OLDEST <= sys.version_info[:2] < TOO_NEW:
        raise Stop(
            f"Speciosa needs Python 3.11 to 3.14, and this is Python {sys.version.split()[0]} ({sys.executable}). "
            "Start it with another one, for example: python3.12 dev.py demo"
        )


def interpreter_works() -> bool:
    """Tell whether `.venv` has an interpreter that starts and is of a supported version."""
    code = f"import sys; sys.exit(not {OLDEST} <= sys.version_info[:2] < {TOO_NEW})"
    try:
        return subprocess.run([program("python"), "-c", code], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def make_venv() -> None:
    """Make `.venv` afresh, in place of a broken one."""
    if VENV.exists():
        say("The .venv here does not work any more; making a new one")
        if not (VENV / "pyvenv.cfg").exists() and any(VENV.iterdir()):
            raise Stop(f"{VENV} is no virtual environment; move it away and run the same command again.")
        shutil.rmtree(VENV)
    else:
        say("Making .venv")
    uv = find_uv()
    made = (
        run(uv, "venv", "--quiet", "--python", sys.executable, VENV) if uv else run(sys.executable, "-m", "venv", VENV)
    )
    if made:
        raise Stop(
            "The virtual environment could not be made; the lines above say why. "
            "On Debian and Ubuntu the package python3-venv is needed."
        )


def installer() -> tuple[str, ...]:
    """Choose uv, or pip where there is no uv."""
    python = program("python")
    uv = find_uv()
    if uv:
        return (uv, "pip", "install", "--quiet", "--python", python)
    if subprocess.run([python, "-m", "pip", "--version"], check=False, capture_output=True).returncode:
        # a .venv that uv made has no pip
        run(python, "-m", "ensurepip")
    return (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")


def find_uv() -> str | None:
    """Find uv on the PATH, and only one that starts: version managers leave stand-ins behind."""
    uv = shutil.which("uv")
    if uv and subprocess.run([uv, "--version"], check=False, capture_output=True).returncode == 0:
        return uv
    return None


def fingerprint(kind: str) -> str:
    """Hash what an installation depends on."""
    files = (ROOT / LOCKS[kind], ROOT / "pyproject.toml")
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def stamp(kind: str) -> Path:
    """Name the file that remembers what was installed."""
    return VENV / f".installed-{kind}"


def read(file: Path) -> str:
    """Read a small file that may be absent."""
    return file.read_text(encoding="utf-8") if file.exists() else ""


def program(name: str) -> str:
    """Name a program of the virtual environment."""
    return str(PROGRAMS / f"{name}{SUFFIX}")


def run(*command: str | Path, env: dict[str, str] | None = None) -> int:
    """Run a command in the project's folder, without input, and return its exit code."""
    line = [str(part) for part in command]
    return subprocess.run(
        line, cwd=ROOT, check=False, stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})}
    ).returncode


def say(words: str) -> None:
    """Say what happens next."""
    print(f"── {words}", flush=True)


def main() -> int:
    """Do the deed that was asked for."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an old console may lack a character
    deeds = {deed.__name__: deed for deed in (demo, test, fix, lock)}
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    choice = parser.add_subparsers(dest="deed", required=True, metavar="demo|test|fix|lock")
    for name, deed in deeds.items():
        choice.add_parser(name, help=deed.__doc__)
    chosen = parser.parse_args().deed
    try:
        return deeds[chosen]()
    except Stop as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
