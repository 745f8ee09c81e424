"""An official of a counter fills in an application for somebody who stands there."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from kernel.errors import NotThere, RuleBroken
from services.applications import counter, queries
from services.applications.models import Application
from services.cases.timeline import timeline
from services.catalogue.queries import service
from services.residents.models import Person
from services.residents.officials import identify
from services.web.access import today
from tenants.office.models import Holding, Unit
from tests.factories import MONDAY, SKTM, Cast, draft, family, official, photo

Enter = Callable[[User], Client]


def address(name: str, pk: int) -> str:
    return reverse(name, args=[pk], urlconf="config.urls_city")


def begun(cast: Cast, by: User | None = None, person: Person | None = None) -> Application:
    return counter.begin(
        service=service("sktm"), applicant=person or cast.sari_person, by=by or cast.rina,
        checked="ktp", today=today(),
    )  # fmt: skip


def test_form_opens_filled_from_the_register_and_is_sent_with_a_receipt(
    cast: Cast, as_: Enter
) -> None:
    client, person = as_(cast.rina), cast.sari_person
    client.post(address("desk-person", person.pk), {"purpose": "layanan"})
    assert (
        "Buat permohonan untuk orang ini"
        in client.get(address("desk-person", person.pk)).content.decode()
    )
    apply = address("desk-person-apply", person.pk)
    assert client.post(apply, {"service": "sktm"}).status_code == 422, "what was checked is asked"
    answer = client.post(apply, {"service": "sktm", "checked": "ktp"})
    application = Application.objects.get(applicant=person)
    assert answer["Location"] == address("application-fill", application.pk)
    assert (application.opened_by, application.checked) == (cast.rina, "ktp")
    while answer["Location"] != address("application-check", application.pk):
        form = client.get(answer["Location"])
        assert "Anda mengisi permohonan ini untuk" in form.content.decode()
        asked = [bound.name for bound in form.context["form"]]
        files = {spec.key: photo() for spec in application.blueprint.documents}
        sent = {"_asked": asked, **{key: value for key, value in SKTM.items() if key in asked}}
        for key in files.keys() & set(asked):
            sent[key] = SimpleUploadedFile("foto.jpg", files[key], "image/jpeg")
        answer = client.post(answer["Location"], sent)
        assert answer.status_code == 302, answer.content.decode()
    check = client.get(answer["Location"]).content.decode()
    assert "Anda mengisi permohonan ini untuk" in check
    answer = client.post(answer["Location"])
    receipt = client.get(answer["Location"]).content.decode()
    application.refresh_from_db()
    assert application.number and application.number in receipt and "Tanda terima" in receipt
    own = as_(cast.sari).get(address("application", application.pk)).content.decode()
    assert "Permohonan dikirim di loket, diisi oleh Rina" in own
    assert "Petugas loket mengisi permohonan untuk Anda" in (
        as_(cast.sari).get("/akses/").content.decode()
    )
    assert (
        "Diisi di loket oleh Rina"
        in client.get(address("desk-case", application.pk)).content.decode()
        or application.steps.exclude(unit=cast.village).exists()
    )


def test_only_counters_where_the_person_lives_open_one(cast: Cast, as_: Enter) -> None:
    other = family(cast.village, rt=2)[0]
    elsewhere = official(
        "loket-lain", Unit.objects.filter(kind="kelurahan").exclude(pk=cast.village.pk)[0], "loket"
    )
    for user in (elsewhere, cast.lurah, cast.petugas, cast.hasan):
        with pytest.raises(NotThere):
            begun(cast, by=user, person=other)
    assert begun(cast, by=cast.loket_kecamatan, person=other).opened_by == cast.loket_kecamatan
    client = as_(cast.lurah)
    client.post(address("desk-person", other.pk), {"purpose": "layanan"})
    assert "Buat permohonan" not in client.get(address("desk-person", other.pk)).content.decode()
    assert client.get(address("desk-person-apply", other.pk)).status_code == 404


def test_others_do_not_fill_in_what_an_official_opened(cast: Cast, as_: Enter) -> None:
    application = begun(cast)
    fill = address("application-fill", application.pk)
    assert as_(cast.rina).get(fill).status_code == 200
    assert as_(cast.sari).get(fill).status_code == 200, "it is hers"
    second = official("loket-dua", cast.village, "loket")
    for user in (second, cast.lurah, cast.tetangga, cast.loket_kecamatan):
        assert as_(user).get(fill).status_code == 404, user.login
    assert begun(cast, by=second).pk == application.pk, "another counter goes on"
    assert as_(cast.rina).get(fill).status_code == 404
    assert as_(second).get(fill).status_code == 200


def test_a_counter_takes_over_nothing_that_the_person_began(cast: Cast) -> None:
    draft(cast)
    with pytest.raises(RuleBroken, match="sudah mulai mengisi"):
        begun(cast)


def test_nobody_opens_one_for_themselves_at_their_counter(cast: Cast) -> None:
    identify(user=cast.rina, nik=cast.sari_person.nik, by=None)
    with pytest.raises(RuleBroken, match="akun warga"):
        begun(cast)


def test_who_helped_has_no_rights_of_an_applicant(cast: Cast, as_: Enter) -> None:
    """They see no list of it, do not withdraw it, and open no letter by having typed."""
    application = begun(cast)
    client = as_(cast.rina)
    assert not queries.is_applicant(cast.rina, application)
    assert client.get(address("application", application.pk)).status_code == 404
    assert client.post(address("application-withdraw", application.pk)).status_code == 404
    Holding.objects.filter(user=cast.rina).delete()
    assert client.get(address("application-fill", application.pk)).status_code == 404


def test_opening_is_noted_with_what_was_checked(cast: Cast) -> None:
    application = begun(cast)
    entry = Entry.objects.get(what="application.begun_at_counter")
    assert (entry.actor_id, entry.subject_id) == (cast.rina.pk, str(application.pk))
    assert entry.detail == {"checked": "ktp"}
    with pytest.raises(RuleBroken, match="memeriksa"):
        counter.begin(
            service=service("sktm"), applicant=cast.sari_person, by=cast.rina,
            checked="ditunjuk", today=today(),
        )  # fmt: skip
    assert timeline(application, at=MONDAY, today=today())
