"""The population register of one city."""

from services.residents.models.accounts import OfficialIdentity, OneTimeCode, ResidentAccount
from services.residents.models.events import PersonEvent
from services.residents.models.family import Representation
from services.residents.models.imports import ImportFamily, ImportHeading, ImportRow, ImportRun
from services.residents.models.kiosks import Kiosk, KioskCode
from services.residents.models.people import (
    DifferentPeople,
    Household,
    Person,
    PersonQuerySet,
    Source,
)
from services.residents.models.search import SearchWord
from services.residents.models.sharing import SharingRule
from services.residents.models.wallet import Consent, WalletDocument

__all__ = [
    "Consent",
    "DifferentPeople",
    "Household",
    "ImportFamily",
    "ImportHeading",
    "ImportRow",
    "ImportRun",
    "Kiosk",
    "KioskCode",
    "OfficialIdentity",
    "OneTimeCode",
    "Person",
    "PersonEvent",
    "PersonQuerySet",
    "Representation",
    "ResidentAccount",
    "SearchWord",
    "SharingRule",
    "Source",
    "WalletDocument",
]
