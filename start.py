#!/usr/bin/env python3
"""Set up and run the product, or set up and test or measure it. Needs only Python 3.11 or later with pip.

python3 start.py              environment, database, review, demonstration data, server
python3 start.py --port 8080  the same on another port
python3 start.py test         environment, checks, and the whole suite on SQLite and PostgreSQL
python3 start.py bench --rows 100000 [--sqlite]
                              how fast it is with so many findings, in a database that is thrown away
"""

import argparse
import contextlib
import glob
import hashlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
VAR = ROOT / "var"
PYTHON = VENV / "bin" / "python"

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
# What decides whether the database and the static files need preparing again.
PREPARED_FROM = (
    "requirements.txt",
    "evidence/**/*.yaml",
    "partnerships/**/*.yaml",
    "**/migrations/*.py",
    "static/**/*",
)
CHECKS = (
    ("Lint", ["ruff", "check", "."]),
    ("Formatting", ["ruff", "format", "--check", "."]),
    ("Templates", ["djlint", "templates", "--lint", "--quiet"]),
    ("Types", ["mypy", "."]),
    ("Import layers", ["lint-imports"]),
    ("Missing migrations", ["python", "manage.py", "makemigrations", "--check", "--dry-run"]),
    ("API description", ["python", "manage.py", "check_api_description"]),
    ("Deployment settings", ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"]),
)


def say(text: str) -> None:
    print(text, flush=True)


def fail(text: str) -> None:
    say(f"\n{text}")
    raise SystemExit(1)


def digest_of(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def ensure_environment(requirements: str) -> None:
    """Make the virtual environment and install the locked requirements, unless that was done already."""
    stamp = VENV / "installed"
    wanted = digest_of([ROOT / requirements]) + sys.version
    # The test requirements contain those of the product: a tested environment can also run it.
    fulfilled = stamp.read_text().splitlines() if stamp.exists() else []
    if wanted.replace("\n", " ") in fulfilled:
        return
    if not PYTHON.exists():
        say("Making the virtual environment …")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(VENV)], check=True)
    say(f"Installing {requirements} …")
    arguments = ["install", "--quiet", "--require-hashes", "-r", str(ROOT / requirements)]
    if uv := shutil.which("uv"):
        command = [uv, "pip", *arguments, "--compile-bytecode", "--python", str(PYTHON)]
    else:
        command = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(PYTHON),
            "--disable-pip-version-check",
            *arguments,
        ]
    subprocess.run(command, check=True)
    stamp.write_text("\n".join([*fulfilled, wanted.replace("\n", " ")]) + "\n")


def local_environment(port: int = 8000) -> dict[str, str]:
    """The settings for a run on this machine; whatever is set outside wins."""
    defaults = {
        "ALLOWED_HOSTS": "127.0.0.1,localhost,[::1]",
        "USE_HTTPS": "false",
        "EMAIL_URL": "console://",
        "SITE_URL": f"http://127.0.0.1:{port}",
    }
    paths = {"VIRTUAL_ENV": str(VENV), "PATH": f"{VENV / 'bin'}:{os.environ['PATH']}"}
    environment = {**defaults, **os.environ, **paths}
    # Without kept bytecode each of the processes to come would compile Django again.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def prepare(environment: dict[str, str]) -> None:
    """Migrate, load the review and the demonstration, collect static files; skipped when nothing changed."""
    stamp = VAR / "prepared"
    files = {path for pattern in PREPARED_FROM for path in ROOT.glob(pattern) if path.is_file()}
    ours = sorted(path for path in files if VENV not in path.parents)
    wanted = digest_of(ours)
    own_database = "DATABASE_URL" not in environment
    if (
        own_database
        and (VAR / "evidence.sqlite3").exists()
        and stamp.exists()
        and stamp.read_text() == wanted
    ):
        return
    fill_database(environment)
    # Kept, because asking the database would double the time of a second start.
    show_accounts = [PYTHON, "manage.py", "demo", "--show-accounts"]
    told = subprocess.run(
        show_accounts, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    (VAR / "accounts").write_text(told.stdout)
    stamp.write_text(wanted)


def ensure_port_is_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            fail(f"Port {port} is in use. Stop what runs there, or take another: start.py --port {port + 1}")


def fill_database(environment: dict[str, str]) -> None:
    """Migrate, load the review and the demonstration, collect static files."""
    for text, command in (
        ("Preparing the database …", ["migrate", "--verbosity", "0"]),
        ("Loading the review …", ["load_review"]),
        ("Loading the demonstration …", ["demo", "--unless-in-use"]),
        ("Collecting static files …", ["collectstatic", "--no-input", "--verbosity", "0"]),
    ):
        say(text)
        subprocess.run([PYTHON, "manage.py", *command], cwd=ROOT, env=environment, check=True)


def serve(port: int) -> None:
    ensure_port_is_free(port)
    ensure_environment("requirements.txt")
    environment = local_environment(port)
    prepare(environment)
    say(f"\nPartnership evidence is at http://127.0.0.1:{port}/ (Ctrl-C stops it)\n")
    say((VAR / "accounts").read_text())
    os.chdir(ROOT)
    os.execve(
        VENV / "bin" / "gunicorn",
        [
            "gunicorn",
            "talentmatch.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            "2",
            "--limit-request-line",
            "0",
            "--log-level",
            "warning",
        ],
        environment,
    )


def postgresql_programs() -> Path | None:
    """The folder with initdb and pg_ctl, the newest version if there are several."""
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda folder: int(folder.split("/")[4]))
    candidates = [Path(folder) for folder in folders]
    if on_path := shutil.which("initdb"):
        candidates.append(Path(on_path).parent)
    usable = [
        folder for folder in candidates if (folder / "initdb").exists() and (folder / "pg_ctl").exists()
    ]
    return usable[-1] if usable else None


