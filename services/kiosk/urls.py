"""Addresses below ``/kios/``."""

from django.urls import path

from services.kiosk import filing_views, queue_views, views

urlpatterns = [
    path("", views.start, name="kiosk"),
    path("nik/", views.identity, name="kiosk-identity"),
    path("kode/", views.code, name="kiosk-code"),
    path("selesai/", views.end, name="kiosk-end"),
    path("masih/", views.still_here, name="kiosk-still-here"),
    path("tutup/", views.close, name="kiosk-close"),
    path("antrean/", queue_views.lines, name="kiosk-queue"),
    path("antrean/<int:pk>/", queue_views.ticket, name="kiosk-ticket"),
    path("saya/", filing_views.own, name="kiosk-own"),
    path("saya/janji/<int:pk>/", queue_views.arrive, name="kiosk-arrive"),
    path("layanan/", filing_views.services, name="kiosk-services"),
    path("layanan/<slug:slug>/", filing_views.begin, name="kiosk-begin"),
    path("permohonan/<int:pk>/", filing_views.case, name="kiosk-case"),
    path("permohonan/<int:pk>/terkirim/", filing_views.sent, name="kiosk-sent"),
    path("permohonan/<int:pk>/nanti/", filing_views.later, name="kiosk-later"),
    path("permohonan/<int:pk>/buang/", filing_views.discard, name="kiosk-discard"),
    path("permohonan/<int:pk>/surat/<int:letter_id>/", filing_views.letter, name="kiosk-letter"),
    path(
        "permohonan/<int:pk>/surat/<int:letter_id>/<int:number>.png",
        filing_views.letter_page,
        name="kiosk-letter-page",
    ),
]
