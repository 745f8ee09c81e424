from django.urls import path

from services.desk import field_views

urlpatterns = [
    path("", field_views.home, name="field-home"),
    path("<int:pk>/", field_views.visit, name="field-visit"),
    path("titik/<int:pk>/", field_views.stop, name="field-stop"),
]
