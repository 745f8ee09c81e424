"""Cities against their schemas, hosts and keys; and what the engine finds inside them."""

from tenants.backend.scope import in_public
from tenants.registry.keys import KeyLost, city_key
from tenants.registry.models import City, Tombstone
from tenants.schemas import integrity
from tenants.schemas.compiler import TEMPLATE
from tenants.schemas.integrity import Finding
from tenants.schemas.models import Spare


def check() -> list[Finding]:
    """Everything that is not as it should be; empty when all is well."""
    with in_public():
        cities = list(City.objects.order_by("schema_name"))
        return integrity.check([c.schema_name for c in cities]) + _registry(cities)


def _registry(cities: list[City]) -> list[Finding]:
    """Cities without schema, schemas without city, keys that do not open."""
    findings = []
    schemas = integrity.there()
    expected = {c.schema_name for c in cities} | {TEMPLATE}
    expected |= set(Spare.objects.values_list("schema_name", flat=True))
    expected |= set(
        Tombstone.objects.filter(schema_dropped_at__isnull=True).values_list(
            "schema_name", flat=True
        )
    )
    findings += [Finding(s, "skema tanpa kota") for s in sorted(schemas - expected)]
    findings += [Finding(s, "skemanya tidak ada") for s in sorted(expected - schemas)]
    with_host = set(
        City.objects.filter(domains__is_primary=True).values_list("schema_name", flat=True)
    )
    for city in cities:
        if city.schema_name not in with_host:
            findings.append(Finding(city.schema_name, "tidak punya alamat utama"))
        try:
            city_key(city)
        except KeyLost:
            findings.append(
                Finding(city.schema_name, "kunci datanya tidak terbuka dengan BALAI_MASTER_KEY")
            )
    return findings
