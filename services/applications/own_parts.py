"""The parts of a resident's copy that this app and those below it keep, and what they leave out."""

from typing import Any

from django.db.models import Prefetch

from messaging.models import PushDevice
from services.applications.models import Application
from services.applications.own_data import Part, Rows, iso, left_out, parts
from services.cases.models import Step
from services.letters.models import Letter
from services.payments.models import FeeOrder
from services.residents.models import Consent, Person, Representation
from services.residents.wallet.kinds import kinds
from services.residents.wallet.queries import documents_of
from services.results.models import HandOver, Result
from tenants.office.models import Holding

# --- cases --------------------------------------------------------------------------------------


def requests(person: Person) -> Rows:
    found = Application.objects.filter(applicant=person).order_by("pk")
    results = Result.objects.prefetch_related("hand_overs")
    rows = found.select_related("version__service", "on_behalf", "paper_form").prefetch_related(
        Prefetch("steps", Step.objects.select_related("unit").order_by("pk")),
        Prefetch("results", results), "documents", "wishes", "originals",
    )  # fmt: skip
    return [_request(one) for one in rows]


def _request(one: Application) -> dict[str, Any]:
    helped, paper = getattr(one, "on_behalf", None), getattr(one, "paper_form", None)
    return {
        "nomor": one.number or "draf",
        "layanan": one.version.service.title,
        "keadaan": one.get_state_display(),
        "dikirim": iso(one.submitted_at),
        "jawaban": one.answers,
        "diketikkan_oleh": helped.title if helped is not None else "",
        "formulir_kertas_diterima": iso(paper.received_on) if paper is not None else None,
        "langkah": [
            {
                "langkah": step.title, "di": step.unit.name, "keadaan": step.get_state_display(),
                "dibuka": iso(step.opened_at), "diputuskan": iso(step.decided_at),
                "catatan": "" if step.state == Step.State.SKIPPED else step.said,
            }
            for step in one.steps.all()
        ],
        "dokumen": [
            {"nama": kept.name, "asal": kept.get_origin_display(), "kapan": iso(kept.created_at)}
            for kept in one.documents.all()
        ],
        "asli_dilihat": [
            {"syarat": seen.key, "kapan": iso(seen.at)} for seen in one.originals.all()
        ],
        "cara_menerima": [
            {"hasil": wish.key, "cara": wish.get_way_display(), "alamat": wish.address}
            for wish in one.wishes.all()
        ],
        "hasil": [
            {
                "hasil": result.label, "nomor": result.number,
                "keadaan": result.get_state_display(), "siap": iso(result.ready_at),
                "berlaku_sampai": iso(result.valid_until),
                "penyerahan": [_handed(act) for act in result.hand_overs.all()],
            }
            for result in one.results.all()
        ],
    }  # fmt: skip


def _handed(act: HandOver) -> dict[str, Any]:
    return {
        "keadaan": act.get_state_display(), "cara": act.get_way_display(),
        "kepada": act.get_to_display(), "nama": act.name, "hubungan": act.relation,
        "alamat": act.address, "selesai": iso(act.ended_at),
    }  # fmt: skip


def letters(person: Person) -> Rows:
    found = Letter.objects.filter(person=person).order_by("pk").prefetch_related("hand_overs")
    return [
        {
            "nomor": letter.number, "perihal": letter.subject, "terbit": iso(letter.issued_on),
            "berlaku_sampai": iso(letter.valid_until), "dicabut": iso(letter.revoked_at),
            "penyerahan": [_handed(act) for act in letter.hand_overs.all()],
        }
        for letter in found.defer("content_sealed")
    ]  # fmt: skip


def fees(person: Person) -> Rows:
    found = FeeOrder.objects.filter(person=person).order_by("pk")
    return [
        {
            "nomor": order.number, "untuk": order.subject, "jumlah": order.amount,
            "keadaan": order.get_state_display(),
            "tanda_bukti": [payment.number for payment in order.payments.all()],
            "bukti_transfer": [
                {"dibayar": iso(proof.paid_on), "keadaan": proof.get_state_display()}
                for proof in order.proofs.all()
            ],
        }
        for order in found.prefetch_related("payments", "proofs")
    ]  # fmt: skip


parts.add(
    "permohonan",
    Part(
        requests,
        (
            "applications.Application.applicant", "applications.OnBehalf.application",
            "applications.OriginalSeen.application", "applications.PaperForm.application",
            "cases.Step.case", "cases.Document.case", "results.Result.case", "results.Wish.case",
        ),
    ),
)  # fmt: skip
parts.add(
    "surat", Part(letters, ("letters.Letter.person", "applications.IssuedLetter.application"))
)
parts.add("retribusi", Part(fees, ("payments.FeeOrder.person",)))

# --- the person and the account -----------------------------------------------------------------


