"""Pages of one city's host."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("ui.urls")),
    path("", include("accounts.urls")),
    path("", include("services.portal.urls")),
    path("rt/", include("services.rt.urls")),
    path("meja/", include("services.desk.urls")),
    path("lapangan/", include("services.desk.field_urls")),
    path("kios/", include("services.kiosk.urls")),
    path("layar/", include("services.kiosk.screen_urls")),
    path("", include("tenants.registry.urls_city")),
    path("", include("tenants.ownership.urls_city")),
    path("", include("tenants.support.urls_city")),
    path("kelola/langganan/", include("billing.urls_city")),
    path("kelola/", include("services.setup.urls")),
    path("api/", include("services.api.urls")),
]
handler400 = "ui.views.bad_request"
handler403 = "ui.views.forbidden"
handler404 = "ui.views.not_found"
handler500 = "ui.views.server_error"
