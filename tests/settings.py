"""The settings of the portal with the few lines that tests need otherwise."""

import os
from pathlib import Path

# A folder for each process; conftest.py makes and removes it, because not everyone who reads settings runs tests.
_scratch = Path(__file__).resolve().parent.parent / "var" / "tests" / str(os.getpid())
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "0123456789abcdef" * 4)
os.environ["VAR_DIR"] = str(_scratch)
for _name in [name for name in os.environ if name.startswith("SEAL")]:  # tests make seals of their own
    del os.environ[_name]

from portal.settings import *  # noqa: E402, F403
from portal.settings import DATABASES  # noqa: E402

# A file and not memory: tests of locks open several connections, which shared memory answers with "table is locked".
# TEST_DATABASE names one that outlives the run, for `pytest --reuse-db` while one writes: migrating takes its time.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": os.environ.get("TEST_DATABASE") or str(_scratch / "test.sqlite3")}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # argon2 takes 0.1 s a time
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "private": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = "memory://"  # messages go nowhere: tests sweep themselves, as beat would
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
