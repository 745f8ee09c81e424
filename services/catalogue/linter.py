"""What would go wrong with a service before anybody asks for it. Plain Python.

Parsing has already refused what cannot be rendered; the linter finds what can be, and would
disappoint: dead ends, desks nobody sits at, clocks that cannot be met, codes out of force. Each
finding names the place and the cure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from services.catalogue import forwarding, linter_results, linter_texts, tariff
from services.catalogue.authority import Delegated, proof
from services.catalogue.blueprint import PLACEHOLDER, Blueprint
from services.catalogue.findings import Finding as Finding
from services.catalogue.findings import Vacancy as Vacancy
from services.catalogue.steps import DeskStep, PostStep
from services.questions.conditions import Condition, is_number
from services.questions.kind import FieldSpec, kind_of
from tenants.office.roles import NEIGHBOURHOOD, SHIPPED, Role

MAX_FEE = 1_000_000_000  # rupiah; beyond it somebody's finger rested on the key
WEEKEND_HOURS = 65  # Friday 16.00 to Monday 08.00, and an hour to act


def check(
    blueprint: Blueprint,
    *,
    today: date,
    vacancies: tuple[Vacancy, ...] = (),
    dinas: frozenset[str] | None = None,
    languages: Iterable[str] = (),
    roles: Iterable[Role] = SHIPPED.values(),
    decrees: Iterable[Sequence[Delegated]] = (),
) -> list[Finding]:
    """All findings, errors first. ``dinas`` are the slugs of the dinas this city has,
    ``languages`` those it offers besides Indonesian, ``roles`` those its posts may have."""
    known = {role.code: role for role in roles}
    found = [
        *_applicants(blueprint),
        *_conditions(blueprint),
        *_desks(blueprint, vacancies, dinas, known),
        *forwarding.findings(blueprint.forward_to, blueprint.desks(), vacancies, known),
        *_clocks(blueprint),
        *_fees(blueprint),
        *_steps(blueprint),
        *_ends(blueprint, decrees),
        *_letters(blueprint, today),
        *linter_results.results(blueprint),
        *_settings(blueprint),
        *_questions(blueprint),
        *linter_texts.characters(blueprint),
        *linter_texts.translations(blueprint, languages),
    ]
    return sorted(found, key=lambda finding: (finding.level, finding.place))


def _ends(blueprint: Blueprint, decrees: Iterable[Sequence[Delegated]]) -> Iterator[Finding]:
    """Cases that would have no end or two, as the service stands and by each set of decrees."""
    told = {text for rules in (None, *decrees) for text in proof(blueprint, rules)}
    yield from (Finding("error", "steps", text) for text in sorted(told))


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


# --- fees ---------------------------------------------------------------------------------------


def _fees(blueprint: Blueprint) -> Iterator[Finding]:
    if blueprint.tariff is None:
        return
    fields = {field.key: field for field in blueprint.fields}
    for level, place, words in tariff.faults(blueprint.tariff, fields):
        yield Finding(level, f"tariff.{place}", words)
    if not any(step.charges for step in blueprint.steps):
        yield Finding(
            "error", "tariff",
            "Tarifnya ada, tetapi tidak ada langkah Pembayaran, jadi tidak ada yang ditagih. "
            "Tambahkan langkah Pembayaran, atau hapus tarifnya.",
        )  # fmt: skip
    if blueprint.fee:
        yield Finding(
            "error", "fee",
            "Layanan ini punya tarif, jadi biayanya dihitung dari sana. Tulis 0 di sini.",
        )  # fmt: skip


def _steps(blueprint: Blueprint) -> Iterator[Finding]:
    """What the kind of each step says of itself."""
    for step in blueprint.steps:
        for level, place, words in step.findings(blueprint):
            yield Finding(level, f"steps.{step.key}.{place}", words)


# --- conditions ---------------------------------------------------------------------------------


def _conditions(blueprint: Blueprint) -> Iterator[Finding]:
    places: list[tuple[str, list[Condition]]] = [
        *((f"fields.{f.key}.show_when", f.show_when) for f in blueprint.fields),
        *((f"fields.{f.key}.require_when", f.require_when) for f in blueprint.fields),
        *((f"documents.{d.key}.show_when", d.show_when) for d in blueprint.documents),
        *((f"steps.{s.key}.when", s.when) for s in blueprint.steps),
        *((f"outputs.{o.key}.when", o.when) for o in blueprint.outputs),
        *(("tariff.rows", r.when) for r in (blueprint.tariff.rows if blueprint.tariff else ())),
        *((f"results.{r.key}.when", r.when) for r in blueprint.results),
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
    for step in blueprint.posted():
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
        if vacancy is not None and step.role in roles and not _may_be_passed(step):
            yield Finding(
                "warning",
                f"{place}.role",
                f"{_where_vacant(vacancy)} belum ada yang menjabat {roles[step.role].title}; "
                "berkas akan berhenti di sana. Tunjuk pejabatnya, atau jadikan langkah ini boleh "
                "dilewati.",
            )


def _may_be_passed(step: PostStep) -> bool:
    return isinstance(step, DeskStep) and step.optional


def _where_vacant(vacancy: Vacancy) -> str:
    if vacancy.dinas:
        return f"Di dinas “{vacancy.dinas}”"
    return f"Di {vacancy.vacant} dari {vacancy.units} {vacancy.level}"


def _clocks(blueprint: Blueprint) -> Iterator[Finding]:
    issuing = {output.step for output in blueprint.outputs}
    making = {result.step for result in blueprint.results}
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
        if step.key in making and (step.on_timeout == "teruskan" or step.optional):
            yield Finding(
                "error",
                f"{place}.on_timeout",
                "Di langkah ini hasilnya dicatat, jadi tidak boleh dilewati. Pilih ingatkan atau "
                "naikkan, dan jangan dilewati bila jabatannya kosong.",
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
    used |= {r.per for r in (blueprint.tariff.rows if blueprint.tariff else ()) if r.per}
    used |= {blueprint.located or ""}
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
