"""Addresses below ``/kelola/``."""

from django.urls import path

from services.catalogue.editor_inputs import PARTS
from services.setup import (
    closure_views,
    code_views,
    decree_views,
    draft_views,
    list_views,
    part_views,
    post_views,
    preview_views,
    readiness_views,
    register_views,
    release_views,
    role_views,
    services_views,
    sharing_views,
    staff_views,
    structure_views,
    territory_views,
    translation_views,
    views,
)

urlpatterns = [
    path("", views.home, name="setup"),
    path("kesiapan/", readiness_views.readiness_page, name="setup-readiness"),
    path("pesan/", readiness_views.undelivered, name="setup-undelivered"),
    path("identitas/", views.face, name="setup-face"),
    path("wilayah/", views.units, name="setup-units"),
    path("wilayah/dinas/", structure_views.add_dinas, name="setup-add-dinas"),
    path("wilayah/<int:pk>/jabatan/", structure_views.add_post, name="setup-add-post"),
    path("pejabat/<int:pk>/nama/", structure_views.call_post, name="setup-call-post"),
    path("wilayah/sebutan/", territory_views.words, name="setup-words"),
    path("wilayah/<int:pk>/", views.unit, name="setup-unit"),
    path("wilayah/<int:pk>/keputusan/<slug:word>/", decree_views.decree, name="setup-decree"),
    path("wilayah/<int:pk>/bentuk/", decree_views.open_unit, name="setup-open-unit"),
    path("wilayah/keputusan/<int:pk>/batal/", decree_views.cancel, name="setup-decree-cancel"),
    path("wilayah/<int:pk>/sebutan/", territory_views.unit_words, name="setup-unit-words"),
    path("peran/", role_views.roles, name="setup-roles"),
    path("peran/baru/", role_views.add_role, name="setup-add-role"),
    path("peran/<int:pk>/", role_views.change_role, name="setup-role"),
    path("peran/<int:pk>/hapus/", role_views.remove_role, name="setup-remove-role"),
    path("pejabat/", views.posts, name="setup-posts"),
    path("pejabat/<int:pk>/", post_views.post, name="setup-post"),
    path("pejabat/ubah/<int:pk>/", post_views.correct, name="setup-correct"),
    path("pejabat/akhiri/<int:pk>/", views.end_holding, name="setup-end-holding"),
    path("pejabat/langkah/<int:pk>/", views.second_step, name="setup-second-step"),
    path("pejabat/undang/<int:pk>/", views.invite_again, name="setup-invite"),
    path("pejabat/kode/<int:pk>/", code_views.official_code, name="setup-code"),
    path("pejabat/berkas/", staff_views.staff, name="setup-staff"),
    path("pejabat/berkas/contoh/", staff_views.staff_template, name="setup-staff-template"),
    path("pejabat/nik/<int:pk>/", views.official_nik, name="setup-official-nik"),
    path("rt/", views.neighbourhoods, name="setup-neighbourhoods"),
    path("rt/<int:pk>/ketua/", views.head_of, name="setup-head"),
    path("berbagi-data/", sharing_views.rules, name="setup-sharing"),
    path("berbagi-data/<int:pk>/akhiri/", sharing_views.end, name="setup-sharing-end"),
    path("penduduk/", register_views.residents, name="setup-residents"),
    path("penduduk/contoh.csv", register_views.residents_template, name="setup-residents-template"),
    path("penduduk/impor/bagian/", register_views.import_piece, name="setup-import-piece"),
    path("penduduk/impor/<int:pk>/", register_views.residents_import, name="setup-import"),
    path(
        "penduduk/impor/<int:pk>/kolom/", register_views.import_columns, name="setup-import-columns"
    ),
    path(
        "penduduk/impor/<int:pk>/tulis/", register_views.import_accept, name="setup-import-accept"
    ),
    path(
        "penduduk/impor/<int:pk>/hentikan/",
        register_views.import_cancel,
        name="setup-import-cancel",
    ),
    path("penduduk/impor/<int:pk>/batalkan/", register_views.import_undo, name="setup-import-undo"),
    path(
        "penduduk/impor/<int:pk>/perbaiki.csv",
        register_views.import_repair,
        {"kind": "csv"},
        name="setup-import-repair-csv",
    ),
    path(
        "penduduk/impor/<int:pk>/perbaiki.xlsx",
        register_views.import_repair,
        {"kind": "xlsx"},
        name="setup-import-repair-xlsx",
    ),
    path("libur/", closure_views.closures, name="setup-closures"),
    path("layanan/", services_views.services, name="setup-services"),
    path("layanan/baru/", services_views.new_service, name="setup-new-service"),
    path("layanan/impor/", services_views.import_service, name="setup-import-service"),
    path("layanan/kelurahan/", services_views.villages, name="setup-villages"),
    path("layanan/rilis/", release_views.releases, name="setup-releases"),
    path("layanan/rilis/<slug:slug>/", release_views.release, name="setup-release"),
    path("layanan/<slug:slug>/", part_views.edit, name="setup-service"),
    path(
        "layanan/<slug:slug>/standar/", part_views.edit, {"part": "standard"}, name="setup-standard"
    ),
    path("layanan/<slug:slug>/susun/", list_views.arrange, name="setup-arrange"),
    path("layanan/<slug:slug>/pratinjau/", preview_views.preview, name="setup-preview"),
    path(
        "layanan/<slug:slug>/terjemahan/",
        translation_views.translations,
        name="setup-translations",
    ),
    path("layanan/<slug:slug>/draf/", draft_views.draft, name="setup-draft"),
    path("layanan/<slug:slug>/draf/surat/<str:key>/", draft_views.letter, name="setup-letter"),
    path("layanan/<slug:slug>/simulasi/", draft_views.walk, name="setup-walk"),
    path("layanan/<slug:slug>/riwayat/", draft_views.history, name="setup-history"),
    path("layanan/<slug:slug>/unduh/", draft_views.export, name="setup-export"),
]
for part, (address, _) in PARTS.items():
    below, name, given = f"layanan/<slug:slug>/{address}/", f"setup-{address}", {"part": part}
    urlpatterns += [
        path(below, list_views.items, given, name=name),
        path(f"{below}tambah/", part_views.add, given, name=f"{name}-add"),
        path(f"{below}ubah/<str:key>/", part_views.edit, given, name=f"{name}-edit"),
    ]
