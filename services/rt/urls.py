"""Addresses below ``/rt/``."""

from django.urls import path

from services.rt import views

urlpatterns = [
    path("", views.inbox, name="rt-inbox"),
    path("<int:pk>/", views.case, name="rt-case"),
    path("<int:pk>/putuskan/", views.decide, name="rt-decide"),
    path("<int:pk>/tarik/", views.take_back, name="rt-undo"),
]
