"""What a neighbourhood proposes: people with reasons, sent to the kelurahan as one list."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.nik import names_a_number
from kernel.text import tidy
from services.aid import programmes
from services.aid.models import Candidate, Programme
from services.neighbourhood import groups
from services.neighbourhood.areas import lies_there, person_there, post_for, unit_of
from services.residents import officials
from services.residents.models import Person
from services.residents.sealing import seal
from tenants.office.models import Post

LEAST = 10  # letters of a reason
State = Candidate.State


def words_of(text: str, field: str = "words") -> str:
    """Words that say why. Raises RuleBroken."""
    words = tidy(text)
    if len(words) < LEAST:
        raise RuleBroken("Tulis keadaannya dengan jelas, paling sedikit satu kalimat.", field=field)
    if names_a_number(words):
        raise RuleBroken("Jangan tulis NIK atau nomor KK di sini.", field=field)
    return words


def facts_of(person: Person, today: date) -> list[str]:
    """What the register and the marks say of somebody: the groups they belong to. One query."""
    found = groups.counts(Person.objects.filter(pk=person.pk), today)
    return [groups.GROUPS[name].name for name, number in found.items() if number]


def warnings(person: Person, programme: Programme) -> list[str]:
    """Why a proposal may be one too many: somebody of the household is proposed for the same, or
    gets aid of another programme that is not closed. One query."""
    same = Q(programme=programme) & ~Q(person=person)
    gets = Q(state=State.ACCEPTED, programme__closed_at=None) & ~Q(programme=programme)
    rows = Candidate.objects.filter(same | gets, person__household=person.household_id)
    return [
        f"{row.person.name.title()} dari keluarga yang sama sudah diusulkan untuk program ini."
        if row.programme_id == programme.pk
        else f"{row.person.name.title()} sudah menerima {row.programme.name}."
        for row in rows.select_related("person", "programme").order_by("pk")
    ]


def is_own_household(user: User, person: Person) -> bool:
    """Whether this is the user, by any account, or somebody of their household. One query."""
    own = Person.objects.filter(pk__in=officials.own_people(user))
    return own.filter(household=person.household_id).exists()


@transaction.atomic
def propose(
    *, programme_id: int, person_id: int, reason: str, words: str, posts: Sequence[Post],
    by: User, at: datetime, accepted: bool = False,
) -> Candidate:  # fmt: skip
    """Put somebody of the own area on the list. Raises NotThere, RuleBroken, Stale."""
    person = person_there(posts, person_id)
    post = post_for(posts, unit_of(person))
    programme = _open_one(posts, programme_id)
    if is_own_household(by, person):
        raise RuleBroken(
            "Anda tidak bisa mengusulkan diri sendiri atau keluarga sendiri. Minta pengurus lain, "
            "misalnya sekretaris RT atau Ketua RW, yang mengusulkan."
        )
    if not person.lives_here:
        raise RuleBroken("Orang ini tidak tercatat tinggal di sini lagi.")
    if not (unit_of(person).code + "/").startswith(programme.unit.code + "/"):
        raise NotThere("Program ini untuk RT lain.")
    if Candidate.objects.filter(programme=programme, person=person).exists():
        raise Stale("Orang ini sudah ada di daftar usulan.")
    why = words_of(words)
    told = warnings(person, programme)
    if told and not accepted:
        raise RuleBroken(f"{' '.join(told)} Bila memang perlu, centang “Tetap usulkan”.",
                         field="accepted")  # fmt: skip
    made = Candidate.objects.create(
        programme=programme, person=person, unit=unit_of(person), title=post.title,
        reason=Candidate.Reason(reason), words_sealed=seal(why), proposed_by=by, proposed_at=at,
    )  # fmt: skip
    audit.record("aid.proposed", actor=by, subject="aid_candidate", subject_id=made.pk)
    audit.record_read(actor=by, person_id=person.pk, purpose="rt-bantuan", office=post.title)
    return made


def _open_one(posts: Sequence[Post], programme_id: int) -> Programme:
    """Locked, so that nothing comes into one that is being closed."""
    programmes.one_of(programmes.for_head(posts), programme_id)
    locked = Programme.objects.select_for_update(of=("self",)).select_related("unit")
    programme = locked.get(pk=programme_id)
    if programme.closed_at is not None:
        raise RuleBroken("Program ini sudah ditutup oleh kelurahan.")
    return programme


@transaction.atomic
def remove(*, candidate_id: int, posts: Sequence[Post], by: User) -> Candidate:
    """Take somebody off the list before it is sent. Raises NotThere, Stale."""
    found = _locked(posts, candidate_id)
    if found.state != State.DRAFT:
        raise Stale("Usulan ini sudah dikirim, jadi tidak bisa dihapus.")
    if not unsent(posts, found.programme, by).filter(pk=found.pk).exists():
        raise NotThere("Usulan ini milik RT-nya. Hanya pengurus RT itu yang bisa menghapusnya.")
    audit.record("aid.removed", actor=by, subject="aid_candidate", subject_id=found.pk)
    Candidate.objects.filter(pk=found.pk).delete()
    return found


@transaction.atomic
def send(*, programme_id: int, posts: Sequence[Post], by: User, at: datetime) -> int:
    """Send the list to the kelurahan; returns how many are on it. Raises NotThere, RuleBroken."""
    programme = _open_one(posts, programme_id)
    waiting = unsent(posts, programme, by)
    number = waiting.update(state=State.SENT, sent_at=at)
    if not number:
        raise RuleBroken("Belum ada yang diusulkan. Tambahkan dulu orangnya.")
    audit.record("aid.sent", actor=by, subject="aid_programme", subject_id=programme.pk,
                 detail={"candidates": number})  # fmt: skip
    return number


@transaction.atomic
def tell(
    *, candidate_id: int, words: str, posts: Sequence[Post], by: User, at: datetime
) -> Candidate:
    """Answer what the kelurahan asked; it checks again. Raises NotThere, RuleBroken, Stale."""
    found = _locked(posts, candidate_id)
    if found.state != State.ASKED:
        raise Stale("Usulan ini tidak sedang ditanyakan.")
    found.words_sealed, found.state, found.sent_at = seal(words_of(words)), State.SENT, at
    found.save(update_fields=["words_sealed", "state", "sent_at"])
    audit.record("aid.told", actor=by, subject="aid_candidate", subject_id=found.pk)
    return found


def _locked(posts: Sequence[Post], candidate_id: int) -> Candidate:
    of_area(posts, candidate_id)
    return Candidate.objects.select_for_update(of=("self",)).get(pk=candidate_id)


# --- reading --------------------------------------------------------------------------------------


def listed(posts: Sequence[Post], programme: Programme) -> QuerySet[Candidate]:
    """Whom the own area proposed for a programme. One query."""
    found = Candidate.objects.filter(lies_there(posts), programme=programme)
    return found.select_related("person__household", "unit").order_by("unit__code", "pk")


def unsent(posts: Sequence[Post], programme: Programme, by: User) -> QuerySet[Candidate]:
    """Who waits on the own list: of the own unit, or proposed by this person. Lists of the units
    below are theirs to finish."""
    own = Q(unit__in=[post.unit_id for post in posts]) | Q(proposed_by=by)
    return Candidate.objects.filter(own, lies_there(posts), programme=programme, state=State.DRAFT)


def of_area(posts: Sequence[Post], candidate_id: int) -> Candidate:
    """A candidate of the own area. Raises NotThere."""
    found = (
        Candidate.objects.filter(lies_there(posts), pk=candidate_id)
        .select_related("person__household__rt", "programme__unit", "unit", "answered_by")
        .first()
    )
    if found is None:
        raise NotThere("Usulan ini tidak ditemukan di wilayah Anda.")
    return found
