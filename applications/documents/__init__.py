"""The letters of the portal: a dataclass in, the bytes of a PDF out. No models, no clock, no network."""

from applications.documents.fonts import fonts_ready

__all__ = ["fonts_ready"]
