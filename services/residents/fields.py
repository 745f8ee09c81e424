"""Every field of a person that the register keeps: what people call it, and how its values read.

The page of a person, "Data saya", events, sharing rules and the import use this one list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from kernel.nik import mask
from kernel.tanggal import long_date
from services.residents import codes
from services.residents.models import Household, Person
from services.residents.sealing import unseal


class Group(Enum):
    """Where a field stands on the page of a person."""

    IDENTITY = "Identitas"
    FAMILY = "Keluarga"
    WORK = "Pendidikan dan pekerjaan"
    PAPERS = "Dokumen"
    STAY = "Tempat tinggal"
    HEALTH = "Kesehatan"


class Shape(Enum):
    """What a value is."""

    TEXT = "text"
    DAY = "day"
    CODE = "code"
    YES_NO = "yes_no"
    NUMBER = "number"  # a NIK, sealed
    POINT = "point"  # degrees
    HOUSEHOLD = "household"
    PLACE = "place"  # a unit, as its code


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``name`` is the attribute of ``Person``; of a NIK, without ``_sealed``.

    ``specific`` marks what UU 27/2022 art. 4 calls specific personal data, and what is asked of
    nobody without a reason: health, religion.
    """

    name: str
    label: str
    group: Group
    shape: Shape = Shape.TEXT
    choices: Mapping[int, str] | None = None
    specific: bool = False

    @property
    def column(self) -> str:
        """The attribute that holds it."""
        return f"{self.name}_sealed" if self.shape is Shape.NUMBER else self.name

    def words(self, value: Any) -> str:
        """A value as people read it; "" for what is not known. A NIK is masked."""
        if value is None or value == "":
            return ""
        match self.shape:
            case Shape.CODE:
                return str((self.choices or {}).get(int(value), value))
            case Shape.DAY:
                return long_date(value)
            case Shape.YES_NO:
                return "ya" if value else "tidak"
            case Shape.NUMBER:
                return mask(str(value))
            case _:
                return str(value)

    def to_json(self, value: Any) -> Any:
        """A value as ``PersonEvent`` keeps it: of a NIK, the digits."""
        if value is None or value == "":
            return None
        match self.shape:
            case Shape.DAY:
                return value.isoformat()
            case Shape.POINT:
                return str(value)
            case Shape.HOUSEHOLD:
                return value.pk if isinstance(value, Household) else int(value)
            case Shape.PLACE:
                return value.code
            case _:
                return value

    def from_json(self, value: Any) -> Any:
        """The value again; of a household its id."""
        if value is None:
            return "" if self.shape in (Shape.TEXT, Shape.NUMBER) else None
        match self.shape:
            case Shape.DAY:
                return date.fromisoformat(value)
            case Shape.POINT:
                return Decimal(value)
            case _:
                return value


def _code(name: str, label: str, group: Group, choices: Any, *, specific: bool = False) -> Field:
    values = choices if isinstance(choices, dict) else dict(choices.choices)
    return Field(name, label, group, Shape.CODE, values, specific)


_I, _F, _W, _P, _S, _H = Group
FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("name", "Nama lengkap", _I),
        Field("nik", "NIK", _I, Shape.NUMBER),
        _code("sex", "Jenis kelamin", _I, codes.Sex),
        Field("birth_place", "Tempat lahir", _I),
        Field("birth_date", "Tanggal lahir", _I, Shape.DAY),
        _code("citizenship", "Kewarganegaraan", _I, codes.Citizenship),
        _code("religion", "Agama", _I, codes.Religion, specific=True),
        Field("ethnicity", "Suku", _I, specific=True),
        _code("status", "Status dasar", _I, codes.Status),
        Field("phone", "Nomor telepon", _I),
        Field("household", "Kartu Keluarga", _F, Shape.HOUSEHOLD),
        _code("relation", "Hubungan dalam keluarga", _F, codes.Relation),
        _code("marital", "Status perkawinan", _F, codes.Marital),
        Field("married_on", "Tanggal perkawinan", _F, Shape.DAY),
        Field("divorced_on", "Tanggal perceraian", _F, Shape.DAY),
        Field("father_name", "Nama ayah", _F),
        Field("father_nik", "NIK ayah", _F, Shape.NUMBER),
        Field("mother_name", "Nama ibu", _F),
        Field("mother_nik", "NIK ibu", _F, Shape.NUMBER),
        _code("education", "Pendidikan dalam KK", _W, codes.Education),
        _code("studying", "Pendidikan sedang ditempuh", _W, codes.Studying),
        _code("occupation", "Pekerjaan", _W, codes.OCCUPATIONS),
        Field("birth_certificate", "Nomor akta kelahiran", _P),
        Field("marriage_certificate", "Nomor akta perkawinan atau buku nikah", _P),
        Field("divorce_certificate", "Nomor akta perceraian", _P),
        Field("passport", "Nomor paspor", _P),
        Field("passport_until", "Paspor berlaku sampai", _P, Shape.DAY),
        Field("stay_permit", "Nomor KITAS/KITAP", _P),
        _code("card_state", "KTP elektronik", _P, codes.CardState),
        _code("recording", "Status perekaman KTP-el", _P, codes.Recording),
        Field("card_tag", "Nomor tag KTP-el", _P),
        _code("residency", "Status penduduk", _S, codes.Residency),
        Field("resident_since", "Penduduk sejak", _S, Shape.DAY),
        Field("stays_until", "Tinggal sementara sampai", _S, Shape.DAY),
        Field("current_address", "Alamat sekarang", _S),
        Field("latitude", "Lintang", _S, Shape.POINT),
        Field("longitude", "Bujur", _S, Shape.POINT),
        _code("blood", "Golongan darah", _H, codes.Blood, specific=True),
        _code("disability", "Penyandang cacat", _H, codes.Disability, specific=True),
        _code("contraception", "Akseptor KB", _H, codes.Contraception, specific=True),
        Field("pregnant", "Sedang hamil", _H, Shape.YES_NO, specific=True),
        _code("insurance", "Jaminan kesehatan", _H, codes.Insurance, specific=True),
        Field("insurance_number", "Nomor jaminan kesehatan", _H, specific=True),
    )
}

# What a change of a whole family card says of each of its members; attributes of ``Household``.
HOUSEHOLD: dict[str, Field] = {
    field.name: field
    for field in (
        Field("address", "Alamat", _S),
        Field("rt", "RT tempat tinggal", _S, Shape.PLACE),
        Field("postal_code", "Kode pos", _S),
        Field("kk_number", "Nomor KK", _F, Shape.NUMBER),
        Field("issued_on", "Tanggal KK", _F, Shape.DAY),
    )
}

NUMBERS = frozenset(
    field.name for field in (*FIELDS.values(), *HOUSEHOLD.values()) if field.shape is Shape.NUMBER
)


def value_of(person: Person, field: Field) -> Any:
    """The value of one person: of a NIK, the digits."""
    value = getattr(person, field.column)
    if field.shape is Shape.NUMBER:
        return unseal(value) if value else ""
    return value
