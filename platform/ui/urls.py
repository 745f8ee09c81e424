from django.urls import path

from ui import views

urlpatterns = [
    path("ui/warna.css", views.colour, name="ui-colour"),
    path("ui/logo.png", views.logo, name="ui-logo"),
    path("robots.txt", views.robots_txt, name="robots"),
    path("bahasa/", views.choose_language, name="language"),
    path("luring/", views.offline, name="ui-offline"),
    path("sw.js", views.service_worker, name="ui-service-worker"),
    path("manifest.webmanifest", views.manifest, name="ui-manifest"),
]
