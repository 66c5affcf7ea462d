"""The Django application of the case."""

from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    """Models, actions and documents of the claims."""

    name = "applications"
    verbose_name = "奖补业务"
    default_auto_field = "django.db.models.BigAutoField"
