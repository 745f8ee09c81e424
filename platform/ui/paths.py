"""Where a form or a link may send a person back to."""

from django.utils.http import url_has_allowed_host_and_scheme


def own_path(asked: str) -> str:
    """``asked`` when it is a path of this host ("/akun/?x=1"); empty when it is anything else.

    A word without "/" would be taken for a view's name by ``redirect``.
    """
    is_own = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_own else ""
