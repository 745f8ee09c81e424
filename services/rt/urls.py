"""Addresses below ``/rt/``."""

from django.urls import path

from services.rt import hand_over_views, views

urlpatterns = [
    path("", views.inbox, name="rt-inbox"),
    path("serah-terima/<int:pk>/", hand_over_views.hand_over, name="rt-hand-over"),
    path("<int:pk>/", views.case, name="rt-case"),
    path("<int:pk>/putuskan/", views.decide, name="rt-decide"),
    path("<int:pk>/tarik/", views.take_back, name="rt-undo"),
]
