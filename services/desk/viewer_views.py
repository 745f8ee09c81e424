"""The documents of a case as pictures beside its answers: turned, enlarged, one after another."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kernel.errors import NotThere
from services.applications import corrections, queries
from services.applications.answered import answered
from services.applications.models import Application
from services.applications.queries import HandedIn
from services.cases import documents, thumbnails
from services.desk.frame import frame
from services.desk.views import at_desk, posts_of
from services.web.files import send
from services.web.reads import note_read
from tenants.registry import stored_files
from ui.page import Audience, page

TURNS = (0, 90, 180, 270)  # degrees, clockwise
SIZES = (100, 150, 200, 300)  # percent of the room beside the answers


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a document, as it is shown."""

    file: HandedIn
    number: int
    turn: int
    size: int

    @property
    def pages(self) -> int:
        return max(self.file.document.pages, 1)

    def address(self, **other: int) -> str:
        shown = {"page": self.number, "turn": self.turn, "size": self.size} | other
        usual = {"page": 1, "turn": 0, "size": 100}
        told = {key: value for key, value in shown.items() if value != usual[key]}
        return f"?{urlencode(told)}"

    @property
    def turned(self) -> str:
        return self.address(turn=TURNS[(TURNS.index(self.turn) + 1) % len(TURNS)])

    @property
    def larger(self) -> str:
        """Address of the next size; "" for the largest."""
        place = SIZES.index(self.size) + 1
        return self.address(size=SIZES[place]) if place < len(SIZES) else ""

    @property
    def smaller(self) -> str:
        place = SIZES.index(self.size) - 1
        return self.address(size=SIZES[place]) if place >= 0 else ""

    @property
    def page_before(self) -> str:
        return self.address(page=self.number - 1) if self.number > 1 else ""

    @property
    def page_after(self) -> str:
        return self.address(page=self.number + 1) if self.number < self.pages else ""


def _files(application: Application) -> list[HandedIn]:
    return [file for file in queries.handed_in(application) if file.document.has_file]


def _chosen(files: list[HandedIn], document: int) -> int:
    """The place of a document among those of the case. Raises NotThere."""
    for place, file in enumerate(files):
        if file.document.pk == document:
            return place
    raise NotThere("Berkas ini tidak ditemukan.")


def _among(request: HttpRequest, name: str, known: tuple[int, ...]) -> int:
    typed = request.GET.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and int(typed) in known else known[0]


@page(Audience.DESK)
@require_safe
def viewer(request: HttpRequest, pk: int, document: int) -> HttpResponse:
    """One document, and what was answered. ``?page=``, ``?turn=`` and ``?size=`` say how."""
    user, posts = posts_of(request)
    application = at_desk(user, pk)
    files = _files(application)
    place = _chosen(files, document)
    note_read(request, application.applicant_id, purpose="berkas")
    file = files[place]
    known = tuple(range(1, max(file.document.pages, 1) + 1))
    sheet = Sheet(
        file,
        _among(request, "page", known),
        _among(request, "turn", TURNS),
        _among(request, "size", SIZES),
    )

    def address(other: HandedIn) -> str:
        return reverse("desk-viewer", args=[pk, other.document.pk])

    context = {
        **frame(posts),
        "application": application,
        "answers": answered(application),
        "changed_keys": corrections.changed_keys(application),
        "sheet": sheet,
        "number": place + 1,
        "files": [(other, address(other), other is file) for other in files],
        "before": address(files[place - 1]) if place else "",
        "after": address(files[place + 1]) if place + 1 < len(files) else "",
        "picture": reverse("desk-sheet", args=[pk, document, sheet.number])
        + (f"?turn={sheet.turn}" if sheet.turn else ""),
    }
    return render(request, "desk/viewer.html", context)


@page(Audience.DESK)
@require_safe
def sheet(request: HttpRequest, pk: int, document: int, number: int) -> HttpResponse:
    """One page of a document as a picture. The page around it recorded the reading."""
    user, _ = posts_of(request)
    files = _files(at_desk(user, pk))
    found = files[_chosen(files, document)].document
    turn = _among(request, "turn", TURNS)
    content = stored_files.read(found.path)
    if not found.media_type.startswith("image/"):
        if not 1 <= number <= max(found.pages, 1):
            raise NotThere("Halaman ini tidak ada di berkas itu.")
        content = documents.page_as_jpeg(content, number)
    elif number != 1:
        raise NotThere("Halaman ini tidak ada di berkas itu.")
    picture = thumbnails.turned(content, turn)
    return send(picture, media_type="image/jpeg", name=f"{number}.jpg", download=False)
