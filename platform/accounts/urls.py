from django.urls import path

from accounts import mfa_views, push_views, views

urlpatterns = [
    path("masuk/", views.sign_in, name="sign-in"),
    path("masuk/kode/", mfa_views.second_step, name="second-step"),
    path("masuk/peragaan/", views.demo_sign_in, name="demo-sign-in"),
    path("keluar/", views.sign_out, name="sign-out"),
    path("sandi/", views.forgotten, name="forgotten"),
    path("sandi/<str:uid>/<str:token>/", views.new_password, name="new-password"),
    path("akun/", views.account, name="account"),
    path("akun/e-mail/<str:token>/", views.prove_address, name="prove-address"),
    path("akun/ponsel/", push_views.subscribe, name="push-subscribe"),
    path("akun/ponsel/berhenti/", push_views.unsubscribe, name="push-unsubscribe"),
    path("akun/dua-langkah/", mfa_views.settings, name="mfa"),
]
