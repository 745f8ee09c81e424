from datetime import UTC, date, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template

from ui import forms as ui_forms
from ui.templatetags import ui

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # 11.00 WIB, a Saturday


@pytest.fixture(autouse=True)
def _the_clock_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel.clock.now", lambda: NOON)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOON - timedelta(days=1), "kemarin 11.00"),
        (NOON + timedelta(hours=5), "hari ini 16.00"),
        (NOON + timedelta(days=1), "besok 11.00"),
        (NOON + timedelta(days=2), "Senin 11.00"),
        (NOON + timedelta(days=9), "30 Nov 11.00"),
        (NOON + timedelta(days=60), "20 Jan 2027 11.00"),
        # 18.30 UTC is already tomorrow in Jakarta
        (datetime(2026, 11, 21, 18, 30, tzinfo=UTC), "besok 01.30"),
    ],
)
def test_moments_near_today_read_like_speech(moment: datetime, words: str) -> None:
    assert ui.short_moment(moment) == words


def test_due_moments_are_tagged_by_how_near_they_are() -> None:
    assert ui.due_tone(NOON - timedelta(minutes=1)) == "stop"
    assert ui.due_tone(NOON + timedelta(hours=23)) == "warn"
    assert ui.due_tone(NOON + timedelta(hours=25)) == "plain"


def test_money_sizes_and_numbers_are_written_the_indonesian_way() -> None:
    assert (ui.rupiah(1_450_000), ui.rupiah(0)) == ("Rp1.450.000", "Gratis")
    assert (ui.money(-1_450_000), ui.money(0)) == ("-Rp1.450.000", "Rp0")
    assert (ui.grouped(83_762), ui.file_size(1_258_291)) == ("83.762", "1,2 MB")
    assert ui.file_size(8 * 1024 * 1024) == "8 MB"
    assert ui.file_size(1_000 * 1024**3) == "1.000 GB"
    assert ui.mask_nik("6474012508680001") == "•••• ••25 0868 ••••"
    assert (ui.proper_name("SARI ANGGRAINI"), ui.greeting_name("SARI ANGGRAINI")) == (
        "Sari Anggraini",
        "Sari",
    )


class Sample(ui_forms.Form):
    nama = forms.CharField(label="Nama", help_text="Seperti di KTP.")
    lahir = ui_forms.TanggalField(label="Tanggal lahir")
    pilih = forms.ChoiceField(label="Pilihan", choices=[("a", "A")], widget=forms.RadioSelect)


def _html(form: forms.Form) -> str:
    fields = "".join(f'{{% cotton field :of="form.{name}" / %}}' for name in form.fields)
    text = '{% cotton errors :form="form" / %}' + fields
    return Template(text).render(Context({"form": form}))


def test_a_field_ties_hint_error_and_input_together() -> None:
    html = _html(Sample({"nama": ""}))
    assert 'id="id_nama_helptext"' in html
    assert 'aria-describedby="id_nama_helptext id_nama_error"' in html
    assert 'aria-invalid="true"' in html
    assert "Isi nama." in html


def test_the_summary_links_to_the_first_input_of_every_field() -> None:
    html = _html(Sample({}))
    for anchor in ("id_nama", "id_lahir_0", "id_pilih_0"):
        assert f'href="#{anchor}"' in html
        assert f'id="{anchor}"' in html
    assert "Ada 3 hal yang perlu diperbaiki" in html
    assert html.index("#id_nama") < html.index("#id_lahir_0") < html.index("#id_pilih_0")


def test_what_people_type_is_escaped() -> None:
    html = _html(Sample({"nama": '"><script>alert(1)</script>'}))
    assert "<script>" not in html


@pytest.mark.parametrize(
    ("parts", "result"),
    [
        (("14", "3", "1989"), date(1989, 3, 14)),
        ((" 4 ", "03", "1989"), date(1989, 3, 4)),
        (("31", "2", "1989"), None),
        (("14", "", "1989"), None),
        (("empat", "3", "1989"), None),
        (("14", "3", "99999999999"), None),
        (("14", "3", "26"), None),
        (("1", "1", "1"), None),
        (("31", "12", "9999"), None),
    ],
)
def test_dates_in_three_parts(parts: tuple[str, str, str], result: date | None) -> None:
    data = {f"lahir_{i}": part for i, part in enumerate(parts)} | {"nama": "A", "pilih": "a"}
    form = Sample(data)
    assert form.is_valid() is (result is not None)
    if result:
        assert form.cleaned_data["lahir"] == result
    else:
        assert list(form.errors) == ["lahir"]
