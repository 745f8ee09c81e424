"""Addresses below ``/api/``."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from services.api import views

urlpatterns = [
    path("", views.home, name="api-home"),
    path("v1/skema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("v1/layanan/", views.ServiceList.as_view(), name="api-services"),
    path("v1/verifikasi/<str:code>/", views.Verification.as_view(), name="api-verification"),
]
