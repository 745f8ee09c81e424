"""Pages of the platform's own host."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("ui.urls")),
    path("", include("tenants.registry.urls")),
    path("", include("tenants.console.urls")),
    path("", include("tenants.ownership.urls_public")),
    path("", include("tenants.support.urls_public")),
    path("", include("billing.urls_public")),
]
if settings.EMBEDDED:
    urlpatterns.insert(0, path("", include("deploy.local.urls")))
handler400 = "ui.views.bad_request"
handler403 = "ui.views.forbidden"
handler404 = "ui.views.not_found"
handler500 = "ui.views.server_error"
