"""Addresses below ``/kelola/data/`` on a city's host."""

from django.urls import path

from tenants.ownership import views

urlpatterns = [
    path("kelola/data/", views.home, name="ownership"),
    path("kelola/data/minta/", views.ask_export, name="ownership-ask"),
    path("kelola/data/unduh/<str:code>/", views.download, name="ownership-download"),
    path("kelola/data/hapus/", views.delete, name="ownership-delete"),
    path("kelola/data/hapus/<int:pk>/setuju/", views.confirm, name="ownership-confirm"),
    path("kelola/data/hapus/<int:pk>/batal/", views.cancel, name="ownership-cancel"),
]
