"""The settings of the portal for a run under fire: cheap passwords, no waiting for a broker that is not there."""

from portal.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
