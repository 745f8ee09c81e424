"""A city's questions to the operators: writing, reading the answer; and the console's side."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from kernel.errors import RuleBroken
from tenants.console.views import operator_of
from tenants.registry.current import city
from tenants.support import questions
from tenants.support.forms import MessageForm, QuestionForm
from tenants.support.models import Question
from ui.forms import explain
from ui.page import Audience, page


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, user: User) -> HttpResponseBase:
    """The city's questions, and a new one."""
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = questions.ask(by=user, **form.cleaned_data)
        except RuleBroken as error:
            explain(form, error)
        else:
            messages.success(request, "Pertanyaan terkirim. Jawabannya tampil di halaman ini.")
            return redirect("question", made.pk)
    context = {"form": form, "questions": questions.of_city(city())}
    return render(request, "support/questions.html", context, status=422 if form.errors else 200)


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, user: User, pk: int) -> HttpResponseBase:
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            questions.add(question_id=pk, by=user, **form.cleaned_data)
        except RuleBroken as error:
            explain(form, error)
        else:
            messages.success(request, "Pesan terkirim.")
            return redirect("question", pk)
    found, said = questions.thread(pk, city())
    context = {"question": found, "said": said, "form": form}
    return render(request, "support/question.html", context, status=422 if form.errors else 200)


@page(Audience.OPERATOR)
@never_cache
@require_safe
def console_list(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in Question.State.values else ""
    page = Paginator(questions.all_questions(state), 50).get_page(request.GET.get("page"))
    context = {"page": page, "state": state, "states": Question.State.choices}
    return render(request, "support/console_questions.html", context)


@page(Audience.OPERATOR)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def console_question(request: HttpRequest, pk: int) -> HttpResponse:
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            questions.answer(question_id=pk, by=operator_of(request), **form.cleaned_data)
        except RuleBroken as error:
            explain(form, error)
        else:
            messages.success(request, "Jawaban terkirim. Admin kota diberi tahu lewat e-mail.")
            return redirect("console-question", pk)
    found, said = questions.thread(pk)
    context = {"question": found, "said": said, "form": form}
    code = 422 if form.errors else 200
    return render(request, "support/console_question.html", context, status=code)
