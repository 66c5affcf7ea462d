"""The rooms above the law read it in a version that counts, through one bridge; this test reads the program."""

import re
from pathlib import Path

from django.conf import settings

# Whoever asks the law without a version is shown the newest file, which may not be in force.
DIRECT = re.compile(
    r"rules\.(?:fields|evidence|basis|terms)\(|load\(\)\.(?:pack|clause|packs)\b|library\.(?:pack|packs)\b"
)

# Where a version is named with the call, or none is meant: the bridge itself, and a list of the policies there are.
ALLOWED = {
    "applications/assessing.py": 3,
    "applications/completeness.py": 1,
    "applications/management/commands/whatif.py": 1,
    "applications/checking.py": 1,
    "applications/identities.py": 1,
    "portal/views/eligibility.py": 1,
    "portal/views/public.py": 3,
}


def test_law_is_read_in_a_version_that_counts():
    found = {}
    for room in ("applications", "portal"):
        for path in sorted(Path(settings.BASE_DIR, room).rglob("*.py")):
            lines = [line for line in path.read_text(encoding="utf-8").splitlines() if DIRECT.search(line)]
            if lines:
                found[path.relative_to(settings.BASE_DIR).as_posix()] = len(lines)

    assert found == ALLOWED, "read the law through applications.assessing: law_of, fields_of, slots_of, pack_of"


def test_named_reads_name_their_version():
    for name in ALLOWED.keys() - {"applications/management/commands/whatif.py"}:
        text = Path(settings.BASE_DIR, name).read_text(encoding="utf-8")
        for found in DIRECT.finditer(text):
            call = text[found.start() : found.start() + 250]
            assert "version=" in call, (name, call)
