from django.urls import path

from billing import console, pages, webhooks

urlpatterns = [
    path("harga/", pages.prices, name="prices"),
    path("stripe/webhook/", webhooks.receive, name="stripe-webhook"),
    path("konsol/paket/", console.plans_page, name="console-plans"),
    path("konsol/tagihan/", console.invoices, name="console-invoices"),
    path("konsol/peristiwa/", console.events, name="console-events"),
    path("konsol/peristiwa/<int:pk>/ulangi/", console.replay, name="console-event-replay"),
]
