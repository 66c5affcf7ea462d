"""The two commands say what is wrong before they begin."""

import socket
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def command(*parts):
    """Run a script without a terminal and return the finished process."""
    how = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "timeout": 60}
    return subprocess.run(parts, cwd=ROOT, check=False, **how)


def test_server_refuses_a_taken_port_before_anything_starts():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = command("script/server", "--port", str(port))

    assert done.returncode == 1
    assert done.stdout == ""
    assert f"端口 {port} 已被占用" in done.stderr
    assert f"script/server --port {port + 1}" in done.stderr


def test_server_help_names_its_options():
    done = command("script/server", "--help")

    assert done.returncode == 0
    assert all(option in done.stdout for option in ("--port", "--host", "--setup-only", "--no-demo", "--reset-demo"))


def test_test_refuses_an_unknown_stage():
    done = command("script/test", "--only", "lint,tea")

    assert done.returncode == 2
    assert "no such stage: tea" in done.stderr
