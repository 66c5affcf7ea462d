"""Serves the few files of npm packages that pages use."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage


class NpmFinder(BaseFinder):
    """
    Finds exactly the files of NPM_FILES below node_modules.

    A folder in STATICFILES_DIRS would collect and compress whole packages: 52 MB of charts took three minutes.
    """

    def check(self, **kwargs: Any) -> list[Any]:
        """Nothing to check here: a missing file is an error of `collectstatic`, where it can be mended."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Return the file's place on disk, [] when the path is not one of ours."""
        target = settings.NPM_FILES.get(path)
        if target is None or not (place := Path(settings.NPM_ROOT) / target).is_file():
            return []
        return [str(place)] if find_all else str(place)

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Storage]]:
        """Yield each file under the address it is served at."""
        storage = _Renamed(location=settings.NPM_ROOT)
        for address in settings.NPM_FILES:
            yield address, storage


class _Renamed(FileSystemStorage):
    """A read-only view of node_modules in which the files have their served names."""

    def path(self, name: str) -> str:
        return super().path(settings.NPM_FILES[name])
