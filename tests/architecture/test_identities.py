"""Look-ups of identities are exact: the database folds more letters onto each other than we do."""

import re

from tests.words import ROOT

# A list that is searched by a piece of a name is no look-up of an identity.
LOOSE = re.compile(r"__(iexact|iregex|istartswith|iendswith)\b")
CONTAINS = re.compile(r"\b(email|login|host|domain|subdomain|code|nik\w*)__icontains\b")


def test_no_identity_is_looked_up_by_the_databases_idea_of_letter_case() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for top in ("platform", "tenants", "services", "billing")
        for path in sorted((ROOT / top).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if LOOSE.search(line) or CONTAINS.search(line)
    ]
    assert not found, "compare kernel.identities.folded instead"
