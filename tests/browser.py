"""A browser without script: it opens pages, fills the forms that stand there, and sends them.

Only what a page offers can be sent: a form is found by its button, its fields by their names, its
address and hidden values are those of the HTML. CSRF is checked.
"""

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from lxml import html


class Browser:
    """One person's browser at one host."""

    def __init__(self, host: str) -> None:
        self.client = Client(HTTP_HOST=host, enforce_csrf_checks=True)
        self.path = "/"
        self.page: html.HtmlElement = html.fromstring("<html></html>")
        self.status = 0

    def open(self, path: str) -> None:
        """Open an address and follow redirects; any answer but 200 is an error."""
        self._arrive(self.client.get(path, follow=True), path)

    def press(
        self,
        button: str,
        *,
        within: str = "",
        files: Mapping[str, tuple[str, bytes]] | None = None,
        expect: int = 200,
        **typed: str,
    ) -> None:
        """Fill the form that holds this button and press it; ``typed`` is by field name.

        ``within`` is a text of the table row, list item or card that must surround the form.
        """
        form, pressed = self._form(button, within)
        values: dict[str, Any] = {}
        for name, value in form.form_values():
            values.setdefault(name, []).append(value)
        for name, text in typed.items():
            assert name in form.fields, f"no field {name} in the form of “{button}”"
            values[name] = [text]
        if pressed.get("name"):
            values[pressed.get("name")] = [pressed.get("value", "")]
        for name, (called, content) in (files or {}).items():
            assert name in form.fields, f"no field {name} in the form of “{button}”"
            values[name] = [SimpleUploadedFile(called, content)]
        address = form.get("action") or self.path
        if address.startswith("?"):
            address = self.path.partition("?")[0] + address
        address = address.partition("#")[0]
        if form.method == "GET":
            answer = self.client.get(address, values, follow=True)
        else:
            answer = self.client.post(address, values, follow=True)
        self._arrive(answer, address, expect)

    def follow(self, link: str, *, within: str = "") -> None:
        """Follow the link whose words contain ``link``."""
        for found in self.page.iter("a"):
            if link in _words(found) and found.get("href") and self._stands_in(found, within):
                self.open(self._address(found.get("href")))
                return
        raise AssertionError(f"no link “{link}” on {self.path}:\n{_words(self.page)[:2000]}")

    def links(self, start: str, *, within: str = "") -> list[str]:
        """Addresses on this page that begin like this, in order."""
        found = (link for link in self.page.iter("a") if self._stands_in(link, within))
        hrefs = (link.get("href", "") for link in found)
        return [href for href in hrefs if href.startswith(start)]

    def sees(self, text: str) -> bool:
        return text in _words(self.page)

    def _address(self, href: str) -> str:
        return self.path.partition("?")[0] + href if href.startswith("?") else href

    def _arrive(self, answer: HttpResponse, path: str, expect: int = 200) -> None:
        chain = getattr(answer, "redirect_chain", [])
        self.path = chain[-1][0] if chain else path
        self.status = answer.status_code
        self.page = html.fromstring(answer.content.decode() or "<html></html>")
        assert self.status == expect, f"{self.status} from {path}: {_words(self.page)[:1500]}"

    def _stands_in(self, element: html.HtmlElement, within: str) -> bool:
        """Whether the row, list item or card around this element says so."""
        around = element.iterancestors("tr", "li", "article", "section")
        return not within or any(within in _words(one) for one in around)

    def _form(self, button: str, within: str) -> tuple[html.FormElement, html.HtmlElement]:
        for found in self.page.iter("button"):
            if button in _words(found) and self._stands_in(found, within):
                outside = found.get("form")
                form = (
                    self.page.get_element_by_id(outside)
                    if outside
                    else next(found.iterancestors("form"), None)
                )
                if form is not None:
                    return form, found
        raise AssertionError(f"no button “{button}” on {self.path}:\n{_words(self.page)[:2000]}")


def _words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())
