"""Addresses below ``/kelola/langganan/`` on a city's host."""

from django.urls import path

from billing import city_pages as pages
from billing import paper_pages as papers

urlpatterns = [
    path("", pages.home, name="billing"),
    path("paket/", pages.choose, name="billing-plans"),
    path("paket/<slug:plan>/<slug:interval>/", pages.confirm, name="billing-confirm"),
    path("paket/<slug:plan>/<slug:interval>/tagihan/", pages.by_invoice, name="billing-by-invoice"),
    path("kontak/", pages.contact, name="billing-contact"),
    path("berhenti/", pages.stop, name="billing-stop"),
    path("lanjut/", pages.go_on, name="billing-resume"),
    path("kartu/", pages.cards, name="billing-cards"),
    path("tagihan/", pages.invoices, name="billing-invoices"),
    path("tagihan/<int:pk>/kuitansi.pdf", papers.receipt, name="billing-receipt"),
    path("dokumen/", papers.documents, name="billing-documents"),
    path("dokumen/penawaran.pdf", papers.quotation, name="billing-quotation"),
    path("dokumen/perjanjian.pdf", papers.contract, name="billing-contract"),
]
