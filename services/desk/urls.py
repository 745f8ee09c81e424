"""Addresses below ``/meja/``."""

from django.urls import path

from services.desk import code_views, recording_views, sharing_views, views

urlpatterns = [
    path("", views.inbox, name="desk-inbox"),
    path("cari/", views.search, name="desk-search"),
    path("peristiwa/", recording_views.waiting, name="desk-to-record"),
    path("data/", sharing_views.shared, name="desk-shared"),
    path("kode/", code_views.give_code, name="desk-code"),
    path("berkas/<int:pk>/", views.case, name="desk-case"),
    path("berkas/<int:pk>/putuskan/", views.decide, name="desk-decide"),
    path("berkas/<int:pk>/surat/<slug:output>/", views.letter_preview, name="desk-preview"),
    path("berkas/<int:pk>/cabut/", views.revoke, name="desk-revoke"),
    path("berkas/<int:pk>/peristiwa/", recording_views.record, name="desk-life-events"),
    path("berkas/<int:pk>/nik/", views.reveal, name="desk-reveal"),
]
