"""A page that asks once more before something is taken away: one question, yes or no."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def sure(
    request: HttpRequest, *, title: str, words: str, button: str, back: str,
    base: str = "rt/absence_base.html", **around: object,
) -> HttpResponse:  # fmt: skip
    """``back`` is the address of the page it came from, ``words`` say what follows."""
    context = {"base": base, "title": title, "words": words, "button": button, "back": back}
    return render(request, "rt/sure.html", {**context, **around})
