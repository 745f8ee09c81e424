"""Appointing many officials from one file."""

import io

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.models import User
from services.residents.imports.problems import ImportRefused
from services.setup import staffing
from services.setup.forms import TableForm
from services.setup.views import page_of
from services.web.access import today
from services.web.files import send
from ui.forms import explain
from ui.page import Audience, page


@page(Audience.ADMIN)
def staff(request: HttpRequest, user: User) -> HttpResponse:
    """A spreadsheet of officials: all are appointed, or the rows to correct are listed."""
    form = TableForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"required": staffing.REQUIRED, "optional": staffing.OPTIONAL}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            count = staffing.appoint_all(
                name=file.name or "Berkas", content=bytes(file.read()), by=user, today=today()
            )
        except ImportRefused as refused:
            explain(form, refused)
            context["problems"] = refused.problems[:100]
            context["count"] = len(refused.problems)
        else:
            messages.success(request, f"{count} orang ditunjuk. Undangan dikirim ke e-mail mereka.")
            return redirect("setup-posts")
    return page_of(request, "staff", form, **context)


@page(Audience.ADMIN)
@require_safe
def staff_template(request: HttpRequest, user: User) -> HttpResponse:
    """The file to fill in, with the posts that are vacant today."""
    out = io.StringIO()
    staffing.write_template(out, vacant=staffing.vacant_posts(today()))
    content = out.getvalue().encode("utf-8-sig")
    return send(content, media_type="text/csv", name="pejabat.csv", download=True)
