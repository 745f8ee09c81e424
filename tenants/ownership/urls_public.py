"""Deletions on the platform's own host."""

from django.urls import path

from tenants.ownership import console

urlpatterns = [
    path("penghapusan/<str:code>/", console.by_code, name="certificate"),
    path("konsol/penghapusan/", console.deletions, name="console-deletions"),
    path("konsol/penghapusan/<int:pk>/", console.deletion, name="console-deletion"),
    path("konsol/penghapusan/<int:pk>/setuju/", console.confirm, name="console-deletion-confirm"),
    path("konsol/penghapusan/<int:pk>/batal/", console.cancel, name="console-deletion-cancel"),
    path(
        "konsol/penghapusan/<int:pk>/berita-acara.pdf",
        console.certificate,
        name="console-certificate",
    ),
]
