"""Applications in the open export: answers in clear; and what was under way."""

from messaging import outbox
from services.applications.models import Application
from services.residents.sealing import seal, unseal
from tenants.ownership import columns

columns.sealed(
    "applications_application", "answers_sealed", as_="jawaban", open=unseal, seal=seal,
    is_json=True,
)  # fmt: skip
columns.sealed(
    "applications_returnedanswers", "answers_sealed", as_="jawaban", open=unseal, seal=seal,
    is_json=True,
)  # fmt: skip
columns.sealed(
    "applications_issuedletter", "answers_sealed", as_="jawaban_sebelum", open=unseal, seal=seal,
    is_json=True,
)  # fmt: skip
columns.sealed(
    "applications_lifeevent", "facts_sealed", as_="keterangan", open=unseal, seal=seal,
    is_json=True,
)  # fmt: skip


def go_on() -> None:
    """Letters that had their number but no PDF yet are made in the new city."""
    waiting = Application.objects.filter(state=Application.State.ISSUING).values_list(
        "pk", flat=True
    )
    for pk in waiting:
        outbox.enqueue("applications.issue", {"application_id": pk}, key=f"issue:restored:{pk}")


columns.after_import(go_on)
