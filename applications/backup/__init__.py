"""Backups that prove themselves: a snapshot of the database, the private files, and a manifest over both."""

from applications.backup.manifest import Refused
from applications.backup.restoring import restore
from applications.backup.taking import take

__all__ = ["Refused", "restore", "take"]
