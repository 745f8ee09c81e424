"""City hosts: nothing of the embedded set-up shows there."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
