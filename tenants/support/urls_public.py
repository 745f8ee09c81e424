"""Support in the operators' console."""

from django.urls import path

from tenants.support import console

urlpatterns = [
    path("konsol/kota/<str:code>/dukungan/", console.ask, name="console-support-ask"),
    path("konsol/dukungan/<int:pk>/masuk/", console.enter, name="console-support-enter"),
    path("konsol/dukungan/<int:pk>/selesai/", console.leave, name="console-support-leave"),
]
