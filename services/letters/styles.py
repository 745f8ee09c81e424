"""How letters look, and what cities and units say in them instead of a service's own words.

A row speaks for the city, a unit (and the units in it, where it says so), a service or one of its
letters. Field by field the narrowest row that says anything counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import JSONObject

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from kernel.once import once
from services.catalogue import actions as catalogue
from services.catalogue import overrides
from services.catalogue.blueprint import PLACEHOLDER
from services.catalogue.outputs import Output
from services.letters.models import LetterStyle
from tenants.office.models import Profile, Unit
from tenants.office.queries import ancestor_codes
from tenants.registry.current import city

WORDS = ("opening", "body", "closing", "copies")  # of a letter, that a unit may say otherwise
ONLY_HEAD = "pimpinan"  # as a signatory: nobody signs in the head's name
_FIELDS = ("within", "topic", "output", "paper", "style", "signer", "words")


@dataclass(frozen=True, slots=True)
class Face:
    """How one letter looks, and its own words."""

    profile: Profile
    paper: str = "a4"
    style: str = "resmi"
    words: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What an administrator says of letters."""

    unit: Unit | None = None
    within: bool = False
    topic: str = ""
    output: str = ""
    paper: str = ""
    style: str = ""
    signer: str = ""
    words: Mapping[str, Any] = field(default_factory=dict)


def _fitting(unit: Unit) -> Q:
    above = ancestor_codes(unit.code)
    return Q(unit=None) | Q(unit__code=unit.code) | Q(unit__code__in=above, within=True)


def face_of(unit: Unit, topic: str, output: str = "") -> Face:
    """How a letter of a unit looks today. One query, with the city's face; none where the same was
    asked before (``kernel.once``)."""
    profile, rows = once(("letters.face", unit.pk), lambda: _read(unit))
    return chosen(profile, rows, topic, output)


def _read(unit: Unit) -> tuple[Profile, list[dict[str, Any]]]:
    told = LetterStyle.objects.filter(_fitting(unit)).order_by("pk")
    told_of = told.values(json=JSONObject(code=F("unit__code"), **{name: name for name in _FIELDS}))
    profile = Profile.objects.annotate(styles=ArraySubquery(told_of)).first()
    if profile is None:
        rows = list(told.values(*_FIELDS, code=F("unit__code")))
        return Profile(government=f"Pemerintah {city().name}"), rows
    return profile, list(profile.styles)


def chosen(
    profile: Profile, rows: Iterable[Mapping[str, Any]], topic: str, output: str = ""
) -> Face:
    """Of rows that fit the unit those for this letter, the narrowest last word first."""
    fitting = _for(rows, topic, output)
    return Face(
        profile,
        paper=_first(fitting, "paper") or "a4",
        style=_first(fitting, "style") or "resmi",
        words={
            name: value
            for row in reversed(fitting)
            for name, value in row["words"].items()
        },
    )  # fmt: skip


def tried(face: Face, told: Told) -> Face:
    """A face as it would be with what is typed."""
    return replace(
        face, paper=told.paper or face.paper, style=told.style or face.style,
        words={**face.words, **told.words},
    )  # fmt: skip


def _for(rows: Iterable[Mapping[str, Any]], topic: str, output: str) -> list[Mapping[str, Any]]:
    """Those for a letter, the narrowest first."""
    fitting = [
        row for row in rows if row["topic"] in ("", topic) and row["output"] in ("", output)
    ]  # fmt: skip
    return sorted(
        fitting,
        key=lambda row: (len(row["code"] or ""), row["topic"] != "", row["output"] != ""),
        reverse=True,
    )


def _first(rows: Iterable[Mapping[str, Any]], name: str) -> str:
    return next((str(row[name]) for row in rows if row[name]), "")


def deputies(unit: Unit, topic: str, role: str, shipped: Sequence[str]) -> list[str]:
    """Who may sign beside the head of a unit: as the service says, or the one role that the unit
    says for it; nobody where it names the head."""
    rows = LetterStyle.objects.filter(_fitting(unit)).exclude(signer="")
    told = _for(rows.values(*_FIELDS, code=F("unit__code")), topic, "")
    named = _first(told, "signer")
    if not named:
        return list(shipped)
    return [] if named in (ONLY_HEAD, role) else [named]


