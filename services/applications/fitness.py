"""Whether a service is for a resident, and what to say when it is not."""

from datetime import date

from django.utils.translation import gettext

from kernel.errors import RuleBroken
from kernel.tanggal import age_on, long_date, months_on
from services.applications.models import Application
from services.cases.queries import UNDER_WAY
from services.catalogue.blueprint import Who
from services.residents import codes
from services.residents.models import Person

_MARITAL = {"belum_kawin": 1, "kawin": 2, "cerai_hidup": 3, "cerai_mati": 4}


def refuse_unfit(who: Who, person: Person, *, today: date) -> None:
    """Raises RuleBroken when this service is not for this resident, and says why."""
    age = age_on(person.birth_date, today)
    if who.sex and codes.Sex(person.sex).label.casefold() != who.sex:
        raise RuleBroken(gettext("Layanan ini khusus untuk %(sex)s.") % {"sex": gettext(who.sex)})
    if who.min_age is not None and age < who.min_age:
        raise RuleBroken(
            gettext(
                "Layanan ini untuk yang berumur %(age)s tahun ke atas. "
                "Mintalah orang tua atau wali mengajukannya."
            )
            % {"age": who.min_age}
        )
    if who.max_age is not None and age > who.max_age:
        raise RuleBroken(
            gettext("Layanan ini untuk yang berumur paling tua %(age)s tahun.")
            % {"age": who.max_age}
        )
    _refuse_marital(who, person)
    foreign = person.citizenship == codes.Citizenship.WNA
    if who.citizenship and foreign != (who.citizenship == "wna"):
        raise RuleBroken(
            gettext("Layanan ini khusus untuk warga negara asing.")
            if who.citizenship == "wna"
            else gettext("Layanan ini khusus untuk warga negara Indonesia.")
        )
    since = person.resident_since
    if who.resident_months and since and months_on(since, today) < who.resident_months:
        raise RuleBroken(
            gettext(
                "Layanan ini untuk yang sudah tinggal di sini paling sedikit %(months)s bulan; "
                "menurut data kependudukan, Anda belum selama itu. Bila data itu keliru, hubungi "
                "kantor di wilayah Anda."
            )
            % {"months": who.resident_months}
        )


def _refuse_marital(who: Who, person: Person) -> None:
    wanted = [codes.Marital(_MARITAL[word]) for word in who.marital]
    if not wanted or person.marital in wanted:
        return
    if person.marital is None:
        raise RuleBroken(
            gettext(
                "Data kependudukan belum mencatat status perkawinan Anda, padahal layanan ini "
                "memerlukannya. Hubungi kantor di wilayah Anda dengan membawa "
                "Kartu Keluarga."
            )
        )
    raise RuleBroken(
        gettext(
            "Layanan ini untuk yang berstatus %(wanted)s. Menurut data kependudukan Anda "
            "%(status)s. Bila data itu keliru, hubungi kantor di wilayah Anda."
        )
        % {
            "wanted": gettext(" atau ").join(gettext(one.label).lower() for one in wanted),
            "status": gettext(codes.Marital(person.marital).label).lower(),
        }
    )


def news_of_applicant(application: Application) -> list[str]:
    """What a desk should know of the applicant since the application was sent: that they died or
    left, or live elsewhere in the city. One query for somebody who is gone."""
    person = application.applicant
    if not person.lives_here:
        told = f"Pemohon tercatat {codes.Status(person.status).label.lower()} di data penduduk"
        last = person.events.filter(reversed_by=None, changes__has_key="status")
        event = last.select_related("source").order_by("-pk").first()
        if event is not None and event.happened_on is not None:
            told += f" sejak {long_date(event.happened_on)}"
        if event is not None:
            told += f" (dasar: {event.source.label})"
        return [f"{told}; berkasnya tidak bisa disetujui."]
    is_open = application.state in UNDER_WAY
    if (
        is_open
        and application.located_in_id is None
        and person.household.rt_id != application.unit_id
    ):
        return [
            f"Pemohon sekarang tercatat tinggal di {person.household.rt.name}, "
            f"{person.household.address}; berkas ini dikirim dari {application.unit.name}."
        ]
    return []


def refuse_gone(applicant: Person) -> None:
    """Raises RuleBroken, in words for an official, for an applicant who does not live here (any
    more): nothing is approved for the dead and for those who moved."""
    if not applicant.lives_here:
        raise RuleBroken(
            "Pemohon tercatat meninggal, pindah, atau pergi di data penduduk, jadi berkas ini "
            "tidak bisa disetujui. Tolak dengan alasan itu, atau minta admin daerah memperbaiki "
            "data penduduknya."
        )
