"""Addresses below ``/kelola/``."""

from django.urls import path

from services.setup import views

urlpatterns = [
    path("", views.home, name="setup"),
    path("identitas/", views.face, name="setup-face"),
    path("wilayah/", views.units, name="setup-units"),
    path("wilayah/<int:pk>/", views.unit, name="setup-unit"),
    path("pejabat/", views.posts, name="setup-posts"),
    path("pejabat/<int:pk>/", views.post, name="setup-post"),
    path("pejabat/akhiri/<int:pk>/", views.end_holding, name="setup-end-holding"),
    path("pejabat/undang/<int:pk>/", views.invite_again, name="setup-invite"),
    path("rt/", views.neighbourhoods, name="setup-neighbourhoods"),
    path("rt/<int:pk>/ketua/", views.head_of, name="setup-head"),
    path("penduduk/", views.residents, name="setup-residents"),
    path("penduduk/contoh.csv", views.residents_template, name="setup-residents-template"),
    path("penduduk/impor/<slug:code>/", views.residents_import, name="setup-import"),
    path("layanan/", views.services, name="setup-services"),
]