def wallet(person: Person) -> Rows:
    return [
        {
            "jenis": kinds()[kept.kind].label if kept.kind in kinds() else kept.kind,
            "nama": kept.name, "diberikan": iso(kept.given_on), "sampai": iso(kept.valid_until),
        }
        for kept in documents_of(person)
    ]  # fmt: skip


def consents(person: Person) -> Rows:
    return [
        {
            "untuk": consent.get_purpose_display(), "setuju": consent.given,
            "kapan": iso(consent.said_at),
        }
        for consent in Consent.objects.filter(person=person).order_by("pk")
    ]  # fmt: skip


def relatives(person: Person) -> Rows:
    """Whom they let ask in their name, and who let them."""
    mine = Representation.objects.filter(person=person).select_related("by")
    others = Representation.objects.filter(by=person).select_related("person")
    told = [("boleh mewakili saya", one.by.name, one) for one in mine]
    told += [("saya boleh mewakili", one.person.name, one) for one in others]
    return [
        {
            "peran": role, "nama": name, "sejak": iso(one.given_at),
            "dicabut": iso(one.withdrawn_at),
        }
        for role, name, one in told
    ]  # fmt: skip


def accounts(person: Person) -> Rows:
    account = getattr(person, "account", None)
    if account is None:
        return []
    user = account.user
    return [
        {
            "sejak": iso(account.created_at), "email": user.email, "telepon": user.phone,
            "bahasa": user.language,
            "ponsel_berpemberitahuan_sejak": [
                iso(device.made_at) for device in PushDevice.objects.filter(user=user)
            ],
        }
    ]  # fmt: skip


def posts(person: Person) -> Rows:
    """Posts they hold or held by the account that is theirs."""
    found = Holding.objects.filter(user__resident__person=person).select_related("post__unit")
    return [
        {
            "jabatan": one.post.title, "di": one.post.unit.name, "sejak": iso(one.since),
            "sampai": iso(one.until), "sk": one.decree, "nip": one.nip,
        }
        for one in found.order_by("since", "pk")
    ]  # fmt: skip


parts.add("dompet_dokumen", Part(wallet, ("residents.WalletDocument.person",)))
parts.add("persetujuan", Part(consents, ("residents.Consent.person",)))
parts.add(
    "perwakilan",
    Part(relatives, ("residents.Representation.person", "residents.Representation.by")),
)
parts.add(
    "akun",
    Part(
        accounts,
        (
            "residents.ResidentAccount.person", "residents.ResidentAccount.user",
            "messaging.PushDevice.user",
        ),
    ),
)  # fmt: skip
parts.add("jabatan", Part(posts, ("office.Holding.user",)))

# --- what is not in it --------------------------------------------------------------------------

IN_HISTORY = "its own section of the copy tells it: riwayat"
OF_THE_CASE = "follows from what the copy tells of the case"
NOBODYS_USE = "a secret, or the print of one: of no use to its holder, of much to others"
OF_OFFICIALS = "about the work of an official; a resident who is one too has it at their desk"
for column, reason in {
    "residents.PersonEvent.person": IN_HISTORY,
    "residents.Person.household": "its own section of the copy tells it: kartu_keluarga",
    "residents.Person.merged_into": "a row of the same person that was joined with another",
    "residents.DifferentPeople.one": "says that somebody else is somebody else",
    "residents.DifferentPeople.other": "says that somebody else is somebody else",
    "residents.Kiosk.person": "who stands there now; each use is told under pembacaan",
    "residents.Kiosk.user": "an account of a device, nobody's",
    "residents.KioskCode.person": NOBODYS_USE,
    "residents.OneTimeCode.user": NOBODYS_USE,
    "residents.OfficialIdentity.user": OF_OFFICIALS,
    "applications.OnBehalf.code_of": "that a code went to them; the case is somebody else's",
    "applications.LifeEvent.application": OF_THE_CASE,
    "applications.CollectiveRow.application": OF_THE_CASE,
    "applications.LifeEvent.person": "follows from answers; what was recorded is told in riwayat",
    "applications.TrackingCode.application": NOBODYS_USE,
    "cases.CaseDeadline.case": OF_THE_CASE,
    "cases.CaseFact.case": "answers once more, to be counted",
    "messaging.NoticeChoice.user": OF_OFFICIALS,
    "signing.Certificate.user": OF_OFFICIALS,
    "signing.GatewayStatus.user": OF_OFFICIALS,
    "signing.Signature.signer": OF_OFFICIALS,
    "otp_totp.TOTPDevice.user": NOBODYS_USE,
    "otp_static.StaticDevice.user": NOBODYS_USE,
    "offline.SentAct.user": "keys of forms that a phone sent, so that none is done twice",
}.items():
    left_out.add(column, reason)
