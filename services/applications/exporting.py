"""Applications in the open export: answers in clear; and what was under way."""

from messaging import outbox
from services.applications.models import Application, CollectiveRow
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
columns.sealed(
    "applications_collectiverow", "typed_sealed", as_="diketik", open=unseal, seal=seal,
    is_json=True,
)  # fmt: skip
columns.path("applications_collective", "path")


def go_on() -> None:
    """Letters that had their number but no PDF yet are made in the new city."""
    waiting = Application.objects.filter(state=Application.State.ISSUING).values_list(
        "pk", flat=True
    )
    for pk in waiting:
        outbox.enqueue("applications.issue", {"application_id": pk}, key=f"issue:restored:{pk}")
    waits = CollectiveRow.objects.filter(
        state=CollectiveRow.State.WAITING, collective__started_at__isnull=False
    )
    for pk in waits.order_by().values_list("collective", flat=True).distinct():
        outbox.enqueue(
            "applications.collective", {"collective_id": pk}, key=f"collective:restored:{pk}"
        )


columns.after_import(go_on)
