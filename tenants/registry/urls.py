from django.urls import include, path

from tenants.registry import console, console_cities, console_operators, console_work, views

urlpatterns = [
    path("", views.landing, name="landing"),
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
    path("konsol/", console.home, name="console"),
    path("konsol/kota/", console_cities.cities, name="console-cities"),
    path("konsol/kota/<str:code>/", console_cities.city, name="console-city"),
    path("konsol/kota/<str:code>/periksa/", console_cities.examine, name="console-examine"),
    path("konsol/kota/<str:code>/admin/", console_cities.administrators, name="console-admins"),
    path("konsol/kota/<str:code>/jejak/", console_cities.trail, name="console-trail"),
    path(
        "konsol/kota/<str:code>/kerja/<int:pk>/ulangi/",
        console_cities.retry,
        name="console-work-retry",
    ),
    path("konsol/kota/<str:code>/hentikan/", console_cities.suspend, name="console-suspend"),
    path("konsol/kota/<str:code>/lanjutkan/", console_cities.resume, name="console-resume"),
    path("konsol/kota/<str:code>/perpanjang/", console_cities.extend, name="console-extend"),
    path("konsol/kota/<str:code>/batas/", console_cities.limits, name="console-limits"),
    path("konsol/pekerjaan/", console_work.work, name="console-work"),
    path("konsol/pekerjaan/<int:pk>/ulangi/", console_work.retry, name="console-own-work-retry"),
    path("konsol/operator/", console_operators.operators, name="console-operators"),
    path("konsol/operator/<int:pk>/lepas/", console_operators.reset, name="console-operator-reset"),
    path("konsol/pendaftaran/<int:pk>/", console.signup, name="console-signup"),
    path("konsol/pendaftaran/<int:pk>/ulangi/", console.retry, name="console-retry"),
]
