"""Addresses below ``/kelola/``."""

from django.urls import path

from services.setup import services_views as s
from services.setup import views
from services.setup.editing import PARTS

urlpatterns = [
    path("", views.home, name="setup"),
    path("identitas/", views.face, name="setup-face"),
    path("wilayah/", views.units, name="setup-units"),
    path("wilayah/<int:pk>/", views.unit, name="setup-unit"),
    path("pejabat/", views.posts, name="setup-posts"),
    path("pejabat/<int:pk>/", views.post, name="setup-post"),
    path("pejabat/akhiri/<int:pk>/", views.end_holding, name="setup-end-holding"),
    path("pejabat/undang/<int:pk>/", views.invite_again, name="setup-invite"),
    path("rt/", views.neighbourhoods, name="setup-neighbourhoods"),
    path("rt/<int:pk>/ketua/", views.head_of, name="setup-head"),
    path("penduduk/", views.residents, name="setup-residents"),
    path("penduduk/contoh.csv", views.residents_template, name="setup-residents-template"),
    path("penduduk/impor/<slug:code>/", views.residents_import, name="setup-import"),
    path("layanan/", s.services, name="setup-services"),
    path("layanan/baru/", s.new_service, name="setup-new-service"),
    path("layanan/impor/", s.import_service, name="setup-import-service"),
    path("layanan/kelurahan/", s.villages, name="setup-villages"),
    path("layanan/rilis/", s.releases, name="setup-releases"),
    path("layanan/rilis/<slug:slug>/", s.release, name="setup-release"),
    path("layanan/<slug:slug>/", s.edit, name="setup-service"),
    path("layanan/<slug:slug>/standar/", s.edit, {"part": "standard"}, name="setup-standard"),
    path("layanan/<slug:slug>/susun/", s.arrange, name="setup-arrange"),
    path("layanan/<slug:slug>/draf/", s.draft, name="setup-draft"),
    path("layanan/<slug:slug>/draf/surat/<str:key>/", s.letter, name="setup-letter"),
    path("layanan/<slug:slug>/simulasi/", s.walk, name="setup-walk"),
    path("layanan/<slug:slug>/riwayat/", s.history, name="setup-history"),
    path("layanan/<slug:slug>/unduh/", s.export, name="setup-export"),
]
for part, (address, _) in PARTS.items():
    below, name, given = f"layanan/<slug:slug>/{address}/", f"setup-{address}", {"part": part}
    urlpatterns += [
        path(below, s.items, given, name=name),
        path(f"{below}tambah/", s.add, given, name=f"{name}-add"),
        path(f"{below}ubah/<str:key>/", s.edit, given, name=f"{name}-edit"),
    ]
