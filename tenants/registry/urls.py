from django.urls import include, path

from tenants.registry import console, views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("", include("accounts.urls")),
    path("syarat/", views.terms, name="terms"),
    path("privasi/", views.privacy, name="privacy"),
    path("keamanan/", views.security, name="security"),
    path("daftar/", views.region, name="signup"),
    path("daftar/pejabat/", views.official, name="signup-official"),
    path("daftar/periksa/", views.check, name="signup-check"),
    path("daftar/konfirmasi/<str:token>/", views.confirm, name="signup-confirm"),
    path("daftar/status/<str:token>/", views.status, name="signup-status"),
    path("daftar/status/<str:token>/kirim-ulang/", views.resend, name="signup-resend"),
    path("konsol/", console.home, name="console"),
    path("konsol/kota/", console.cities, name="console-cities"),
    path("konsol/pendaftaran/<int:pk>/", console.signup, name="console-signup"),
    path("konsol/pendaftaran/<int:pk>/ulangi/", console.retry, name="console-retry"),
]
