"""What a desk fills in to write a finished application's event into the register."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField

from kernel.clock import now
from kernel.errors import RuleBroken
from kernel.tanggal import long_date, read_date
from kernel.text import in_capitals_and_small, squeeze
from services.applications.models import Application, LifeEvent
from services.applications.recording import Told, basis_of, card_of_child, child_known, stays
from services.residents import addresses, codes
from services.residents.families import living_members, proposed_head
from services.residents.fields import FIELDS, Shape
from services.residents.models import Person
from tenants.office.models import Unit
from tenants.registry.current import city
from ui.forms import Form, NikField, TanggalField, explain

Choices = list[tuple[str, str]]
_MOVES = ("move_within", "move_in", "card")
_PLACED = (*_MOVES, "marriage")
_LEAVING = ("death", "move_out", "move_within", "card")
_TO = {"numpang": "join", "baru": "new", "tetap": "whole"}
# What a correction is about: the choices of the question, as fields of the register.
_CORRECTED = {
    "nama": "name", "tempat_lahir": "birth_place", "tanggal_lahir": "birth_date",
    "jenis_kelamin": "sex", "agama": "religion", "pendidikan": "education",
    "pekerjaan": "occupation", "status": "marital", "kewarganegaraan": "citizenship",
    "golongan_darah": "blood", "nama_ayah": "father_name", "nama_ibu": "mother_name",
}  # fmt: skip
CORRECTABLE = list(dict.fromkeys(_CORRECTED.values()))


def _chosen(
    choices: Any, empty: str = "Belum diketahui", *, required: bool = False, **more: Any
) -> forms.TypedChoiceField:  # fmt: skip
    found: Choices = [("", empty), *((str(value), label) for value, label in choices)]
    return forms.TypedChoiceField(
        choices=found, coerce=int, empty_value=None, required=required, **more
    )


class RecordForm(Form):
    """One act: who, when, on what basis, and what its kind needs besides."""

    person = forms.TypedMultipleChoiceField(
        label="Siapa yang dicatat?", coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih dulu siapa yang dicatat."},
    )  # fmt: skip
    on = TanggalField(
        label="Tanggal kejadian", required=False, help_text="Kosongkan bila tidak diketahui."
    )
    basis = forms.CharField(
        label="Dasar", max_length=200, required=False,
        help_text="Surat atau akta yang membuktikannya. Ganti bila aktanya sudah ada.",
    )  # fmt: skip

    def __init__(
        self, application: Application, rows: Collection[LifeEvent], *args: Any,
        doubts: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        self.application, self.rows = application, list(rows)
        self.kind = self.rows[0].act
        self.facts = self.rows[0].facts
        self.added: dict[str, forms.Field] = {}
        self.of_rows: dict[int, dict[str, forms.Field]] = {}
        first: dict[str, Any] = {"person": [row.pk for row in self.rows]}
        first |= {"basis": basis_of(application)[1], "on": _day(self.facts.get("on"))}
        first |= self._of_kind()
        super().__init__(*args, initial=first, **kwargs)
        self.fields |= self.added
        for pk, own in self.of_rows.items():
            self.fields |= {f"{name}_{pk}": one for name, one in own.items()}
        if doubts:
            self.fields["accepted"] = forms.BooleanField(label="Tetap catat", required=False)
        self.fields["person"].choices = [(row.pk, _line(row)) for row in self.rows]  # type: ignore[attr-defined]
        if self.kind == "birth":
            self.fields["on"].label, self.fields["on"].required = "Tanggal lahir", True
            self.fields["on"].help_text = ""

    # --- what each kind asks --------------------------------------------------------------------

    def _of_kind(self) -> dict[str, Any]:
        first: dict[str, Any] = {}
        if self.kind in _PLACED:
            first |= self._place()
        if self.kind == "move_out":
            self.added["destination"] = forms.CharField(
                label="Tujuan", max_length=300, required=False
            )
            first["destination"] = self.facts.get("destination", "")
        if self.kind in ("marriage", "divorce", "birth"):
            label = {
                "marriage": "Nomor akta perkawinan atau buku nikah",
                "divorce": "Nomor akta perceraian",
                "birth": "Nomor akta kelahiran",
            }
            self.added["certificate"] = forms.CharField(
                label=label[self.kind], max_length=50, required=False,
                help_text="Kosongkan bila belum ada.",
            )  # fmt: skip
            first["certificate"] = self.facts.get("certificate", "")
        followers = stays(self.rows) if self.kind in _LEAVING else []
        if followers:
            self.added["head"] = _chosen(
                [(one.pk, in_capitals_and_small(one.name)) for one in followers],
                "Belum ditentukan", label="Kepala keluarga yang baru",
                help_text="Bagi yang tetap di KK lama.",
            )  # fmt: skip
            found = proposed_head(followers, _today())
            first["head"] = found.pk if found else None
        for row in self.rows:
            first |= self._of_row(row)
        return first

    def _place(self) -> dict[str, Any]:
        """The card people go to, and where it lies."""
        there = addresses.guess(str(self.facts.get("address", "")))
        ways = [("new", "KK baru"), ("join", "Menumpang di KK yang sudah ada")]
        if self.kind == "move_within":
            ways.append(("whole", "Seluruh KK pindah, nomornya tetap"))
        if self.kind == "marriage":
            ways.insert(0, ("stay", "Keduanya tetap di KK masing-masing"))
        villages = Unit.objects.filter(
            kind__in=[Unit.Kind.KELURAHAN, Unit.Kind.DESA], is_active=True
        ).order_by("name", "pk")
        self.added |= {
            "to": forms.ChoiceField(
                label="Kartu Keluarga", choices=ways, widget=forms.RadioSelect, required=False
            ),
            "kk_number": forms.CharField(
                label="Nomor KK tujuan", max_length=24, required=False,
                help_text="Wajib bila menumpang. Bagi KK baru, kosongkan bila belum terbit.",
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            ),
            "address": forms.CharField(
                label="Alamat yang baru", max_length=200, required=False,
                help_text="Jalan dan nomor rumah, tanpa RT dan RW.",
            ),
            "village": forms.ModelChoiceField(
                label="Kelurahan atau desa", queryset=villages, required=False,
                to_field_name="code", empty_label="Pilih…",
            ),
            "rt": _number("RT"), "rw": _number("RW"),
            "dusun": forms.CharField(label="Dusun, bila ada", max_length=40, required=False),
        }  # fmt: skip
        if self.kind == "move_in":
            self.added["came_from"] = forms.CharField(
                label="Alamat asal", max_length=300, required=False
            )
        return {
            "to": self._way(), "address": self._street(there),
            "village": there.village or self._village_of_report(),
            "rt": there.rt, "rw": there.rw, "came_from": self.facts.get("from", ""),
        }  # fmt: skip

    def _village_of_report(self) -> str:
        """A head reports about the own neighbourhood, and writes no village."""
        is_report = self.kind != "move_within" and self.application.blueprint.filed_by
        return self.application.unit.code.partition("/")[0] if is_report else ""

    def _way(self) -> str:
        if self.kind == "marriage":
            return "new" if self.facts.get("address") else "stay"
        wanted = _TO.get(str(self.facts.get("card", "")), "new")
        if self.kind != "move_within" or wanted == "join":
            return "join" if wanted == "join" else "new"
        moving = {row.person_id for row in self.rows}
        first = self.rows[0].person
        stay = [one.pk for one in living_members(first.household_id)] if first else []
        return "whole" if wanted == "whole" and set(stay) <= moving else "new"

    def _street(self, there: addresses.Place) -> str:
        first = self.rows[0].person
        if there.street.casefold() == "tetap" and first is not None:
            return first.household.address
        return there.street

    def _of_row(self, row: LifeEvent) -> dict[str, Any]:
        own: dict[str, forms.Field] = {}
        facts = row.facts
        if self.kind == "birth" or (self.kind == "move_in" and row.person is None):
            own |= {
                "name": forms.CharField(label="Nama lengkap", max_length=150),
                "sex": _chosen(codes.Sex.choices, "Pilih…", required=True, label="Jenis kelamin"),
                "birth_place": forms.CharField(label="Tempat lahir", max_length=80, required=False),
            }
            facts.setdefault("birth_place", facts.get("place", "")[:80])
        if self.kind == "move_in" and row.person is None:
            own["birth_date"] = TanggalField(label="Tanggal lahir", required=False)
        if "name" in own or self.kind == "identified":
            own["nik"] = NikField(required=self.kind == "identified")
            own["nik"].help_text = "" if own["nik"].required else "Kosongkan bila belum ada."
        if self.kind in _MOVES:
            own["relation"] = _chosen(
                codes.Relation.choices, label="Hubungan dengan kepala keluarga di KK tujuan"
            )
        if self.kind == "correction":
            own |= self._corrected()
        self.of_rows[row.pk] = own
        if self.kind == "card" and squeeze(row.who) == squeeze(str(facts.get("head", ""))):
            facts["relation"] = codes.Relation.HEAD
        first = {f"{name}_{row.pk}": facts.get(name) for name in own}
        first[f"birth_date_{row.pk}"] = _day(facts.get("birth_date"))
        if self.kind == "correction":
            first[f"value_{row.pk}"] = self._proposed_value()
        return first

    @property
    def corrected(self) -> str:
        """The field that a correction is about; "" where the answers name none."""
        return _CORRECTED.get(str(self.facts.get("field", "")), "")

    def _corrected(self) -> dict[str, forms.Field]:
        if not self.corrected:
            return {}
        field = FIELDS[self.corrected]
        if field.shape is Shape.CODE:
            return {"value": _chosen((field.choices or {}).items(), "Pilih…", label=field.label)}
        if field.shape is Shape.DAY:
            return {"value": TanggalField(label=field.label)}
        return {"value": forms.CharField(label=field.label, max_length=150)}

    def _proposed_value(self) -> Any:
        said = str(self.facts.get("value", ""))
        if not self.corrected:
            return None
        field = FIELDS[self.corrected]
        if field.shape is Shape.CODE:
            words = {label.casefold(): value for value, label in (field.choices or {}).items()}
            return words.get(said.casefold().strip())
        if field.shape is Shape.DAY:
            return read_date(said)
        return said

    # --- what was said --------------------------------------------------------------------------

    def told(self) -> Told | None:
        """What was filled in; None when something of it is wrong. Call on a valid form."""
        try:
            return self._told(self.cleaned_data)
        except RuleBroken as broken:
            explain(self, broken)
            return None

    def proposed(self) -> Told:
        """What is proposed before anybody has filled in anything. Raises RuleBroken."""
        return self._told(self.initial)

    def _told(self, said: Mapping[str, Any]) -> Told:
        chosen = [row for row in self.rows if row.pk in said["person"]]
        rows = {row.pk: self._said_of(row, said) for row in chosen}
        relations = {
            row.person_id: rows[row.pk]["relation"]
            for row in chosen
            if row.person_id is not None and rows[row.pk].get("relation")
        }
        return Told(
            rows=rows, on=said.get("on"), basis=said.get("basis") or "",
            accepted=bool(said.get("accepted")), destination=said.get("destination") or "",
            came_from=said.get("came_from") or "", head=said.get("head"),
            to=said.get("to") or ("new" if self.kind in _MOVES else "stay"),
            address=said.get("address") or "", rt=_unit(said),
            kk_number=said.get("kk_number") or "", relations=relations,
            certificate=said.get("certificate") or "",
        )  # fmt: skip

    def _said_of(self, row: LifeEvent, said: Mapping[str, Any]) -> dict[str, Any]:
        found = {name: said.get(f"{name}_{row.pk}") for name in self.of_rows[row.pk]}
        if self.kind == "correction":
            value = found.pop("value", None)
            if not self.corrected or value in (None, ""):
                raise RuleBroken(
                    "Data ini diubah di halaman orangnya, bukan dari berkas ini."
                    if not self.corrected
                    else "Isi data yang benar."
                )
            found["facts"] = {self.corrected: value}
        return found

    # --- how it is shown ------------------------------------------------------------------------

    def general(self) -> list[BoundField]:
        """Fields of the whole act, below who and when."""
        return [self[name] for name in self.added]

    def groups(self) -> list[tuple[str, list[BoundField]]]:
        """Fields of each person, under the name."""
        return [
            (row.who, [self[f"{name}_{row.pk}"] for name in self.of_rows[row.pk]])
            for row in self.rows
            if self.of_rows[row.pk]
        ]

    def known_children(self) -> list[Person]:
        """Children who are in the register already: only what is new of them is written."""
        found = []
        for row in self.rows if self.kind == "birth" else []:
            facts, born = row.facts, _day(row.facts.get("on"))
            if born is not None:
                card = card_of_child(self.application, facts)
                found.append(child_known(card, str(facts.get("name", "")), born))
        return [one for one in found if one is not None]


def _number(label: str) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=3, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


def _unit(said: Mapping[str, Any]) -> Unit | None:
    village = said.get("village")
    if not village:
        return None
    code = village.code if isinstance(village, Unit) else str(village)
    return addresses.unit_at(
        village=code, rw=said.get("rw") or "", rt=said.get("rt") or "",
        dusun=said.get("dusun") or "",
    )  # fmt: skip


def _today() -> date:
    return now().astimezone(city().tz).date()


def _day(text: Any) -> date | None:
    """A day of the answers; not one that is still to come: a plan is no event."""
    found = date.fromisoformat(text) if text else None
    return found if found is not None and found <= _today() else None


def _line(row: LifeEvent) -> str:
    name = in_capitals_and_small(row.who)
    if row.person is None:
        return f"{name}: {row.get_kind_display()}"
    born = long_date(row.person.birth_date)
    return f"{name}, lahir {born}: {row.get_kind_display()}"
