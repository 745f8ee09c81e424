"""The registry on a city's host."""

from django.urls import path

from tenants.registry import views

urlpatterns = [path("masuk/baru/<str:token>/", views.enter, name="signup-enter")]
