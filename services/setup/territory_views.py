"""What a city's units are called."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from services.setup.forms import KindWordsForm, WordsForm
from services.setup.views import page_of, unit_of
from tenants.office import calling
from tenants.office.models import Unit
from ui.forms import explain
from ui.page import Audience, page


@page(Audience.ADMIN)
def words(request: HttpRequest, user: User) -> HttpResponse:
    """What each kind of unit is called, and calling all of one kind otherwise."""
    in_use = calling.words_in_use()
    form = KindWordsForm(request.POST or None, kinds=[kind for kind in calling.CALLED
                                                      if kind in in_use])  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            count = calling.call_kind(**form.cleaned_data, by=user)
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, f"{count} unit memakai sebutan {form.cleaned_data['word']}.")
            return redirect("setup-words")
    rows = [(Unit.Kind(kind).label, in_use[kind]) for kind in calling.CALLED if kind in in_use]
    return page_of(request, "words", form, rows=rows)


@page(Audience.ADMIN)
def unit_words(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """What one unit and its head are called."""
    found = unit_of(pk)
    if found.kind not in calling.CALLED:
        raise NotThere("Unit ini tidak memakai sebutan di depan namanya.")
    form = WordsForm(request.POST or None, initial={"word": found.word, "head": found.head})
    if request.method == "POST" and form.is_valid():
        try:
            called = calling.call_unit(unit_id=pk, **form.cleaned_data, by=user)
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, f"Unit ini sekarang disebut {called.name}.")
            return redirect("setup-unit", pk)
    return page_of(request, "unit_words", form, unit=found)
