"""Addresses below ``/meja/``."""

from django.urls import path

from services.desk import (
    act_views,
    code_views,
    counter_views,
    doubles_views,
    monthly_views,
    people_views,
    recording_views,
    sharing_views,
    views,
)

urlpatterns = [
    path("", views.inbox, name="desk-inbox"),
    path("cari/", views.search, name="desk-search"),
    path("peristiwa/", recording_views.waiting, name="desk-to-record"),
    path("bulanan/", monthly_views.board, name="desk-monthly"),
    path("bulanan/unduh/", monthly_views.download, name="desk-monthly-csv"),
    path("bulanan/<int:pk>/<str:text>/", monthly_views.one, name="desk-monthly-one"),
    path("data/", sharing_views.shared, name="desk-shared"),
    path("penduduk/perhatian/", doubles_views.attention, name="desk-attention"),
    path("penduduk/ganda/<int:pk>/<int:other>/", doubles_views.compare, name="desk-doubles"),
    path("penduduk/ganda/<int:event>/batalkan/", doubles_views.undo, name="desk-doubles-undo"),
    path("kode/", code_views.give_code, name="desk-code"),
    path("penduduk/", people_views.find, name="desk-people"),
    path("penduduk/tambah/", act_views.add, name="desk-person-add"),
    path("penduduk/<int:pk>/", people_views.person, name="desk-person"),
    path("penduduk/<int:pk>/tampilkan/", people_views.reveal, name="desk-person-reveal"),
    path(
        "penduduk/<int:pk>/dokumen/<int:document>/",
        people_views.document,
        name="desk-person-document",
    ),
    path("penduduk/<int:pk>/ajukan/", counter_views.begin, name="desk-person-apply"),
    path("penduduk/<int:pk>/catat/<slug:word>/", act_views.act, name="desk-person-act"),
    path("penduduk/<int:pk>/perbaiki/", act_views.correct, name="desk-person-correct"),
    path(
        "penduduk/<int:pk>/perbaiki-khusus/",
        act_views.correct,
        {"specific": True},
        name="desk-person-correct-specific",
    ),
    path(
        "penduduk/<int:pk>/peristiwa/<int:event>/batalkan/",
        act_views.undo,
        name="desk-person-undo",
    ),
    path("berkas/<int:pk>/", views.case, name="desk-case"),
    path("berkas/<int:pk>/putuskan/", views.decide, name="desk-decide"),
    path("berkas/<int:pk>/surat/<slug:output>/", views.letter_preview, name="desk-preview"),
    path("berkas/<int:pk>/cabut/", views.revoke, name="desk-revoke"),
    path("berkas/<int:pk>/peristiwa/", recording_views.record, name="desk-life-events"),
    path("berkas/<int:pk>/nik/", views.reveal, name="desk-reveal"),
]
