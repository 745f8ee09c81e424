"""Form fields, query parameters and template filters have English names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django import template

from ui.templatetags import ui

ROOT = Path(__file__).resolve().parents[2]
TOPS = ("platform", "tenants", "services", "billing")
# Indonesian for what request fields usually carry; nouns of the glossary (nik, rt, dusun) may stay.
INDONESIAN = frozenset(
    "alasan angka baru bagian bahasa batal batalkan berkas buat buka cara cari daerah dari geser "
    "hal halaman hapus jam jenis kata keadaan kelompok kembali keputusan kode kosong kunci laju "
    "lama langkah layanan masa mulai nama nyala orang paket pilih rilis saring sesi siapa surat "
    "tambah tanggal urut urutan versi".split()
)
READ = {"get", "getlist", "pop", "setlist"}
FIELD = re.compile(r"""\bname=["']([a-z_]+)["']|[?&](?:amp;)?([a-z_]+)=""")


def _fields(source: str) -> Iterator[str]:
    """What views read of ``request.GET`` and ``request.POST``, and the fields of forms."""
    for node in ast.walk(ast.parse(source)):
        key: ast.expr | None = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            if node.func.attr in READ and _is_request(node.func.value):
                key = node.args[0]
        elif isinstance(node, ast.Subscript) and _is_request(node.value):
            key = node.slice
        elif isinstance(node, ast.ClassDef) and node.name.endswith("Form"):
            for one in node.body:
                if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
                    yield one.targets[0].id
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value


def _is_request(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ("GET", "POST", "FILES")


def test_fields_of_requests_are_english() -> None:
    found = []
    for top in TOPS:
        for path in sorted((ROOT / top).rglob("*.py")):
            names = set(_fields(path.read_text(encoding="utf-8")))
            found += [f"{path.relative_to(ROOT)}: {name}" for name in sorted(names & INDONESIAN)]
        for path in sorted((ROOT / top).rglob("templates/**/*.html")):
            names = {one for pair in FIELD.findall(path.read_text("utf-8")) for one in pair}
            found += [f"{path.relative_to(ROOT)}: {name}" for name in sorted(names & INDONESIAN)]
    assert found == []


def test_template_filters_are_english() -> None:
    assert isinstance(ui.register, template.Library)
    assert (set(ui.register.filters) | set(ui.register.tags)) & INDONESIAN == set()


def test_the_law_finds_an_indonesian_name() -> None:
    source = 'def view(request):\n    return request.GET.get("cari"), request.POST["hapus"]\n'
    assert set(_fields(source)) == {"cari", "hapus"}
    assert set(_fields("class SearchForm(Form):\n    cari = forms.CharField()\n")) == {"cari"}
