"""
Files that people bring: what they are by content, and whether they are safe to keep.

Nothing is rewritten: the bytes that were accepted are the bytes that are stored, and their hash is shown to the
applicant. A refusal is a sentence that says what is wrong and what to do.
"""

from applications.uploads.inspecting import EVERY_KIND, SPREADSHEET_ONLY, BadUpload, Upload, inspect

__all__ = ["EVERY_KIND", "SPREADSHEET_ONLY", "BadUpload", "Upload", "inspect"]
