"""Whether answers can be true: distinct persons, sex, order of dates and times, lead time."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext, gettext_noop

from kernel.errors import RuleBroken
from kernel.nik import parse_nik
from kernel.tanggal import long_date
from kernel.text import squeeze
from services.catalogue.blueprint import Blueprint, FieldSpec
from services.catalogue.rules import Answer, Answers
from ui.language import reads_in

NEXT_MORNING = "05:00"  # an end up to then belongs to the evening before


def require(
    blueprint: Blueprint, spec: FieldSpec, answer: Answer, earlier: Answers, *, filed: date
) -> None:
    """Refuse an answer that cannot be true beside the earlier ones and the day of filing.

    Raises RuleBroken.
    """
    if answer is None:
        return
    if spec.after and (begin := earlier.get(spec.after)):
        late = str(answer) > str(begin) or (spec.type == "date" and answer == begin)
        if not late and not (spec.type == "time" and str(answer) <= NEXT_MORNING):
            raise RuleBroken(
                gettext("“%(label)s” harus sesudah “%(other)s”. Periksa keduanya.")
                % {"label": spec.label, "other": blueprint.field(spec.after).label}
            )
    if spec.lead_days:
        first = filed + timedelta(days=spec.lead_days)
        if str(answer) < first.isoformat():
            raise RuleBroken(
                gettext("“%(label)s” paling cepat %(day)s (%(days)s hari sebelumnya diajukan).")
                % {
                    "label": spec.label,
                    "day": long_date(first, reads_in()),
                    "days": spec.lead_days,
                }
            )
    if isinstance(answer, dict):
        _possible_person(blueprint, spec, answer, earlier)


_SEXES = {"perempuan": gettext_noop("perempuan"), "laki-laki": gettext_noop("laki-laki")}


def _possible_person(
    blueprint: Blueprint, spec: FieldSpec, person: dict[str, Any], earlier: Answers
) -> None:
    if spec.sex and _sex(person) not in ("", spec.sex):
        raise RuleBroken(
            gettext("“%(label)s” harus %(sex)s. Periksa orang yang Anda pilih.")
            % {"label": spec.label, "sex": gettext(_SEXES[spec.sex])}
        )
    for key in spec.other_than:
        other = earlier.get(key)
        if isinstance(other, dict) and _same_person(person, other):
            raise RuleBroken(
                gettext("“%(label)s” harus orang lain daripada “%(other)s”.")
                % {"label": spec.label, "other": blueprint.field(key).label}
            )


def _sex(person: dict[str, Any]) -> str:
    """As the register or the person's NIK says; empty when neither does."""
    said = str(person.get("jenis_kelamin") or "").casefold()
    if said or not person.get("nik"):
        return said
    return "perempuan" if parse_nik(str(person["nik"])).female else "laki-laki"


def _same_person(one: dict[str, Any], other: dict[str, Any]) -> bool:
    numbers = [str(person.get("nik") or "") for person in (one, other)]
    if all(numbers):
        return numbers[0] == numbers[1]
    births = [str(person.get("tanggal_lahir") or "") for person in (one, other)]
    if all(births) and births[0] != births[1]:
        return False
    return squeeze(str(one["nama"])) == squeeze(str(other["nama"]))
