"""Support on a city's host."""

from django.urls import path

from tenants.support import question_views, views

urlpatterns = [
    path("kelola/dukungan/", views.home, name="support"),
    path("kelola/dukungan/tanya/", question_views.ask, name="questions"),
    path("kelola/dukungan/tanya/<int:pk>/", question_views.question, name="question"),
    path("kelola/dukungan/<int:pk>/", views.visit, name="support-visit"),
    path("kelola/dukungan/<int:pk>/jawab/", views.decide, name="support-decide"),
    path("kelola/dukungan/<int:pk>/cabut/", views.revoke, name="support-revoke"),
    path("dukungan/<str:token>/", views.enter, name="support-enter"),
]
