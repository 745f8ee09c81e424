"""What the answers of an application propose to the register, by its blueprint's ``event``.

Facts are kept as JSON values: days as ISO texts, codes as numbers, people of the register by id.
Nothing is filled in that the answers do not say; the desk completes it.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from kernel.clock import now
from kernel.errors import RuleBroken
from kernel.nik import Nik, parse_nik
from services.applications.models import Application, LifeEvent
from services.catalogue.life_events import Event
from services.questions.conditions import all_hold
from services.questions.kind import FieldSpec, kind_of
from services.residents import codes
from services.residents.models import Person
from services.residents.queries import people, record_by_nik
from tenants.registry.current import city

Facts = dict[str, Any]
_ONE_OF_THEM = ("marriage", "divorce", "head")  # the event is written of one who is named


def proposed(application: Application) -> list[LifeEvent]:
    """Rows to be saved, each once."""
    event = application.blueprint.event
    if event is None or not all_hold(event.when, application.answers):
        return []
    shared = _shared(application, event)
    followers = shared.pop("followers", [])
    if event.act == "birth":
        rows = [_row(application, event, None, shared)]
    else:
        found = dict.fromkeys(_people(application, event))
        rows = [_row(application, event, person, shared) for person in found]
        if event.act in _ONE_OF_THEM:
            rows = rows[:1]
        if event.act == "move_in":
            rows += _in_own_questions(application, event, shared)
            newcomers = [*_strangers(application, event), *map(_follower, followers)]
            rows += [_row(application, event, None, {**shared, **one}) for one in newcomers]
    return rows


def told(application: Application) -> Facts:
    """What the answers say of the service's event, by the names of its facts."""
    event = application.blueprint.event
    return _shared(application, event) if event is not None else {}


def _row(
    application: Application, event: Event, person: Person | None, facts: Facts
) -> LifeEvent:  # fmt: skip
    row = LifeEvent(application=application, person=person, kind=event.act)
    row.seal_facts(facts)
    return row


def _people(application: Application, event: Event) -> Iterator[Person]:
    """Whom of the register the event is of."""
    answers = application.answers
    conditions = event.applicant_when
    if event.applicant or (conditions and all_hold(conditions, answers)):
        yield application.applicant
    for named in _named(application, event):
        person = registered(named)
        if person is not None:
            yield person


def _named(application: Application, event: Event) -> Iterator[Mapping[str, Any]]:
    for key in event.people:
        answer = application.answers.get(key)
        for named in answer if isinstance(answer, list) else [answer]:
            if isinstance(named, dict):
                yield named


def registered(named: Mapping[str, Any]) -> Person | None:
    """The person of the register that an answer names: a household member, or by NIK."""
    if named.get("_id"):
        return people().filter(pk=str(named["_id"])).first()
    return record_by_nik(str(named["nik"])) if named.get("nik") else None


def _shared(application: Application, event: Event) -> Facts:
    """What is said once for all."""
    specs = {spec.key: spec for spec in application.blueprint.fields}
    found: Facts = {}
    for fact, key in event.facts.items():
        answer = application.answers.get(key)
        if answer is not None:
            found |= _fact(fact, specs[key], answer)
    return found


def _fact(fact: str, spec: FieldSpec, answer: Any) -> Facts:
    if fact in ("mother", "father", "spouse"):
        person = registered(answer)
        name = str(answer.get("nama") or "")
        return {fact: person.pk if person else None, f"{fact}_name": name}
    if fact in ("on", "born", "card", "field", "followers"):
        return {fact: answer}
    if fact == "days":
        return {fact: int(answer)}
    words = kind_of(spec).words(spec, answer).strip()
    if fact == "sex":
        return {fact: _code(codes.Sex, words)}
    return {fact: words}


def _code(choices: Any, words: str) -> int | None:
    """The code whose label this is."""
    folded = words.casefold()
    return next((int(one) for one in choices if str(one.label).casefold() == folded), None)


# --- people who arrive ----------------------------------------------------------------------------


def _strangers(application: Application, event: Event) -> Iterator[Facts]:
    for named in _named(application, event):
        if registered(named) is None:
            yield {
                **_newcomer(str(named.get("nama") or ""), str(named.get("nik") or "")),
                **_told({
                    "birth_place": str(named.get("tempat_lahir") or ""),
                    "birth_date": str(named.get("_lahir") or ""),
                    "sex": _code(codes.Sex, str(named.get("jenis_kelamin") or "")),
                    "religion": _code(codes.Religion, str(named.get("agama") or "")),
                }),
            }  # fmt: skip


def _in_own_questions(application: Application, event: Event, shared: Facts) -> Iterator[LifeEvent]:
    """Somebody who arrives and whom questions of their own describe; known by NIK, the person."""
    names = ("name", "nik", "sex", "born")
    said = {name: shared.pop(name) for name in names if shared.get(name)}
    if "name" not in said:
        return
    known = known_by(str(said.get("nik", "")))
    if known is not None:
        yield _row(application, event, known, shared)
        return
    facts = _newcomer(said["name"], str(said.get("nik", "")))
    facts |= _told({"sex": said.get("sex"), "birth_date": said.get("born")})
    yield _row(application, event, None, {**shared, **facts})


def known_by(nik: str) -> Person | None:
    """Whom the register has under a NIK as somebody typed it."""
    try:
        return record_by_nik(nik) if nik else None
    except RuleBroken:
        return None


def _follower(row: Mapping[str, Any]) -> Facts:
    """A line of a table that names who comes along, by the keys of its columns."""
    return {
        **_newcomer(str(row.get("nama") or ""), str(row.get("nik") or "")),
        **_told({
            "birth_place": str(row.get("tempat_lahir") or ""),
            "birth_date": str(row.get("tanggal_lahir") or ""),
            "sex": _code(codes.Sex, str(row.get("jenis_kelamin") or "")),
            "relation": _code(codes.Relation, str(row.get("hubungan") or "")),
        }),
    }  # fmt: skip


def _told(facts: Facts) -> Facts:
    return {name: value for name, value in facts.items() if value not in ("", None)}


def _newcomer(name: str, nik: str) -> Facts:
    """What a name and a NIK say. The century is not in the NIK: the younger reading is proposed."""
    try:
        parsed = parse_nik(nik)
    except RuleBroken:
        return {"name": name, "nik": ""}
    sex = codes.Sex.FEMALE if parsed.female else codes.Sex.MALE
    born = _born(parsed, now().astimezone(city().tz).date())
    return {"name": name, "nik": parsed.digits, "sex": int(sex), "birth_date": born.isoformat()}


def _born(parsed: Nik, today: date) -> date:
    for century in (2000, 1900):
        try:
            found = date(century + parsed.year2, parsed.month, parsed.day)
        except ValueError:  # 29 February of a common year: the other century has it
            continue
        if found <= today:
            return found
    return today
