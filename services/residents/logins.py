"""Residents' logins follow their NIK: somebody who gets another number signs in with it."""

from collections.abc import Iterable

from accounts.models import User
from services.residents.actions import login_for


def follow(person_ids: Iterable[int]) -> None:
    """Give the accounts of these people the login of their NIK. Two of them may change logins with
    each other."""
    wanted = {}
    users = User.objects.select_related("resident__person").filter(
        resident__person__in=list(person_ids)
    )
    for user in users.order_by("pk"):
        print_ = user.resident.person.nik_print
        if print_ is not None and user.login != login_for(bytes(print_)):
            wanted[user.pk] = login_for(bytes(print_))
    for pk in wanted:
        User.objects.filter(pk=pk).update(login=f"nik:~{pk}")
    for pk, login in wanted.items():
        User.objects.filter(pk=pk).update(login=login)
