from django.urls import path

from tenants.console import cities, operators, views, work

urlpatterns = [
    path("konsol/", views.home, name="console"),
    path("konsol/kota/", cities.cities, name="console-cities"),
    path("konsol/kota/<str:code>/", cities.city, name="console-city"),
    path("konsol/kota/<str:code>/periksa/", cities.examine, name="console-examine"),
    path("konsol/kota/<str:code>/admin/", cities.administrators, name="console-admins"),
    path("konsol/kota/<str:code>/jejak/", cities.trail, name="console-trail"),
    path(
        "konsol/kota/<str:code>/kerja/<int:pk>/ulangi/",
        cities.retry,
        name="console-work-retry",
    ),
    path(
        "konsol/kota/<str:code>/kerja/<int:pk>/sudah/",
        cities.happened,
        name="console-work-happened",
    ),
    path("konsol/kota/<str:code>/hentikan/", cities.suspend, name="console-suspend"),
    path("konsol/kota/<str:code>/lanjutkan/", cities.resume, name="console-resume"),
    path("konsol/kota/<str:code>/perpanjang/", cities.extend, name="console-extend"),
    path("konsol/kota/<str:code>/batas/", cities.limits, name="console-limits"),
    path("konsol/pekerjaan/", work.work, name="console-work"),
    path("konsol/pekerjaan/<int:pk>/ulangi/", work.retry, name="console-own-work-retry"),
    path("konsol/pekerjaan/<int:pk>/sudah/", work.happened, name="console-own-work-happened"),
    path("konsol/operator/", operators.operators, name="console-operators"),
    path("konsol/operator/<int:pk>/lepas/", operators.reset, name="console-operator-reset"),
    path("konsol/pendaftaran/<int:pk>/", views.signup, name="console-signup"),
    path("konsol/pendaftaran/<int:pk>/ulangi/", views.retry, name="console-retry"),
]
