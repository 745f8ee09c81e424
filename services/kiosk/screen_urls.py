"""Addresses below ``/layar/``."""

from django.urls import path

from services.kiosk import screen_views

urlpatterns = [
    path("", screen_views.screen, name="screen"),
    path("isi/", screen_views.calls, name="screen-calls"),
]
