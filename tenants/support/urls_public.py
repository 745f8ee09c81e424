"""Support in the operators' console."""

from django.urls import path

from tenants.support import console, question_views

urlpatterns = [
    path("konsol/pertanyaan/", question_views.console_list, name="console-questions"),
    path("konsol/pertanyaan/<int:pk>/", question_views.console_question, name="console-question"),
    path("konsol/kota/<str:code>/dukungan/", console.ask, name="console-support-ask"),
    path("konsol/dukungan/<int:pk>/masuk/", console.enter, name="console-support-enter"),
    path("konsol/dukungan/<int:pk>/selesai/", console.leave, name="console-support-leave"),
]
