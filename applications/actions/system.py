"""Whoever acts when nobody does: the row that stands for the portal itself in duties and letters."""

from django.contrib.auth.hashers import make_password

from applications.models import User

USERNAME = "system"  # cannot be registered: it stands in ACCOUNT_USERNAME_BLACKLIST


def system_user() -> User:
    """Return the system's row, made when it is first needed; nobody can log in with it."""
    user, _ = User.objects.get_or_create(
        username=USERNAME, defaults={"name": "系统", "is_active": False, "password": make_password(None)}
    )
    assert not user.is_active, "the system's row must not be anybody's account"
    return user
