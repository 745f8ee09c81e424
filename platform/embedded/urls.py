"""Public host: the mailbox, in embedded installations only."""

from django.conf import settings
from django.urls import URLPattern, path

from embedded import views

urlpatterns: list[URLPattern] = []
if settings.EMBEDDED:
    urlpatterns = [
        path("kotak-surat/", views.mailbox, name="mailbox"),
        path("kotak-surat/<int:pk>/", views.mail, name="mail"),
    ]