@contextlib.contextmanager
def private_postgresql(programs: Path) -> Iterator[str]:
    """A PostgreSQL server of our own on a socket in a temporary folder; yields its DATABASE_URL."""
    # PostgreSQL refuses to run as root, and a socket's path may have 107 characters at most.
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    data = folder / "data"
    # What it holds is thrown away: nothing needs to survive a crash.
    lasting = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    options = f"-k {folder} -c listen_addresses='' -c max_connections=200 -c jit=off {lasting}"
    subprocess.run(
        [
            *as_user,
            programs / "initdb",
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-D",
            data,
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
    )
    control = [*as_user, programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    subprocess.run([*control, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    try:
        yield f"postgres://postgres@{str(folder).replace('/', '%2F')}/postgres"
    finally:
        subprocess.run(
            [*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL, cwd=folder
        )
        shutil.rmtree(folder)


def run_step(name: str, command: list[str], environment: dict[str, str]) -> bool:
    say(f"\n── {name}: {' '.join(command)}")
    started = time.monotonic()
    done = subprocess.run([VENV / "bin" / command[0], *command[1:]], cwd=ROOT, env=environment)
    say(f"── {name}: {'passed' if done.returncode == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s")
    return done.returncode == 0


def missing_tool(name: str, packages: str, required: set[str]) -> None:
    text = f"{name} tests are left out: install them with: apt-get install {packages}"
    if name.lower() in required:
        fail(text.replace("are left out", "cannot run and are required here"))
    say(text)


def test(pytest_arguments: list[str]) -> None:
    """Every check, then the suite on SQLite (with the browser) and on PostgreSQL.

    The environment variable TEST_REQUIRE ("browser,postgresql") makes a missing tool a failure.
    """
    required = {name.strip() for name in os.environ.get("TEST_REQUIRE", "").split(",") if name.strip()}
    chromium = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    programs = postgresql_programs()
    if chromium is None:
        missing_tool("Browser", "chromium", required)
    if programs is None:
        missing_tool("PostgreSQL", "postgresql", required)
    ensure_environment("requirements-dev.txt")
    environment = {name: value for name, value in local_environment().items() if name != "DATABASE_URL"}
    for_deployment = environment | {
        "SECRET_KEY": secrets.token_urlsafe(60),
        "USE_HTTPS": "true",
        "ALLOWED_HOSTS": "evidence.example.org",
        "EMAIL_URL": "smtp://localhost",
    }
    results = {
        name: run_step(name, command, for_deployment if name == "Deployment settings" else environment)
        for name, command in CHECKS
    }
    pytest = ["pytest", "-n", "2", "--dist", "worksteal", "--quiet", *pytest_arguments]
    with_browser = environment | ({"CHROMIUM": chromium} if chromium else {})
    without_browser = [] if chromium else ["-m", "not browser"]
    results["Suite on SQLite"] = run_step("Suite on SQLite", [*pytest, *without_browser], with_browser)
    if programs:
        with private_postgresql(programs) as url:
            results["Suite on PostgreSQL"] = run_step(
                "Suite on PostgreSQL",
                [*pytest, "-m", "not browser and not once"],
                environment | {"DATABASE_URL": url},
            )
    say("\nSummary")
    for name, passed in results.items():
        say(f"  {'passed' if passed else 'FAILED'}  {name}")
    if not all(results.values()):
        raise SystemExit(1)


def bench(rows: int, *, on_sqlite: bool) -> None:
    """Measure the product with so many findings, on a server or in a file made for it."""
    programs = None if on_sqlite else postgresql_programs()
    if not (on_sqlite or programs):
        fail(
            "PostgreSQL is missing: apt-get install postgresql, or measure on SQLite: start.py bench --sqlite"
        )
    ensure_environment("requirements.txt")
    with contextlib.ExitStack() as made:
        if programs:
            url = made.enter_context(private_postgresql(programs))
        else:
            url = f"sqlite:///{made.enter_context(tempfile.TemporaryDirectory())}/evidence.sqlite3"
        environment = local_environment() | {"DATABASE_URL": url}
        fill_database(environment)
        command = [PYTHON, "-m", "benchmarks", "--rows", str(rows)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", nargs="?", choices=["serve", "test", "bench"], default="serve")
    parser.add_argument("--port", type=int, default=8000, help="the server's port (8000)")
    parser.add_argument("--rows", type=int, default=100_000, help="bench: how many findings (100000)")
    parser.add_argument("--sqlite", action="store_true", help="bench: on SQLite instead of PostgreSQL")
    arguments, others = parser.parse_known_args()
    if others and arguments.command != "test":
        parser.error(f"unknown arguments: {' '.join(others)}")
    try:
        if arguments.command == "test":
            test(others)
        elif arguments.command == "bench":
            bench(arguments.rows, on_sqlite=arguments.sqlite)
        else:
            serve(arguments.port)
    except subprocess.CalledProcessError as error:
        fail(f"This step failed: {' '.join(str(part) for part in error.cmd)}")
    except KeyboardInterrupt:
        say("\nStopped.")


if __name__ == "__main__":
    main()
