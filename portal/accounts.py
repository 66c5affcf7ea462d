"""Where a person goes after the account pages: to the desk, not to the front page."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from portal.context import desks_of


class Doors(DefaultAccountAdapter):
    """Leads to the first desk of whoever has logged in or signed up, unless the address names another page."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the address of the first desk."""
        return desks_of(request.user)[0][1]

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """Return the same desk as after a log-in."""
        return self.get_login_redirect_url(request)
