"""What would go wrong with a service before anybody asks for it. Plain Python.

Parsing has already refused what cannot be rendered; the linter finds what can be, and would
disappoint: dead ends, desks nobody sits at, clocks that cannot be met, codes out of force. Each
finding names the place and the cure.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kernel.text import show_sign, tidy, unprintable
from services.catalogue import translation
from services.catalogue.blueprint import PLACEHOLDER, Blueprint
from services.catalogue.steps import DeskStep
from services.questions.conditions import Condition, is_number
from services.questions.kind import FieldSpec, kind_of
from tenants.office.roles import NEIGHBOURHOOD, SHIPPED, Role

MAX_FEE = 1_000_000_000  # rupiah; beyond it somebody's finger rested on the key
WEEKEND_HOURS = 65  # Friday 16.00 to Monday 08.00, and an hour to act


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong (``error``: must not be published) or doubtful (``warning``)."""

    level: Literal["error", "warning"]
    place: str  # an address as in overrides: "steps.lurah.role"
    message: str


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A desk of this city without anybody, as the office knows it."""

    level: str
    role: str
    units: int  # how many units of that level there are
    vacant: int
    dinas: str = ""  # at the level of dinas: which one


def check(
    blueprint: Blueprint,
    *,
    today: date,
    vacancies: tuple[Vacancy, ...] = (),
    dinas: frozenset[str] | None = None,
    languages: Iterable[str] = (),
    roles: Iterable[Role] = SHIPPED.values(),
) -> list[Finding]:
    """All findings, errors first. ``dinas`` are the slugs of the dinas this city has,
    ``languages`` those it offers besides Indonesian, ``roles`` those its posts may have."""
    found = [
        *_applicants(blueprint),
        *_conditions(blueprint),
        *_desks(blueprint, vacancies, dinas, {role.code: role for role in roles}),
        *_clocks(blueprint),
        *_letters(blueprint, today),
        *_settings(blueprint),
        *_questions(blueprint),
        *_characters(blueprint),
        *_translations(blueprint, languages),
    ]
    return sorted(found, key=lambda finding: (finding.level, finding.place))


def _applicants(blueprint: Blueprint) -> Iterator[Finding]:
    youngest, oldest = blueprint.who.min_age, blueprint.who.max_age
    if youngest is not None and oldest is not None and youngest > oldest:
        yield Finding(
            "error",
            "who.max_age",
            f"Tidak ada yang berumur {youngest} tahun ke atas dan paling tua {oldest} tahun. "
            "Tukar keduanya.",
        )
    if blueprint.fee > MAX_FEE:
        yield Finding("error", "fee", "Biaya ini tidak masuk akal. Tulis dalam rupiah penuh.")


# --- conditions ---------------------------------------------------------------------------------


def _conditions(blueprint: Blueprint) -> Iterator[Finding]:
    places: list[tuple[str, list[Condition]]] = [
        *((f"fields.{f.key}.show_when", f.show_when) for f in blueprint.fields),
        *((f"fields.{f.key}.require_when", f.require_when) for f in blueprint.fields),
        *((f"documents.{d.key}.show_when", d.show_when) for d in blueprint.documents),
        *((f"steps.{s.key}.when", s.when) for s in blueprint.steps),
        *((f"outputs.{o.key}.when", o.when) for o in blueprint.outputs),
    ]
    for place, conditions in places:
        for condition in conditions:
            if _incomparable(blueprint.field(condition.field), condition):
                yield Finding(
                    "error",
                    place,
                    f"Syarat “{condition.field} {condition.op} {condition.value}” membandingkan "
                    "yang bukan angka. Pakai “sama dengan”, atau pilih pertanyaan angka.",
                )
            elif _never(blueprint.field(condition.field), condition):
                yield Finding(
                    "error",
                    place,
                    f"Syarat ini tidak pernah terpenuhi: “{condition.field} {condition.op} "
                    f"{condition.value}”. Ubah nilainya atau batas isiannya.",
                )
        if _contradict([*conditions, *_behind(blueprint, conditions)]):
            yield Finding(
                "error", place, "Syarat-syarat ini saling bertentangan. Hapus salah satunya."
            )
    if blueprint.steps and all(step.when for step in blueprint.steps):
        yield Finding(
            "error",
            "steps",
            "Semua langkah bersyarat: ada jawaban yang tidak sampai ke meja mana pun. "
            "Buat sedikitnya satu langkah tanpa syarat.",
        )


def _behind(blueprint: Blueprint, conditions: list[Condition]) -> list[Condition]:
    """What must hold for the questions of these conditions to be asked at all."""
    found: list[Condition] = []
    waiting = [condition.field for condition in conditions]
    while waiting:
        needed = blueprint.field(waiting.pop()).show_when  # on earlier questions: this ends
        found += needed
        waiting += [condition.field for condition in needed]
    return found


def _incomparable(field: FieldSpec, condition: Condition) -> bool:
    """More or less is for numbers: of a text it would hold for whoever happens to type one."""
    if condition.op not in (">", ">=", "<", "<="):
        return False
    return not kind_of(field).has_order or not is_number(condition.value)


def _never(field: FieldSpec, condition: Condition) -> bool:
    known = {value for value, _ in kind_of(field).options(field)}
    if known and condition.op in ("=", "in"):
        wanted = condition.value if isinstance(condition.value, list) else [str(condition.value)]
        return not known & {str(value) for value in wanted}
    bounds = kind_of(field).bounds(field)
    if bounds is not None and isinstance(condition.value, int):
        low, high = bounds[0] or 0, bounds[1]
        limit = condition.value
        if condition.op == ">":
            return high is not None and limit >= high
        if condition.op == ">=":
            return high is not None and limit > high
        if condition.op == "<":
            return limit <= low
        if condition.op == "<=":
            return limit < low
        if condition.op == "=":
            return limit < low or (high is not None and limit > high)
    return False


def _contradict(conditions: list[Condition]) -> bool:
    """Two conditions on one field that cannot both hold."""
    equal: dict[str, str] = {}
    lower: dict[str, int] = {}
    upper: dict[str, int] = {}
    for c in conditions:
        if c.op == "=":
            if equal.setdefault(c.field, str(c.value)) != str(c.value):
                return True
        elif isinstance(c.value, int) and c.op in (">", ">="):
            lower[c.field] = max(lower.get(c.field, c.value), c.value + (c.op == ">"))
        elif isinstance(c.value, int) and c.op in ("<", "<="):
            upper[c.field] = min(upper.get(c.field, c.value), c.value - (c.op == "<"))
    return any(field in upper and lower[field] > upper[field] + 1 for field in lower)


# --- desks and clocks ------------------------------------------------------------------------


def _desks(
    blueprint: Blueprint,
    vacancies: tuple[Vacancy, ...],
    dinas: frozenset[str] | None,
    roles: Mapping[str, Role],
) -> Iterator[Finding]:
    empty = {(v.level, v.role, v.dinas): v for v in vacancies if v.vacant}
    for step in blueprint.desks():
        place = f"steps.{step.key}"
        for role in (step.role, *step.deputies):
            if role not in roles or step.level not in roles[role].levels:
                known = sorted(one.title for one in roles.values() if step.level in one.levels)
                named = roles[role].title if role in roles else role
                yield Finding(
                    "error",
                    f"{place}.role",
                    f"Tidak ada jabatan “{named}” di tingkat {step.level}. Pilih: "
                    f"{', '.join(known)}.",
                )
        if step.dinas and dinas is not None and step.dinas not in dinas:
            yield Finding(
                "error",
                f"{place}.dinas",
                f"Dinas “{step.dinas}” belum ada di kota ini. Tambahkan dulu di Wilayah.",
            )
        vacancy = empty.get((step.level, step.role, step.dinas or ""))
        if vacancy is not None and step.role in roles and not step.optional:
            yield Finding(
                "warning",
                f"{place}.role",
                f"{_where_vacant(vacancy)} belum ada yang menjabat {roles[step.role].title}; "
                "berkas akan berhenti di sana. Tunjuk pejabatnya, atau jadikan langkah ini boleh "
                "dilewati.",
            )


def _where_vacant(vacancy: Vacancy) -> str:
    if vacancy.dinas:
        return f"Di dinas “{vacancy.dinas}”"
    return f"Di {vacancy.vacant} dari {vacancy.units} {vacancy.level}"


def _clocks(blueprint: Blueprint) -> Iterator[Finding]:
    issuing = {output.step for output in blueprint.outputs}
    for step in blueprint.desks():
        place = f"steps.{step.key}"
        if step.level not in NEIGHBOURHOOD and _too_fast(step):
            yield Finding(
                "warning",
                f"{place}.clock",
                f"{step.clock.amount} jam berjalan juga pada malam dan akhir pekan, saat kantor "
                "tutup. Pakai jam kerja atau hari kerja.",
            )
        if step.on_timeout == "teruskan" and step.key in issuing:
            yield Finding(
                "error",
                f"{place}.on_timeout",
                "Langkah ini menerbitkan surat, jadi tidak boleh dilewati bila waktunya habis. "
                "Pilih ingatkan atau naikkan.",
            )
        if step.optional and step.key in issuing:
            yield Finding(
                "error",
                f"{place}.optional",
                "Langkah ini menerbitkan surat, jadi tidak boleh dilewati bila jabatannya kosong.",
            )


def _too_fast(step: DeskStep) -> bool:
    return step.clock.unit == "jam" and step.clock.amount < WEEKEND_HOURS


# --- letters and questions ------------------------------------------------------------------------


def _letters(blueprint: Blueprint, today: date) -> Iterator[Finding]:
    optional = {f.key for f in blueprint.fields if not f.required or f.show_when or f.require_when}
    for output in blueprint.outputs:
        place = f"outputs.{output.key}"
        if not any(
            c.since <= today and (c.until is None or today <= c.until) for c in output.codes
        ):
            yield Finding(
                "error",
                f"{place}.codes",
                f"Tidak ada kode klasifikasi yang berlaku pada {today:%d-%m-%Y}. Tambahkan kode "
                "yang baru.",
            )
        if any(c.until is not None and c.until < c.since for c in output.codes):
            yield Finding(
                "error",
                f"{place}.codes",
                "Ada kode klasifikasi yang berakhir sebelum berlaku. Periksa tanggalnya.",
            )
        if blueprint.desk(output.step).level != "rt" and any(
            "ketua rt" in text.lower() for text in output.texts()
        ):
            yield Finding(
                "warning",
                f"{place}.body",
                "Surat menyebut Ketua RT, padahal langkahnya bisa dilewati. Tulis {keterangan_rt}: "
                "tercetak “keterangan Ketua RT” bila ia membenarkan, dan “pernyataan pemohon” "
                "bila tidak.",
            )
        for text in (output.opening, *output.body, output.closing):
            for name in PLACEHOLDER.findall(text):
                if name.partition(".")[0] in optional:
                    yield Finding(
                        "warning",
                        f"{place}.body",
                        f"Kalimat memakai “{{{name}}}” yang boleh kosong; suratnya bisa berisi "
                        "tanda hubung di tengah kalimat. Pindahkan ke kelompok data bersyarat.",
                    )


def _settings(blueprint: Blueprint) -> Iterator[Finding]:
    """Settings of a question that no answer fulfils."""
    for field in blueprint.fields:
        for place, text in kind_of(field).findings(field):
            yield Finding("error", f"fields.{field.key}.{place}", text)


def _questions(blueprint: Blueprint) -> Iterator[Finding]:
    if not blueprint.outputs:
        return
    used = {c.field for _, c in blueprint.conditions()}
    used |= {c.field for f in blueprint.fields for c in (*f.show_when, *f.require_when)}
    for output in blueprint.outputs:
        used |= {name.partition(".")[0] for t in output.texts() for name in PLACEHOLDER.findall(t)}
        used |= {table.field for table in output.tables} | set(output.witnesses)
    for field in blueprint.fields:
        if field.key not in used:
            yield Finding(
                "warning",
                f"fields.{field.key}",
                f"“{field.label}” ditanyakan tetapi tidak dipakai di surat maupun syarat. "
                "Jangan tanyakan yang tidak diperlukan.",
            )
    yield from _columns(blueprint, {t for o in blueprint.outputs for t in o.texts()})


def _columns(blueprint: Blueprint, texts: set[str]) -> Iterator[Finding]:
    """Columns of a table that are filled in and never printed."""
    whole = {name for text in texts for name in PLACEHOLDER.findall(text)}
    printed = {
        (table.field, name)
        for output in blueprint.outputs
        for table in output.tables
        for column in table.columns
        for name in PLACEHOLDER.findall(column.text)
    }
    tables = {field for field, _ in printed}
    for field in blueprint.fields:
        if field.key in whole or field.key not in tables:
            continue  # printed as a whole, or not at all: said of the question itself
        for key, label in kind_of(field).columns(field):
            if (field.key, key) not in printed:
                yield Finding(
                    "warning",
                    f"fields.{field.key}.columns.{key}",
                    f"Kolom “{label}” diisi tetapi tidak tercetak di surat. Tambahkan "
                    "ke tabel suratnya, atau hapus kolomnya.",
                )


# --- other languages ------------------------------------------------------------------------------


def _characters(blueprint: Blueprint) -> Iterator[Finding]:
    """Texts of a letter that hold a character no document can print."""
    for kind in ("fields", "outputs"):
        for part in blueprint.model_dump(mode="json")[kind]:
            odd = next((sign for text in _strings(part) if (sign := unprintable(tidy(text)))), "")
            if odd:
                yield Finding(
                    "error",
                    f"{kind}.{part['key']}",
                    f"Tanda {show_sign(odd)} tidak bisa dicetak di surat. Hapus atau ganti.",
                )


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def _translations(blueprint: Blueprint, languages: Iterable[str]) -> Iterator[Finding]:
    for language in languages:
        for place in translation.missing(blueprint, language):
            yield Finding(
                "warning",
                f"translations.{language}.{place}",
                "Belum diterjemahkan; warga membacanya dalam bahasa Indonesia.",
            )
    for language in blueprint.translations:
        for place in translation.gone(blueprint, language):
            yield Finding(
                "warning",
                f"translations.{language}.{place}",
                "Ini terjemahan dari bagian yang sudah tidak ada. Hapus terjemahannya.",
            )
