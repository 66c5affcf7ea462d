"""Every address of the portal, by desk."""

from django.urls import include, path

from portal.console.routes import site as console
from portal.health import healthz

urlpatterns = [
    path("", include("portal.routes.public")),
    path("accounts/", include("allauth.urls")),
    path("my/", include("portal.routes.applicant")),
    path("messages/", include("portal.routes.inbox")),
    path("finance/", include("portal.routes.finance")),
    path("files/", include("portal.routes.files")),
    path("console/", console.urls),
    path("healthz", healthz, name="healthz"),
]
