"""What is wrong with the results of a service: what no desk could make, or no case would have."""

from collections.abc import Iterator

from services.catalogue.blueprint import Blueprint
from services.catalogue.findings import Finding
from tenants.office.roles import NEIGHBOURHOOD


def results(blueprint: Blueprint) -> Iterator[Finding]:
    for result in blueprint.results:
        place, step = f"results.{result.key}", blueprint.desk(result.step)
        if step.level in NEIGHBOURHOOD:
            yield Finding(
                "error",
                f"{place}.step",
                f"Di langkah “{step.title}” tidak ada halaman untuk mencatat hasil, jadi berkas "
                "akan berhenti di sana. Pilih langkah di kelurahan, kecamatan, kota, atau dinas.",
            )
        if any(condition not in result.when for condition in step.when):
            yield Finding(
                "warning",
                f"{place}.when",
                f"Hasil ini dicatat di langkah “{step.title}”, yang hanya dilalui dengan syarat. "
                "Tulis syarat yang sama di hasil ini; tanpa itu, pemohon yang berkasnya tidak "
                "lewat sana dijanjikan hasil yang tidak pernah jadi.",
            )
