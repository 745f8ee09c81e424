"""Addresses below ``/rt/``."""

from django.urls import path

from services.rt import (
    book_views,
    device_views,
    hand_over_views,
    house_views,
    monthly_views,
    report_views,
    views,
)

urlpatterns = [
    path("", views.inbox, name="rt-inbox"),
    path("serah-terima/<int:pk>/", hand_over_views.hand_over, name="rt-hand-over"),
    path("ponsel/", device_views.facts, name="rt-device"),
    path("kiriman/", device_views.outbox, name="rt-outbox"),
    path("<int:pk>/", views.case, name="rt-case"),
    path("<int:pk>/putuskan/", views.decide, name="rt-decide"),
    path("<int:pk>/tarik/", views.take_back, name="rt-undo"),
    path("buku/", book_views.households, name="rt-book"),
    path("buku/keluarga/<int:pk>/", book_views.household, name="rt-household"),
    path("buku/warga/", book_views.people, name="rt-people"),
    path("buku/kelompok/", book_views.vulnerable, name="rt-groups"),
    path("buku/cari/", book_views.find, name="rt-find"),
    path("buku/warga/<int:pk>/", book_views.person, name="rt-person"),
    path("buku/warga/<int:pk>/tanda/", book_views.mark, name="rt-mark"),
    path("buku/tanda/<int:pk>/akhiri/", book_views.end_mark, name="rt-mark-end"),
    path("lapor/", report_views.listed, name="rt-reports"),
    path("lapor/<slug:slug>/", report_views.whom, name="rt-report-whom"),
    path("lapor/<slug:slug>/<int:pk>/", report_views.new, name="rt-report-new"),
    path("laporan/<int:pk>/", report_views.report, name="rt-report"),
    path("laporan/<int:pk>/perbaiki/", report_views.correct, name="rt-report-correct"),
    path("laporan/<int:pk>/tarik/", report_views.withdraw, name="rt-report-withdraw"),
    path("tamu/", report_views.guest_book, name="rt-guests"),
    path("tamu/<int:pk>/pulang/", report_views.guest_left, name="rt-guest-left"),
    path("tamu/<int:pk>/kembali/", report_views.guest_back, name="rt-guest-back"),
    path("kos/", house_views.listed, name="rt-houses"),
    path("kos/baru/<int:pk>/", house_views.new, name="rt-house-new"),
    path("kos/<int:pk>/", house_views.house, name="rt-house"),
    path("kos/<int:pk>/ubah/", house_views.change, name="rt-house-change"),
    path("kos/<int:pk>/tutup/", house_views.close, name="rt-house-close"),
    path("bulanan/", monthly_views.listed, name="rt-monthly"),
    path("bulanan/<int:pk>/<str:text>/", monthly_views.month, name="rt-monthly-month"),
]
