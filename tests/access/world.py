"""One of everything that has a page of its own, all of RT 001 of the first kelurahan and of the
offices above it; the neighbours own nothing."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from accounts.models import User
from audit import actions as audit
from audit.models import Entry
from kernel.clock import now
from messaging import outbox
from services.aid import programmes
from services.applications import collective
from services.applications.models import Collective
from services.cases import documents
from services.cases.models import Document
from services.catalogue.actions import publish
from services.catalogue.queries import service
from services.dues import cash as expenses
from services.dues.models import ClosedMonth
from services.heads.models import CardSheet
from services.inbox import bulk
from services.inbox.models import BulkAct
from services.inspections.models import InspectionPhoto
from services.letters.models import Letter
from services.neighbourhood import announcements as telling
from services.neighbourhood import houses, monthly, watch
from services.neighbourhood.models import Guest, WatchMember
from services.payments import booking
from services.queueing import appointments, arranging, screens, tickets
from services.queueing.models import Ticket
from services.records import entering, filing, holding, papers
from services.records.models import ArchiveItem, BookFile, Destruction, PaperImport
from services.residents.models import Consent, Person, Representation
from services.residents.wallet import actions as wallet
from services.residents.wallet.kinds import kinds as wallet_kinds
from services.results import handing
from services.signing.models import Attempt, Batch, Signature
from services.visits import actions as homes
from services.visits.models import Stop, StopPhoto
from tenants.office.models import Post
from tests import fees
from tests.aid import test_aid as aid_tests
from tests.dues import test_cash as cash
from tests.dues import test_dues as dues
from tests.factories import (
    MONDAY,
    Cast,
    account,
    approve,
    family,
    official,
    photo,
    step_of,
    submitted,
)
from tests.heads.test_absences import away
from tests.inbox.test_advice import asked
from tests.inspections.test_visits import told, with_visit
from tests.kiosk.conftest import opened
from tests.mall.test_outside import csv_of, upload
from tests.mall.test_outside import noted as own_number
from tests.neighbourhood import test_announcements as announcements
from tests.neighbourhood import test_book as book
from tests.neighbourhood import test_reports as reports
from tests.neighbourhood import test_together as together
from tests.neighbourhood.test_behalf import typed
from tests.queueing.conftest import line_of
from tests.records.conftest import reach
from tests.records.test_agenda import came
from tests.records.test_papers import noted
from tests.results.conftest import make_request, picture, shown
from ui.page import Audience

TODAY = MONDAY.date()
OF_RESIDENTS = {Audience.RESIDENT, Audience.INVOLVED}
OF_HEADS = {Audience.VOUCHER, Audience.INVOLVED}
OF_TREASURERS = {Audience.TREASURER}
OF_DESKS = {Audience.DESK, Audience.OFFICE, Audience.INVOLVED}


@dataclass(frozen=True)
class World:
    cast: Cast
    ids: dict[str, int]
    insiders: list[tuple[User, set[Audience]]]  # who have to do with these things, on which pages
    day: str  # of the activity, as it stands in addresses


def listed(cast: Cast) -> Collective:
    """A spreadsheet of one person, looked at."""
    person = cast.sari_person
    return collective.keep(
        [collective.Entry(2, person.nik, person.name, {})], service("domisili"),
        scan=documents.Accepted(b"scan", "image/jpeg", "jpg", 1), received_on=MONDAY.date(),
        by=cast.rina, at=MONDAY, today=MONDAY.date(),
    )  # fmt: skip


def build(cast: Cast) -> World:
    """Everything is brought about by the actions, as people do it."""
    head = [*fees.posts(cast.hasan)]
    ids: dict[str, int] = {}

    sent = submitted(cast)
    vouch = step_of(sent)
    approve(sent, cast.hasan)
    advice = asked(cast, sent)
    act = bulk.start(
        key="semua", act=BulkAct.Act.APPROVE, posts=fees.posts(cast.rina),
        step_ids=[step_of(sent).pk], by=cast.rina, at=MONDAY,
    )  # fmt: skip
    done = submitted(cast)
    approve(done, cast.hasan, cast.rina, cast.lurah)
    letter = Letter.objects.get(issued_from__application=done)
    ids |= {
        "case": sent.pk, "step": vouch.pk, "advice": advice.pk, "bulk": act.pk,
        "collective": listed(cast).pk,
        "document": Document.objects.filter(case=sent).latest("pk").pk, "letter": letter.pk,
        "vouch": vouch.vouch.pk,
    }  # fmt: skip

    kk = make_request(cast)
    result = kk.enter(file=picture())
    kk.approve()
    homes.wish(case=kk.application, reason="ill", by=cast.sari, at=MONDAY)
    home = homes.plan(
        posts=kk.posts, village=cast.village, day=now().date() + timedelta(days=1),
        officers=[kk.dani.pk], cases=[kk.application.pk], by=kk.dani, at=now(),
    )  # fmt: skip
    stop = Stop.objects.get(visit=home)
    ids |= {"home_visit": home.pk, "stop": stop.pk}
    over = handing.hand_over(
        taker=shown(), posts=kk.posts, by=kk.dani, at=MONDAY, result_id=result.pk
    )
    ids |= {"result": result.pk, "hand_over": over.pk, "kk": kk.application.pk}

    treasurer = fees.treasurer(cast.village, cast.lurah)
    _, order = fees.ordered(cast)
    proof = booking.send_proof(
        order_id=order.pk,
        file=documents.accept(photo()),
        paid_on=TODAY,
        by=cast.sari,
        at=MONDAY,
        today=TODAY,
    )
    payment = booking.accept_proof(
        proof_id=proof.pk, amount=fees.AMOUNT, posts=fees.posts(treasurer), by=treasurer, at=MONDAY
    )
    ids |= {"order": order.pk, "proof": proof.pk, "payment": payment.pk}

    kasi = official("kasi", cast.village, "kasi")
    publish(with_visit(), actor=None)
    seen = submitted(cast)
    approve(seen, cast.hasan, cast.rina)
    told(step_of(seen), kasi, finish=False)
    taken = InspectionPhoto.objects.latest("pk")
    at_home = StopPhoto.objects.create(
        stop=stop, path=taken.path, media_type=taken.media_type, size=taken.size,
        sha256=taken.sha256, added_by=kk.dani, added_at=MONDAY,
    )  # fmt: skip
    ids["stop_photo"] = at_home.pk
    ids |= {"visit": step_of(seen).pk, "visit_photo": taken.pk, "visited": seen.pk}

    rina = fees.posts(cast.rina)
    line = line_of(cast.village, cast.rina, "A")
    window = arranging.add_window(
        unit_id=cast.village.pk, name="Loket 1", line_ids=[line.pk], posts=rina, by=cast.rina
    )
    arranging.add_slots(
        line_id=line.pk, weekdays=range(7), opens=time(9), closes=time(12), minutes=30, capacity=2,
        posts=rina, by=cast.rina,
    )  # fmt: skip
    screen, _ = screens.make(
        unit_id=cast.village.pk, name="TV", posts=rina, by=cast.rina, at=MONDAY
    )
    ticket = tickets.take(
        line_id=line.pk, via=Ticket.Via.PHONE, by=cast.sari, at=MONDAY, today=TODAY,
        goes_first=False, person=cast.sari_person, slot_at=None,
    )  # fmt: skip
    starts = (now() + timedelta(days=3)).replace(hour=2, minute=0, second=0, microsecond=0)
    meeting = appointments.book(
        line_id=line.pk, starts_at=starts, person=cast.sari_person, by=cast.sari, at=now()
    )
    kiosk = opened(cast.rina, cast.village.pk)
    ids |= {"line": line.pk, "window": window.pk, "screen": screen.pk, "ticket": ticket.pk,
            "appointment": meeting.pk, "kiosk": kiosk.pk}  # fmt: skip
    ids |= _neighbourhood(cast, head)
    ids |= _register(cast)
    outbox.run_due()  # letters and what is told
    ids |= _books(cast)
    ids |= _signing(cast, letter)
    ids["village"] = cast.village.pk
    insiders = [
        (cast.sari, OF_RESIDENTS), (mate_of(cast), OF_RESIDENTS), (cast.hasan, OF_HEADS),
        (User.objects.get(login="wati@contoh.go.id"), OF_TREASURERS),
        *((user, OF_DESKS) for user in (cast.rina, cast.lurah, kasi, treasurer)),
        (kk.dani, OF_DESKS), (cast.petugas, OF_DESKS),
    ]  # fmt: skip
    return World(cast, ids, insiders, (now().date() + timedelta(days=1)).isoformat())


def _signing(cast: Cast, letter: Letter) -> dict[str, int]:
    """A signature that nobody knows whether it was made."""
    signature = Signature.objects.create(
        letter=letter, signer=cast.lurah, signer_name="Lurah", post_title="Lurah",
        unit=cast.village, provider="bsre_v2", state="unknown", ordered_at=MONDAY,
    )  # fmt: skip
    batch = Batch.objects.create(key="satu", by=cast.lurah, at=MONDAY)
    attempt = Attempt.objects.create(
        signature=signature, batch=batch, number=1, provider="bsre_v2", state="unknown",
        started_at=MONDAY,
    )  # fmt: skip
    return {"signature": signature.pk, "signing_batch": batch.pk, "signing_attempt": attempt.pk}


def _books(cast: Cast) -> dict[str, int]:
    """The books and the archive of the kelurahan, and a list of the permit office."""
    own = reach(cast.rina)
    entry = came(cast, cast.rina)
    scan = entering.add_scan(
        entry_id=entry.pk, file=picture(), name="s.jpg", reach=own, by=cast.rina, at=MONDAY
    )
    paper = noted(cast.rina)
    paper_scan = papers.add_scan(
        record_id=paper.pk, file=picture(), name="s.jpg", reach=own, by=cast.rina, at=MONDAY
    )
    filing.file_the_rest()
    item = ArchiveItem.objects.filter(unit=cast.village, letter__isnull=False).latest("pk")
    hold = holding.hold(item_id=item.pk, reason="Perkara", reach=own, by=cast.rina, at=MONDAY)
    destruction = Destruction.objects.create(
        unit=cast.village, proposed_by=cast.rina, proposed_at=MONDAY
    )
    sheet = PaperImport.objects.create(
        unit=cast.village, kind="imb", book="Register IMB", name="lama.csv", by=cast.rina,
        at=MONDAY, state="checked",
    )  # fmt: skip
    file = BookFile.objects.create(
        kind="agenda_in", format="xlsx", title="Agenda", unit=cast.village, by=cast.rina, at=MONDAY
    )
    told = upload(cast, csv_of("No. Registrasi;Status", "PBG-647405-12112026-01;Terbit"))
    return {
        "entry_in": entry.pk, "scan": scan.pk, "paper": paper.pk, "paper_scan": paper_scan.pk,
        "item": item.pk, "hold": hold.pk, "destruction": destruction.pk, "paper_import": sheet.pk,
        "book_file": file.pk, "status_file": told.pk,
        "own_number": own_number(cast).pk,
    }  # fmt: skip


def _neighbourhood(cast: Cast, head: list[Post]) -> dict[str, int]:
    ids: dict[str, int] = {}
    rt = cast.sari_person.household.rt
    ids |= {"rt": rt.pk, "household": cast.sari_person.household_id}
    treasurer = Post.objects.create(unit=rt, role="bendahara_rt", title="Bendahara RT 001")
    official("wati", rt, "bendahara_rt")
    ids["treasurer_post"] = treasurer.pk
    cash.begin(cast, head, 500_000, date(2026, 9, 1))
    kind = dues.kind(cast, head)
    receipt = dues.pay(cast, head, kind, 25_000)
    entry = expenses.note(
        unit_id=rt.pk, category="cleaning", amount=20_000, on=TODAY, words="Sapu lidi", posts=head,
        by=cast.hasan, at=MONDAY, today=TODAY, bill=picture(), anyway=True,
    )  # fmt: skip
    cash.close(cast, head, date(2026, 9, 1))
    ids |= {"dues": kind.pk, "dues_receipt": receipt.pk, "entry": entry.pk,
            "month": ClosedMonth.objects.latest("pk").pk}  # fmt: skip
    programme = programmes.open_by_desk(
        facts=aid_tests.FACTS, posts=aid_tests.desk(cast.rina), by=cast.rina, at=MONDAY
    )
    candidate = aid_tests.propose(cast, head, programme)
    aid_tests.send(cast, head, programme)
    aid_tests.answer(cast, candidate, "refused")
    ids |= {"programme": programme.pk, "candidate": candidate.pk}

    told = telling.publish(
        unit_id=rt.pk, facts=announcements.FACTS, posts=head, by=cast.hasan, at=MONDAY,
        today=TODAY, file=picture(), file_name="undangan.jpg",
    )  # fmt: skip
    of_village = telling.publish(
        unit_id=cast.village.pk, facts=announcements.FACTS, posts=fees.posts(cast.rina),
        by=cast.rina, at=MONDAY, today=TODAY, file=picture(), file_name="undangan.jpg",
    )  # fmt: skip
    monthly.send(
        unit=rt, month=date(2026, 10, 1), posts=head, by=cast.hasan, at=MONDAY, today=TODAY
    )
    contact = announcements.number(cast, head, "Pos ronda")
    activity = together.planned(cast, head, on=now().date() + timedelta(days=1))
    group = together.group(cast, head, 0, cast.sari_person)
    house = houses.note(
        keeper_id=cast.sari_person.pk, facts=book.HOUSE, posts=head, by=cast.hasan, at=MONDAY
    )
    mark = book.mark(cast, head, cast.sari_person)
    report = reports.file(cast, "lapor-tamu", cast.sari_person, reports.GUEST)
    member = WatchMember.objects.get(group=group)
    ids |= {
        "announcement": told.pk, "of_village": of_village.pk, "contact": contact.pk,
        "activity": activity.pk, "group": group.pk,
        "member": member.pk, "house": house.pk, "mark": mark.pk, "report": report.pk,
        "guest": Guest.objects.latest("pk").pk,
    }  # fmt: skip
    tomorrow = now().date() + timedelta(days=1)
    mate = mate_of(cast).resident.person
    Person.objects.filter(pk__in=[mate.pk, cast.sari_person.pk]).update(birth_date=date(1985, 1, 1))
    together.group(cast, head, (tomorrow + timedelta(days=1)).weekday(), mate)
    watch.put(group_id=group.pk, on=tomorrow, posts=head, by=cast.hasan, today=now().date())
    swap = watch.ask(
        person=cast.sari_person, on=tomorrow, other_id=mate.pk,
        other_on=tomorrow + timedelta(days=1), at=now(), today=now().date(),
    )  # fmt: skip
    ids["swap"] = swap.pk
    third = family(cast.village, rt=3)[0].household.rt
    official("ketua-003", third, "ketua_rt")
    beside = Post.objects.get(unit=third, role="ketua_rt")
    ids["holding"] = cast.hasan.holdings.get().pk
    ids["behalf"] = typed(cast, family(cast.village)[0]).pk
    ids["absence"] = away(cast, since=now().date(), stand_in=beside).pk
    return ids


def mate_of(cast: Cast) -> User:
    """A neighbour of RT 001 who keeps watch too."""
    found = User.objects.filter(email="ronda@example.com").first()
    return found or account(family(cast.village)[0], "ronda@example.com")


def _register(cast: Cast) -> dict[str, int]:
    person = cast.sari_person
    wallet.say(person=person, purpose=Consent.Purpose.WALLET, given=True, by=cast.sari, at=MONDAY)
    kept = wallet.keep(
        person=person, kind=wallet_kinds()["ijazah"], name="ijazah.jpg", media_type="image/jpeg",
        content=photo(), pages=1, sha256="0" * 64, case_id=0, at=MONDAY,
    )  # fmt: skip
    assert kept is not None
    other = family(cast.village)[0]
    given = Representation.objects.create(
        person=person, by=other, given_at=MONDAY, given_by=cast.sari
    )
    audit.record_read(actor=cast.rina, person_id=person.pk, purpose="meja")
    reading = Entry.objects.filter(subject="person", subject_id=person.pk).latest("pk")
    sheet = CardSheet.objects.create(unit=cast.village, by=cast.rina)
    return {
        "person": person.pk, "other": other.pk, "wallet": kept.pk, "representation": given.pk,
        "reading": reading.pk, "sheet": sheet.pk,
    }  # fmt: skip
