from django.urls import include, path

from tenants.registry import views

urlpatterns = [
    path("", views.landing, name="home"),
    path("", include("accounts.urls")),
    path("syarat/", views.terms, name="terms"),
    path("privasi/", views.privacy, name="privacy"),
    path("keamanan/", views.security, name="security"),
    path("daftar/", views.region, name="signup"),
    path("daftar/cari/", views.suggest, name="signup-suggest"),
    path("daftar/pejabat/<str:code>/", views.official, name="signup-official"),
    path("daftar/konfirmasi/<str:token>/", views.confirm, name="signup-confirm"),
    path("daftar/status/<str:token>/", views.status, name="signup-status"),
    path("daftar/status/<str:token>/kirim-ulang/", views.resend, name="signup-resend"),
    path("daftar/status/<str:token>/e-mail/", views.correct_email, name="signup-email"),
]
