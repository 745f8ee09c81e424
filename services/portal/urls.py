from django.urls import path

from services.portal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("kebutuhan/<slug:slug>/", views.category, name="category"),
    path("layanan/<slug:slug>/", views.service, name="service"),
    path("layanan/<slug:slug>/contoh/<slug:key>/", views.statement, name="statement"),
    path("ajukan/<slug:slug>/", views.apply, name="apply"),
    path("permohonan/", views.applications, name="applications"),
    path("permohonan/<int:pk>/", views.application, name="application"),
    path("permohonan/<int:pk>/isi/", views.fill, name="application-fill"),
    path("permohonan/<int:pk>/periksa/", views.check, name="application-check"),
    path("permohonan/<int:pk>/terkirim/", views.sent, name="application-sent"),
    path("permohonan/<int:pk>/batal/", views.withdraw, name="application-withdraw"),
    path("berkas/<int:pk>/", views.document, name="document"),
    path("berkas/<int:pk>/kecil/", views.thumbnail, name="document-thumbnail"),
    path("berkas/<int:pk>/hapus/", views.remove_document, name="document-remove"),
    path("surat/<int:pk>/", views.letter, name="letter"),
    path("v/", views.verify_form, name="verify-form"),
    path("v/<str:code>", views.verify, name="verify"),
    path("daftar/", views.register, name="register"),
    path("sandi/kode/", views.password_by_code, name="password-by-code"),
    path("akses/", views.reads, name="reads"),
    path("privasi/", views.privacy, name="privacy"),
]
