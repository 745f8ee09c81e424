"""A site of two pages for the request benchmark, in three kinds.

``BENCH_KIND``: ours; stock (django-tenants' middleware and backend); plain (Django without any
tenancy). The rest of the settings is the same, so that only tenancy differs.
"""

import os

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

KIND = os.environ["BENCH_KIND"]
settings.MODE = "production"
database = settings.DATABASES["default"]
database["CONN_HEALTH_CHECKS"] = False
database["CONN_MAX_AGE"] = 600
settings.PUBLIC_SCHEMA_URLCONF = settings.ROOT_URLCONF = __name__
if KIND == "ours":
    settings.MIDDLEWARE = ["tenants.registry.middleware.CityMiddleware"]
elif KIND == "stock":
    database["ENGINE"] = "django_tenants.postgresql_backend"
    settings.MIDDLEWARE = ["django_tenants.middleware.main.TenantMainMiddleware"]
else:
    database["ENGINE"] = "django.db.backends.postgresql"
    settings.DATABASE_ROUTERS = []
    settings.MIDDLEWARE = []


def answer(text: str) -> HttpResponse:
    return HttpResponse(text, headers={"Content-Length": str(len(text))})


def nothing(request: HttpRequest) -> HttpResponse:
    return answer("ok")


def one_query(request: HttpRequest) -> HttpResponse:
    from tenants.office.models import Unit

    return answer(Unit.objects.values_list("code", flat=True).get(kind="kota"))


urlpatterns = [path("0", nothing), path("1", one_query)]

if KIND == "plain":
    # tenants.registry's start-up reaches for the city backend's place only; django-tenants'
    # own app insists on its router.
    from django_tenants.apps import DjangoTenantsConfig

    DjangoTenantsConfig.ready = lambda self: None

from django.core.wsgi import get_wsgi_application  # noqa: E402 - after the settings

application = get_wsgi_application()
