"""Public host: the mailbox of the one-command start."""

from django.urls import path

from deploy.local import views

urlpatterns = [
    path("kotak-surat/", views.mailbox, name="mailbox"),
    path("kotak-surat/<int:pk>/", views.mail, name="mail"),
]
