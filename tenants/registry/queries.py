"""Reads of the registry: which cities there are, by schema and by code; how signups stand.

For pages:
    progress(status_token) -> Progress | None     polled by the status page
    signup_of_link(token) -> Signup | None        for the page behind the mailed link
    address_of(code) -> str                       where a city answers already
    waiting_signups() / recent_signups()          the operator's console
    suggest_subdomain(area), is_taken(code), is_subdomain_taken(subdomain)
"""

import hashlib
import time
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from tenants.backend.place import PUBLIC
from tenants.backend.scope import in_public
from tenants.registry import provisioning, regions, spellings
from tenants.registry.models import City, Domain, Signup

_by_schema: dict[str, tuple[float, City | None]] = {}
SECONDS = 10.0  # how old a city may be for a worker; its status is read again by actions


def city_by_schema(schema_name: str) -> City | None:
    """The city with this schema, as of a few seconds ago; for workers."""
    known = _by_schema.get(schema_name)
    moment = time.monotonic()
    if known is not None and known[0] > moment:
        return known[1]
    with in_public():
        city: City | None = City.objects.filter(schema_name=schema_name).first()
    if len(_by_schema) > 2000:
        _by_schema.clear()
    _by_schema[schema_name] = (moment + SECONDS, city)
    return city


def forget(schema_name: str) -> None:
    """Read this city afresh next time, in this process."""
    _by_schema.pop(schema_name, None)


def live_cities() -> list[City]:
    """Every city in which work is done (suspended ones too: their letters are still finished)."""
    with in_public():
        return list(
            City.objects.exclude(
                status__in=[City.Status.PROVISIONING, City.Status.CLOSED]
            ).order_by("schema_name")
        )


def schemas_with_work() -> list[str]:
    """``public`` and the schema of every live city, for the outbox's sweep."""
    return [PUBLIC, *(city.schema_name for city in live_cities())]


def public_hosts() -> frozenset[str]:
    """Host names of the platform's own pages."""
    base = settings.BASE_DOMAIN
    own = {base, f"www.{base}"}
    if settings.EMBEDDED:
        own |= {"localhost", "127.0.0.1", "[::1]"}
    return frozenset(own)


def demo_city() -> City | None:
    """A demonstration to look into, where this installation has one."""
    if not settings.DEMO:
        return None
    with in_public():
        found: City | None = City.objects.filter(
            is_demo=True, status__in=[City.Status.TRIAL, City.Status.ACTIVE]
        ).first()
        return found


def is_taken(code: str) -> bool:
    """Whether this kabupaten or kota has an owner, or an accepted signup."""
    with in_public():
        return (
            City.objects.filter(code=code).exists()
            or Signup.objects.filter(code=code, state__in=Signup.HOLDING).exists()
        )


def address_of(code: str) -> str:
    """The address of the city with this code; empty when it does not answer (yet)."""
    with in_public():
        city = City.objects.filter(code=code).first()
        return city.page("home") if city is not None and city.is_live else ""


def proves_itself(signup: Signup) -> bool:
    """Whether reading mail at this address shows that one works for this very government.

    Its domain is the area's own by name, or an earlier official of the area used it.
    """
    area = regions.regency(signup.code)
    if area is None or not signup.domain.endswith(".go.id"):
        return False
    if spellings.is_domain_of(signup.domain, area):
        return True
    with in_public():
        return Signup.objects.filter(
            code=signup.code, state=Signup.State.DONE, email__endswith=f"@{signup.domain}"
        ).exists()


def signup_of_link(token: str) -> Signup | None:
    """The signup whose latest confirmation link has this token."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    with in_public():
        return Signup.objects.filter(confirm_digest=digest).first()


def is_subdomain_taken(subdomain: str) -> bool:
    """Whether a city, a domain or an accepted signup has this subdomain."""
    with in_public():
        return (
            City.objects.filter(subdomain=subdomain).exists()
            or Domain.objects.filter(domain=f"{subdomain}.{settings.BASE_DOMAIN}").exists()
            or Signup.objects.filter(subdomain=subdomain, state__in=Signup.HOLDING).exists()
        )


def suggest_subdomain(area: regions.Regency) -> str:
    """The first of the area's usual subdomains that is free."""
    base = regions.proposed_subdomain(area)
    kind = "kota" if area.is_kota else "kab"
    candidates = [base, f"{base}{kind}", f"{kind}{base}", f"{base}-{area.code.replace('.', '')}"]
    for name in candidates:
        if regions.subdomain_fault(name) is None and not is_subdomain_taken(name):
            return name
    return f"{kind}-{area.schema_name}"  # named after the code, which is nobody else's


@dataclass(frozen=True, slots=True)
class Progress:
    """How a signup stands, for its status page."""

    state: str  # a Signup.State
    percent: int
    label: str  # what is being done or awaited now
    address: str  # the city's address, once it has one
    done: bool
    failed: bool
    signup: Signup


LABELS = {
    Signup.State.EMAIL_SENT: "Menunggu Anda membuka tautan di e-mail",
    Signup.State.WAITING_APPROVAL: "Menunggu persetujuan pengelola Balai",
    Signup.State.APPROVED: "Menyiapkan ruang data",
    Signup.State.DONE: "Selesai",
    Signup.State.REJECTED: "Tidak diterima",
    Signup.State.FAILED: "Terhenti",
}


def progress(status_token: str) -> Progress | None:
    """How the signup with this status token stands; None when there is none."""
    with in_public():
        signup = Signup.objects.select_related("city").filter(status_token=status_token).first()
    if signup is None:
        return None
    state = Signup.State(signup.state)
    percent, label, address = 0, LABELS.get(state, ""), ""
    if signup.city is not None:
        address = signup.city.page("home")
        stage = provisioning.stage_of(signup.city)
        percent = stage.percent
        if state == Signup.State.PROVISIONING:
            label = stage.label
    return Progress(
        state=state.value,
        percent=percent,
        label=label,
        address=address,
        done=state == Signup.State.DONE,
        failed=state in (Signup.State.FAILED, Signup.State.REJECTED),
        signup=signup,
    )


def waiting_signups() -> list[Signup]:
    """What the operator has to decide, oldest first."""
    with in_public():
        return list(
            Signup.objects.filter(state=Signup.State.WAITING_APPROVAL).order_by("confirmed_at")
        )


def recent_signups(*, limit: int = 50) -> list[Signup]:
    """The latest signups in any state."""
    with in_public():
        return list(Signup.objects.select_related("city").order_by("-created_at")[:limit])


def public_page(name: str, *args: object) -> str:
    """The absolute address of a page on the platform's own host, by the name in its URLs."""
    path = reverse(name, urlconf=settings.PUBLIC_SCHEMA_URLCONF, args=args)
    return settings.PUBLIC_URL.rstrip("/") + path
