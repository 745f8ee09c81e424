"""People at the desks: who finds and opens whom, and what is shown, noted and written."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from services.desk import act_forms, person_reading
from services.desk.people_views import seen_person
from services.residents import codes, officials, register
from services.residents.models import Person, PersonEvent, Source, WalletDocument
from services.residents.search import words
from tenants.office.models import Post, Unit
from tenants.registry import stored_files
from tests.factories import Cast, family, official, photo, submitted

Enter = Callable[[User], Client]
FIND, BASIS = "/meja/penduduk/", {
    "basis_kind": "letter", "basis": "Akta 6474-KM-01", "basis_on": "20-11-2026"
}  # fmt: skip


def opened(client: Client, person: Person, **more: str) -> str:
    """The page of a person, after saying what for."""
    address = f"{FIND}{person.pk}/"
    answer = client.post(address, {"purpose": "layanan", **more})
    assert (answer.status_code, answer["Location"]) == (302, address), answer.content.decode()
    return client.get(address).content.decode()


def reads(person: Person) -> list[str]:
    found = Entry.objects.filter(what="person.read", subject_id=str(person.pk)).order_by("pk")
    return [entry.detail["purpose"] for entry in found]


@pytest.fixture
def dukcapil(cast: Cast) -> User:
    office = Unit.objects.get(code__endswith="/disdukcapil")
    return official("dukcapil", office, "petugas_dinas")


def test_found_people_are_masked_and_carry_no_address(cast: Cast, as_: Enter) -> None:
    words.learn([cast.sari_person.name])
    part = cast.sari_person.name.split()[0][1:5]
    page = as_(cast.rina).post(FIND, {"q": part}).content.decode()
    assert f'href="{FIND}{cast.sari_person.pk}/"' in page
    assert cast.sari_person.nik not in page and cast.sari_person.household.address not in page
    assert f"{cast.sari_person.birth_date:%d-%m-%Y}" not in page
    assert reads(cast.sari_person) == []


def test_a_longer_list_of_people_asks_no_more(cast: Cast, as_: Enter) -> None:
    client, home = as_(cast.rina), cast.sari_person.household
    counts = []
    for number in range(12):
        origin = register.source(kind=Source.Kind.ENTRY, label="Loket", by=None)
        register.enter(
            facts={"name": f"Wayan Sudarta {number}", "sex": 1, "birth_place": "Bontang",
                   "birth_date": date(1970, 1, 1)},
            household=home, origin=origin, by=None,
        )  # fmt: skip
        if number in (5, 6, 11):
            with CaptureQueriesContext(connection) as seen:
                page = client.post(FIND, {"q": "sudarta"}).content.decode()
            assert page.count("Wayan Sudarta") == number + 1
            counts.append(len(seen))
    assert counts[1] == counts[2], counts


def test_a_name_or_number_stands_in_no_address(cast: Cast, as_: Enter) -> None:
    page = as_(cast.rina).get(FIND, {"q": cast.sari_person.nik}).content.decode()
    assert f"{FIND}{cast.sari_person.pk}/" not in page
    assert 'method="post"' in page


def test_only_offices_of_the_area_find_and_open_somebody(
    cast: Cast, as_: Enter, dukcapil: User
) -> None:
    """Ketua RT, residents, other dinas and other villages are told that there is nobody."""
    address, nik = f"{FIND}{cast.sari_person.pk}/", cast.sari_person.nik
    for user in (cast.rina, cast.lurah, cast.loket_kecamatan, cast.camat, dukcapil):
        client = as_(user)
        assert address in client.post(FIND, {"q": nik}).content.decode(), user.login
        assert client.get(address).status_code == 200, user.login
    client = as_(cast.lurah_lain)
    assert address not in client.post(FIND, {"q": nik}).content.decode()
    hidden = client.get(address)
    absent = client.get(f"{FIND}999999999/")
    assert hidden.status_code == absent.status_code == 404
    assert client.post(address, {"purpose": "layanan"}).status_code == 404
    for user in (cast.petugas, cast.hasan, cast.sari):
        client = as_(user)
        assert client.post(FIND, {"q": nik}).status_code in (403, 404), user.login
        assert client.get(address).status_code == 404, user.login
    assert reads(cast.sari_person) == []


def test_menu_leads_there_only_whom_it_lets_in(cast: Cast, as_: Enter) -> None:
    assert f'href="{FIND}"' in as_(cast.rina).get("/meja/").content.decode()
    assert f'href="{FIND}"' not in as_(cast.petugas).get("/meja/").content.decode()


def test_record_is_shown_after_its_purpose_was_said_and_its_person_reads_it(
    cast: Cast, as_: Enter
) -> None:
    client, person = as_(cast.rina), cast.sari_person
    before = client.get(f"{FIND}{person.pk}/").content.decode()
    assert "Untuk apa data ini dibuka?" in before and person.household.address not in before
    page = opened(client, person)
    assert person.household.address.split()[-1] in page and "Anggota KK" in page
    assert reads(person) == ["penduduk-layanan"]
    assert "untuk melayani Anda di loket" in as_(cast.sari).get("/akses/").content.decode()


def test_another_task_is_named_without_a_number_and_read_by_the_person(
    cast: Cast, as_: Enter
) -> None:
    client, address = as_(cast.rina), f"{FIND}{cast.sari_person.pk}/"
    for wrong in ("", "abc", cast.sari_person.nik):
        answer = client.post(address, {"purpose": "tugas", "words": wrong})
        assert answer.status_code == 422
    opened(client, cast.sari_person, purpose="tugas", words="Surat tugas 12/2026")
    assert "Surat tugas 12/2026" in as_(cast.sari).get("/akses/").content.decode()


def test_numbers_and_specific_data_are_hidden_until_asked_for(cast: Cast, as_: Enter) -> None:
    client, person = as_(cast.rina), cast.sari_person
    page = opened(client, person)
    assert person.nik not in page and person.household.kk_number not in page
    assert "Islam" not in page
    shown = client.post(f"{FIND}{person.pk}/tampilkan/", {"what": "numbers"}).content.decode()
    assert person.nik in shown and person.household.kk_number in shown and "Islam" not in shown
    shown = client.post(f"{FIND}{person.pk}/tampilkan/", {"what": "sensitive"}).content.decode()
    assert "Islam" in shown and person.nik not in shown
    assert reads(person) == ["penduduk-layanan", "nik", "penduduk-peka"]


def test_an_open_record_closes_after_a_quarter_of_an_hour(
    cast: Cast, as_: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, person = as_(cast.rina), cast.sari_person
    opened(client, person)
    session = client.session
    session["people_opened"] = {str(person.pk): session["people_opened"][str(person.pk)] - 901}
    session.save()
    assert "Untuk apa" in client.get(f"{FIND}{person.pk}/").content.decode()
    answer = client.post(f"{FIND}{person.pk}/tampilkan/", {"what": "numbers"})
    assert answer["Location"] == f"{FIND}{person.pk}/"
    assert reads(person) == ["penduduk-layanan"]


def test_official_opens_a_document_of_the_wallet_and_its_owner_reads_that(
    cast: Cast, as_: Enter
) -> None:
    client, person = as_(cast.rina), cast.sari_person
    path = stored_files.keep("dompet", photo(), "jpg")
    kept = WalletDocument.objects.create(
        person=person, kind="ktp", name="ktp.jpg", media_type="image/jpeg", size=1,
        sha256="0" * 64, path=path, given_on=date(2026, 11, 1),
    )  # fmt: skip
    address = f"{FIND}{person.pk}/dokumen/{kept.pk}/"
    assert client.get(address)["Location"] == f"{FIND}{person.pk}/"  # the purpose comes first
    opened(client, person)
    page = client.get(f"{FIND}{person.pk}/").content.decode()
    assert f'href="{address}"' in page and "diserahkan 1 November 2026" in page
    answer = client.get(address)
    assert answer["Content-Type"] == "image/jpeg" and "no-store" in answer["Cache-Control"]
    assert answer.content == photo()
    assert reads(person) == ["penduduk-layanan", "penduduk-dokumen"]
    (other,) = family(cast.village, rt=2)[:1]
    opened(client, other)
    assert client.get(f"{FIND}{other.pk}/dokumen/{kept.pk}/").status_code == 404


def test_page_of_a_person_reads_eight_queries(cast: Cast) -> None:
    submitted(cast)
    posts = list(Post.objects.filter(unit=cast.village, role="loket").select_related("unit"))
    for name in ("occupation", "education"):
        origin = register.source(kind=Source.Kind.ENTRY, label="Loket", by=None)
        register.change(person_id=cast.sari_person.pk, facts={name: 3}, origin=origin, by=cast.rina)
    with CaptureQueriesContext(connection) as seen:
        person = seen_person(posts, cast.sari_person.pk)
        record = person_reading.read(person, full_numbers=True, sensitive=True)
    assert len(seen) <= 8, [one["sql"][:90] for one in seen]
    assert record.cases and len(record.history) == 2


# --- writing --------------------------------------------------------------------------------------


def test_death_by_hand_is_written_with_date_and_basis_and_can_be_undone(
    cast: Cast, as_: Enter
) -> None:
    client, person = as_(cast.rina), cast.sari_person
    opened(client, person)
    sent = {**BASIS, "on": "18-11-2026", "place": "RSUD"}
    answer = client.post(f"{FIND}{person.pk}/catat/kematian/", sent)
    assert answer.status_code == 302, answer.content.decode()
    person.refresh_from_db()
    event = PersonEvent.objects.filter(person=person, kind="death").get()
    assert (person.status, event.happened_on) == (codes.Status.DEAD, date(2026, 11, 18))
    assert (event.source.label, event.entered_by) == ("Akta 6474-KM-01", cast.rina)
    page = client.get(f"{FIND}{person.pk}/").content.decode()
    assert "Tercatat mati" in page and "Catat kematian" not in page
    undo = f"{FIND}{person.pk}/peristiwa/{event.pk}/batalkan/"
    assert client.post(undo, {"basis": ""}).status_code == 422
    assert client.post(undo, {"basis": "Salah orang, akta lain"}).status_code == 302
    person.refresh_from_db()
    assert person.status == codes.Status.ALIVE


def test_an_entry_needs_its_basis(cast: Cast, as_: Enter) -> None:
    client, person = as_(cast.rina), cast.sari_person
    opened(client, person)
    for missing in BASIS:
        sent = {name: value for name, value in BASIS.items() if name != missing}
        answer = client.post(f"{FIND}{person.pk}/catat/kematian/", {**sent, "on": "18-11-2026"})
        assert answer.status_code == 422, missing
    assert not PersonEvent.objects.filter(person=person).exists()
    assert not Source.objects.filter(label=BASIS["basis"]).exists()


def test_document_of_an_entry_is_not_of_the_future(cast: Cast, as_: Enter) -> None:
    client, person = as_(cast.rina), cast.sari_person
    opened(client, person)
    sent = {**BASIS, "on": "18-11-2026", "basis_on": "01-01-2199"}
    answer = client.post(f"{FIND}{person.pk}/catat/kematian/", sent)
    assert answer.status_code == 422 and "masa depan" in answer.content.decode()
    assert not PersonEvent.objects.filter(person=person).exists()


def test_basis_holds_no_number_of_a_person(cast: Cast, as_: Enter) -> None:
    """It is read by others beside the facts."""
    client, person = as_(cast.rina), cast.sari_person
    opened(client, person)
    sent = {**BASIS, "on": "18-11-2026", "basis": f"KTP {person.nik}"}
    answer = client.post(f"{FIND}{person.pk}/catat/kematian/", sent)
    assert answer.status_code == 422 and "Jangan tulis NIK" in answer.content.decode()
    assert not PersonEvent.objects.filter(person=person).exists()


def test_official_writes_nothing_into_their_own_record(cast: Cast, as_: Enter) -> None:
    """Nor by an act on somebody else of their family."""
    client, person = as_(cast.rina), cast.sari_person
    officials.identify(user=cast.rina, nik=person.nik, by=None)
    mate = Person.objects.filter(household=person.household).exclude(pk=person.pk)[0]
    origin = register.source(kind=Source.Kind.ENTRY, label="Loket", by=None)
    entered = register.change(
        person_id=person.pk, facts={"occupation": 4}, origin=origin, by=cast.lurah
    )
    assert entered is not None
    for one in (person, mate):
        opened(client, one)
    mine = f"{FIND}{person.pk}/"
    sent: dict[str, object] = {**BASIS, "on": "18-11-2026"}
    for address, more in (
        (f"{mine}catat/pindah-keluar/", {}),
        (f"{mine}catat/kartu-keluarga/", {"kk_number": "6474010101990001"}),
        (f"{mine}peristiwa/{entered.pk}/batalkan/", {"basis": "Salah ketik"}),
        (f"{FIND}{mate.pk}/catat/pindah-keluar/", {"people": [person.pk]}),
    ):
        answer = client.post(address, {**sent, **more})
        assert answer.status_code == 422 and register.OWN in answer.content.decode(), address
    assert set(PersonEvent.objects.all()) == {entered}


def test_correction_shows_before_and_after_first(cast: Cast, as_: Enter) -> None:
    client, person = as_(cast.rina), cast.sari_person
    opened(client, person)
    address = f"{FIND}{person.pk}/perbaiki/"
    form = client.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields if name != "confirmed"}
    sent = {**sent, **BASIS, "birth_place": "Samarinda", "accepted": ""}
    assert client.post(address, {**sent, "birth_place": person.birth_place}).status_code == 422
    check = client.post(address, sent).content.decode()
    assert person.birth_place in check and "Samarinda" in check
    assert not PersonEvent.objects.filter(person=person).exists()
    assert client.post(address, {**sent, "confirmed": "1"}).status_code == 302
    event = PersonEvent.objects.get(person=person)
    assert event.changes == {"birth_place": [person.birth_place, "Samarinda"]}
    person.refresh_from_db()
    assert person.religion == 1, "what was not asked stays"


def test_correction_does_not_put_back_what_a_colleague_changed(cast: Cast, as_: Enter) -> None:
    client, person = as_(cast.rina), cast.sari_person
    opened(client, person)
    address = f"{FIND}{person.pk}/perbaiki/"
    form = client.get(address).context["form"]
    sent = {n: form[n].value() if form[n].value() is not None else "" for n in form.fields}
    sent = {**sent, **BASIS, "accepted": "", "confirmed": "1", "birth_place": "Samarinda"}
    origin = register.source(kind=Source.Kind.ENTRY, label="Disdukcapil", by=None)
    register.change(person_id=person.pk, facts={"occupation": 65}, origin=origin, by=None)
    refused = client.post(address, sent)
    assert refused.status_code == 422
    assert "Baru saja diubah petugas lain: Pekerjaan" in refused.content.decode()
    form = refused.context["form"]
    again = {n: form[n].value() if form[n].value() is not None else "" for n in form.fields}
    assert client.post(address, {**again, "confirmed": "1"}).status_code == 302
    person.refresh_from_db()
    assert (person.birth_place, person.occupation) == ("Samarinda", 65)


def test_newborn_and_temporary_foreigner_are_added_without_a_nik(cast: Cast, as_: Enter) -> None:
    client, person = as_(cast.rina), cast.sari_person
    opened(client, person)
    born = {**BASIS, "name": "Bayi Sari", "sex": "2", "birth_place": "Bontang",
            "birth_date": "15-11-2026"}  # fmt: skip
    answer = client.post(f"{FIND}{person.pk}/catat/kelahiran/", born)
    assert answer.status_code == 302, answer.context["form"].errors
    child = Person.objects.get(name="Bayi Sari")
    assert (child.household_id, child.nik_print) == (person.household_id, None)
    came = {
        **BASIS, "name": "John Smith", "sex": "1", "birth_place": "Leeds", "birth_date":
        "01-02-1980", "citizenship": "2", "relation": "1", "residency": "2", "stays_until":
        "01-02-2028", "address": "Jalan Mawar 3", "village": cast.village.code, "rw": "1",
        "rt": "2", "on": "01-11-2026",
    }  # fmt: skip
    answer = client.post(f"{FIND}tambah/", came)
    assert answer.status_code == 302, answer.context["form"].errors
    john = Person.objects.get(name="John Smith")
    assert (john.place, john.residency) == (f"{cast.village.code}/001/002", 2)
    other = Unit.objects.filter(kind="kelurahan").exclude(pk=cast.village.pk)[0]
    answer = client.post(f"{FIND}tambah/", {**came, "name": "X Y", "village": other.code,
                                            "rw": "", "rt": ""})  # fmt: skip
    assert answer.status_code == 422


def test_only_keepers_of_the_area_write(cast: Cast, as_: Enter) -> None:
    person = cast.sari_person
    for user in (cast.lurah, cast.camat):
        client = as_(user)
        page = opened(client, person)
        assert "Catat kematian" not in page
        sent = {**BASIS, "on": "18-11-2026"}
        assert client.post(f"{FIND}{person.pk}/catat/kematian/", sent).status_code == 404
        assert client.get(f"{FIND}{person.pk}/perbaiki/").status_code == 404
        assert client.get(f"{FIND}tambah/").status_code == 404
    assert not PersonEvent.objects.filter(person=person).exists()


def test_household_moves_to_another_village(cast: Cast, as_: Enter) -> None:
    client, person = as_(cast.rina), cast.sari_person
    other = Unit.objects.filter(kind="kelurahan").exclude(pk=cast.village.pk)[0]
    family(other)
    opened(client, person)
    others = [str(one.pk) for one in Person.objects.filter(household=person.household)
              if one.pk != person.pk]  # fmt: skip
    sent = {**BASIS, "on": "20-11-2026", "people": others, "address": "Jalan Baru 1",
            "village": other.code, "rw": "1", "rt": "1"}  # fmt: skip
    answer = client.post(f"{FIND}{person.pk}/catat/pindah/", sent)
    assert answer.status_code == 302, answer.context["form"].errors
    person.refresh_from_db()
    assert person.place == f"{other.code}/001/001"
    assert answer["Location"] == FIND
    assert "Kepindahan tercatat" in client.get(FIND).content.decode()
    assert client.get(f"{FIND}{person.pk}/").status_code == 404, "the counter there keeps them now"


@pytest.mark.parametrize("word", list(act_forms.ACTS))
def test_each_act_has_a_page(cast: Cast, as_: Enter, word: str) -> None:
    client = as_(cast.rina)
    opened(client, cast.sari_person)
    address = reverse("desk-person-act", args=[cast.sari_person.pk, word],
                      urlconf="config.urls_city")  # fmt: skip
    assert client.get(address).status_code == 200
    assert client.post(address, {"basis": ""}).status_code == 422
