"""Starts that must be refused, and what the settings say where they are not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SECRET = "a-secret-only-for-this-test-" + "0123456789abcdef" * 3


def start(tmp_path, code="", **variables):
    """Load the settings in a fresh process with exactly these variables; return the finished process."""
    program = f"import django; django.setup(); from django.conf import settings; {code}"
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "portal.settings", "VAR_DIR": str(tmp_path)}
    command = [sys.executable, "-c", program]
    how = {"capture_output": True, "text": True, "check": False}
    return subprocess.run(command, cwd=ROOT, env=environment | variables, **how)


def values(tmp_path, *names, **variables):
    """Return these settings as a fresh process sees them."""
    code = f"import json; print(json.dumps([getattr(settings, name) for name in {names!r}]))"
    done = start(tmp_path, code, SECRET_KEY=SECRET, **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is weak"),
        ({"SECRET_KEY": "a" * 80}, "SECRET_KEY is weak"),
        ({"SECRET_KEY": SECRET, "PUBLIC_BASE_URL": "http://portal.example.gov.cn"}, "without https"),
        ({"SECRET_KEY": SECRET, "PUBLIC_BASE_URL": "portal.example.gov.cn"}, "must be a scheme and a host"),
        ({"SECRET_KEY": SECRET, "ALLOWED_HOSTS": "*"}, "must not contain *"),
        ({"SECRET_KEY": SECRET, "DATABASE_URL": "mysql://portal@db/portal"}, "SQLite and PostgreSQL only"),
        ({"SECRET_KEY": SECRET, "STORAGE_URL": "ftp://files"}, "STORAGE_URL must be"),
        ({"SECRET_KEY": SECRET, "PASSWORD_POLICY": "none"}, "PASSWORD_POLICY must be one of asvs, mlps3"),
    ],
)
def test_an_unsafe_start_is_refused_with_its_reason(tmp_path, variables, message):
    done = start(tmp_path, **variables)

    assert done.returncode == 1
    assert message in done.stderr.splitlines()[-1]


def test_debug_starts_without_a_secret(tmp_path):
    assert start(tmp_path, DEBUG="1").returncode == 0


def test_the_key_of_this_machine_is_read_from_its_file(tmp_path):
    (tmp_path / "secret_key").write_text(SECRET + "\n")

    assert start(tmp_path, f"assert settings.SECRET_KEY == {SECRET!r}").returncode == 0


def test_an_https_address_brings_protected_cookies_and_hsts(tmp_path):
    names = ("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE")
    more = ("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_SSL_REDIRECT", "ALLOWED_HOSTS")

    found = values(tmp_path, *names, *more, PUBLIC_BASE_URL="https://portal.example.gov.cn")

    assert found == ["__Host-session", True, "__Host-csrf", True, 31536000, True, True, ["portal.example.gov.cn"]]


def test_sqlite_is_told_what_the_promises_need(tmp_path):
    (databases,) = values(tmp_path, "DATABASES")

    assert databases["default"]["OPTIONS"] == {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
    }


def test_the_cache_never_shares_the_database_of_the_broker(tmp_path):
    embedded, (caches,) = f"unix://{tmp_path}/valkey.sock?db=1", values(tmp_path, "CACHES")
    (on_redis,) = values(tmp_path, "CACHES", REDIS_URL="redis://redis:6379/4")

    assert caches["default"]["LOCATION"] == embedded
    assert on_redis["default"]["LOCATION"] == "redis://redis:6379/5"


def test_mail_without_a_server_lies_below_the_data_folder(tmp_path):
    assert values(tmp_path, "EMAIL_FILE_PATH") == [str(tmp_path / "mail")]


def test_files_on_s3_are_private(tmp_path):
    (storages,) = values(
        tmp_path, "STORAGES", STORAGE_URL="s3://portal/files?endpoint=https://s3.example.cn&region=cn-1"
    )

    assert storages["private"] == {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": "portal",
            "location": "files",
            "endpoint_url": "https://s3.example.cn",
            "region_name": "cn-1",
            "default_acl": "private",
            "file_overwrite": False,
        },
    }


def test_the_web_does_not_load_what_only_letters_and_registers_need(tmp_path):
    heavy = ["weasyprint", "numpy", "openpyxl", "pypdfium2", "PIL"]
    code = (
        "import sys; from django.urls import get_resolver; get_resolver().url_patterns; "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )

    done = start(tmp_path, code, SECRET_KEY=SECRET)

    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
