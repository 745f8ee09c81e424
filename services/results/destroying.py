"""What of a result goes with the archive of its case: files, and who took it."""

from services.cases.destroying import parts
from services.cases.models import Case
from services.results.models import HandOver, Result, Wish


def destroy(case: Case) -> list[str]:
    """Files of results, signatures and powers of attorney; that each was handed over stays."""
    results = Result.objects.filter(case=case)
    acts = HandOver.objects.filter(result__case=case)
    paths = [
        path
        for row in (
            *results.values_list("path"), *acts.values_list("signature", "authority"),
        )
        for path in row
        if path
    ]  # fmt: skip
    results.update(path="", number_sealed=b"", code_sealed=b"")
    acts.update(name_sealed=b"", address_sealed=b"", authority="", signature="", is_destroyed=True)
    Wish.objects.filter(case=case).update(address_sealed=b"")
    return paths


parts.add("results", destroy)
