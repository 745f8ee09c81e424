"""Reports from the list of everybody, which a phone keeps."""

from collections.abc import Callable

from django.test import Client

from accounts.models import User
from kernel import clock
from services.catalogue import queries as catalogue
from services.heads import board
from services.neighbourhood import monthly
from services.neighbourhood.models import Guest, Report
from services.neighbourhood.reports import works_from_list
from tenants.registry.current import city
from tests.factories import Cast, family

Enter = Callable[[User], Client]


def test_guest_is_reported_from_the_list_and_nobody_of_another_rt_is_on_it(
    cast: Cast, signed_in: Enter
) -> None:
    other = family(cast.village, rt=2)[0]
    client, path = signed_in(cast.hasan), "/rt/lapor/lapor-tamu/daftar/"
    page = client.get(path).content.decode()
    assert f'<option value="{cast.sari_person.pk}"' in page
    assert f'<option value="{other.pk}"' not in page
    sent = guest(person=str(other.pk))
    assert client.post(path, sent).status_code == 422 and not Report.objects.exists()
    answer = client.post(path, {**sent, "person": str(cast.sari_person.pk)})
    assert answer.status_code == 302, answer.content.decode()
    assert Guest.objects.get().host == cast.sari_person
    assert answer["Location"] == f"/rt/laporan/{Report.objects.get().pk}/"


def test_list_that_is_sent_without_a_person_or_answers_says_what_is_missing(
    cast: Cast, signed_in: Enter
) -> None:
    client, path = signed_in(cast.hasan), "/rt/lapor/lapor-tamu/daftar/"
    page = client.post(path, guest(person=""))
    assert page.status_code == 422 and "Pilih orangnya." in page.content.decode()
    assert "Tamu Contoh" in page.content.decode()  # what was typed stays
    assert client.post(path, {"person": str(cast.sari_person.pk)}).status_code == 422


def test_phone_keeps_everybody_and_the_reports_that_work_from_a_list(
    cast: Cast, signed_in: Enter
) -> None:
    client = signed_in(cast.hasan)
    paths = dict(client.get("/rt/ponsel/").json()["pages"])
    assert "/rt/buku/semua/" in paths and "/rt/lapor/lapor-tamu/daftar/" in paths
    for service in catalogue.reports():
        assert service.current is not None
        listed = f"/rt/lapor/{service.slug}/daftar/"
        assert (listed in paths) == works_from_list(service.current.blueprint)
    for path in paths:
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, path
        assert len(answer.content) < 60_000, path
    page = client.get("/rt/buku/semua/").content.decode()
    assert (
        cast.sari_person.nik not in page and f"{cast.sari_person.birth_date:%d-%m-%Y}" not in page
    )


def test_board_says_whether_the_monthly_report_came(cast: Cast) -> None:
    today = clock.now().astimezone(city().tz).date()
    column = board.columns["monthly"]
    rt = cast.sari_person.household.rt
    assert column.cells([rt])[rt.pk].endswith("belum")
    month = monthly.due_month(today)
    posts = [post for post in rt.posts.select_related("unit") if post.role == "ketua_rt"]
    monthly.send(unit=rt, month=month, posts=posts, by=cast.hasan, at=clock.now(), today=today)
    assert column.cells([rt])[rt.pk].endswith(("NIHIL", "terkirim"))


def guest(**more: str) -> dict[str, str]:
    today = clock.now().astimezone(city().tz).date()
    return {
        "nama": "Tamu Contoh", "jk": "1", "asal": "Samarinda", "tanggal": today.isoformat(),
        "malam": "2", "untuk": "menjenguk keluarga", "alamat": "Jalan Cumi-cumi 12", **more,
    }  # fmt: skip
