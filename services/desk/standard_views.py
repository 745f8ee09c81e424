"""Service standards of the own office, written by its head."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kernel.errors import NotThere
from services.catalogue import standards
from services.desk.frame import frame
from services.desk.views import posts_of
from services.web.standard_page import edited
from ui.page import Audience, page


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def standard(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """What the office says of all its services, or of one (``?service=``)."""
    user, posts = posts_of(request)
    headed = standards.headed(posts)
    unit = next((one for one in headed if pk in (0, one.pk)), None)
    if unit is None:
        raise NotThere("Standar pelayanan diisi kepala kantornya atau admin kota.")
    found = edited(request, unit, user)
    if isinstance(found, HttpResponse):
        return found
    context = {**found, "headed": headed, **frame(posts, "standar")}
    status = 422 if found["form"].errors else 200
    return render(request, "desk/standard.html", context, status=status)
