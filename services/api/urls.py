"""Addresses below ``/api/``."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from services.api import views
from ui.page import Audience, page

open_to_all = page(Audience.ANYONE, is_office=True)

urlpatterns = [
    path("", views.home, name="api-home"),
    path("v1/skema/", open_to_all(SpectacularAPIView.as_view()), name="api-schema"),
    path("v1/layanan/", open_to_all(views.ServiceList.as_view()), name="api-services"),
    path("v1/verifikasi/", open_to_all(views.Comparison.as_view()), name="api-comparison"),
    path(
        "v1/verifikasi/<str:code>/",
        open_to_all(views.Verification.as_view()),
        name="api-verification",
    ),
]
