from django.urls import path

from services.portal import account_views, asking_views, case_views, own_data_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("kebutuhan/<slug:slug>/", views.category, name="category"),
    path("layanan/<slug:slug>/", views.service, name="service"),
    path("layanan/<slug:slug>/contoh/<slug:key>/", views.statement, name="statement"),
    path("ajukan/<slug:slug>/", asking_views.apply, name="apply"),
    path("permohonan/", case_views.applications, name="applications"),
    path("permohonan/<int:pk>/", case_views.application, name="application"),
    path("permohonan/<int:pk>/isi/", asking_views.fill, name="application-fill"),
    path("permohonan/<int:pk>/periksa/", asking_views.check, name="application-check"),
    path(
        "permohonan/<int:pk>/surat-lain/<slug:key>/",
        asking_views.letter_elsewhere,
        name="letter-elsewhere",
    ),
    path("permohonan/<int:pk>/terkirim/", asking_views.sent, name="application-sent"),
    path("permohonan/<int:pk>/batal/", case_views.withdraw, name="application-withdraw"),
    path("berkas/<int:pk>/", case_views.document, name="document"),
    path("berkas/<int:pk>/kecil/", case_views.thumbnail, name="document-thumbnail"),
    path("berkas/<int:pk>/hapus/", case_views.remove_document, name="document-remove"),
    path("surat/<int:pk>/", case_views.letter, name="letter"),
    path("pengantar/<int:pk>/", case_views.cover_letter, name="cover-letter"),
    path("v/", views.verify_form, name="verify-form"),
    path("v/<str:code>", views.verify, name="verify"),
    path("daftar/", account_views.register, name="register"),
    path("sandi/kode/", account_views.password_by_code, name="password-by-code"),
    path("data-saya/", own_data_views.own, name="own-data"),
    path("data-saya/unduh/", own_data_views.copy, name="own-data-copy"),
    path("data-saya/persetujuan/", own_data_views.consent, name="own-data-consent"),
    path("data-saya/keberatan/<int:pk>/", own_data_views.contest, name="own-data-contest"),
    path("data-saya/wakil/", own_data_views.let_relative, name="own-data-let"),
    path(
        "data-saya/wakil/<int:pk>/cabut/",
        own_data_views.withdraw_relative,
        name="own-data-withdraw-relative",
    ),
    path("data-saya/dokumen/<int:pk>/", own_data_views.wallet_document, name="wallet-document"),
    path(
        "data-saya/dokumen/<int:pk>/hapus/",
        own_data_views.withdraw_document,
        name="wallet-document-withdraw",
    ),
    path("akses/", account_views.reads, name="reads"),
    path("privasi/", views.privacy, name="privacy"),
]