def in_own_words(output: Output, words: Mapping[str, Any], known: Iterable[str]) -> Output:
    """A letter in the words of a unit. A text that asks for what its service no longer knows stays
    the service's own. ``known`` are the names that placeholders may have."""
    names = set(known)
    usable = {
        name: value
        for name, value in words.items()
        if name in WORDS and set(PLACEHOLDER.findall(_text(value))) <= names
    }
    if not usable:
        return output
    changes = {f"outputs.{output.key}.{name}": value for name, value in usable.items()}
    changed = overrides.apply({"outputs": [output.model_dump(mode="json")]}, changes)
    return Output.model_validate(changed["outputs"][0])


def _text(value: object) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


@transaction.atomic
def keep(told: Told, *, definition: overrides.Definition | None, by: User, at: datetime) -> None:
    """Letters look so from now on. ``definition`` is that of the service. Raises RuleBroken."""
    refuse(told, definition)
    for part in _parts(told, definition):
        if _says_something(part):
            _keep_one(part, by, at)
        else:
            LetterStyle.objects.filter(
                unit=part.unit, topic=part.topic, output=part.output
            ).delete()


def _parts(told: Told, definition: overrides.Definition | None) -> list[Told]:
    """The rows of what is told. Words of a service that issues one letter are that letter's: one
    that the service gets later says its own."""
    if definition is None or told.output or len(keys := _keys(definition)) != 1:
        return [told]
    words = Told(
        unit=told.unit, within=told.within, topic=told.topic, output=keys[0], words=told.words
    )
    return [replace(told, words={}), words]


def _keys(definition: overrides.Definition) -> list[str]:
    """The keys of a service's letters."""
    return [output["key"] for output in overrides.things_of(definition, "outputs")]


def _says_something(told: Told) -> bool:
    return bool(told.paper or told.style or told.signer or told.words)


def _keep_one(told: Told, by: User, at: datetime) -> None:
    row, _ = LetterStyle.objects.update_or_create(
        unit=told.unit, topic=told.topic, output=told.output,
        defaults={
            "within": told.within, "paper": told.paper, "style": told.style,
            "signer": told.signer, "words": dict(told.words), "changed_by": by, "changed_at": at,
        },
    )  # fmt: skip
    audit.record(
        "letters.style_kept", actor=by, subject="letter_style", subject_id=row.pk,
        detail={"topic": told.topic, "paper": told.paper, "style": told.style,
                "signer": told.signer, "words": sorted(told.words)},
    )  # fmt: skip


def refuse(told: Told, definition: overrides.Definition | None) -> None:
    """Raises RuleBroken for what says nothing, and for words that no letter could be made of."""
    if not _says_something(told):
        raise RuleBroken("Pilih kertas, bentuk, atau penandatangan, atau tulis kata-katanya.")
    if told.signer and told.output:
        raise RuleBroken(
            "Penandatangan berlaku untuk semua surat layanan ini. Simpan untuk layanannya, bukan "
            "untuk salah satu suratnya.", field="signer",
        )  # fmt: skip
    if not told.words:
        return
    if definition is None:
        raise RuleBroken("Pilih layanannya dulu: kata-kata surat berbeda tiap layanan.",
                         field="topic")  # fmt: skip
    keys = _keys(definition)
    if not told.output and len(keys) > 1:
        raise RuleBroken("Layanan ini menerbitkan beberapa surat. Pilih salah satu.", field="topic")
    key = told.output or keys[0]
    catalogue.parse(
        overrides.apply(
            definition, {f"outputs.{key}.{name}": value for name, value in told.words.items()}
        )
    )


@transaction.atomic
def drop(*, pk: int, by: User) -> None:
    """Letters look again as a wider row says. Raises NotThere."""
    row = LetterStyle.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise NotThere("Pengaturan surat ini sudah tidak ada.")
    row.delete()
    audit.record("letters.style_dropped", actor=by, subject="letter_style", subject_id=pk)
