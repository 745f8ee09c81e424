from django.urls import path

from ui import views

urlpatterns = [
    path("ui/warna.css", views.colour, name="ui-colour"),
    path("ui/logo.png", views.logo, name="ui-logo"),
    path("manifest.webmanifest", views.manifest, name="ui-manifest"),
]
