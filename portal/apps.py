"""The Django application of the desk."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers the system checks of the house when Django starts."""

    name = "portal"
    verbose_name = "算力奖补平台"

    def ready(self) -> None:
        """Load the module whose decorators register the checks; before this point the settings are not complete."""
        from portal import checks  # noqa: F401, PLC0415 - the app registry must be ready first
