"""The Django application of the case."""

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

from applications import duty_guards, guards


class ApplicationsConfig(AppConfig):
    """Models, actions and documents of the claims."""

    name = "applications"
    verbose_name = "奖补业务"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let migrations rewrite tables without the triggers that name them from elsewhere."""
        pre_migrate.connect(_take_duty_guards_away, sender=self)
        post_migrate.connect(_put_duty_guards_back, sender=self)


def _take_duty_guards_away(*, using, plan, **kwargs) -> None:
    if plan:
        duty_guards.remove(connections[using])


def _put_duty_guards_back(*, using, apps=None, plan=None, **kwargs) -> None:
    """Make them after the last migration; a flush, which has no plan, leaves them standing."""
    if plan is None or not duty_guards.is_complete(apps):
        return
    if guards.missing(connections[using]):
        duty_guards.install(connections[using])
