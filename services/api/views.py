"""The open part of a city's API: what it offers, and whether a letter is genuine."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from kernel.errors import NotThere
from services.api.serializers import (
    CheckSerializer,
    ComparedSerializer,
    FileSerializer,
    ProblemSerializer,
    ServiceSerializer,
)
from services.catalogue import queries as catalogue
from services.web import verifying
from services.web.access import today
from ui.page import Audience, page


@page(Audience.ANYONE, is_office=True)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the API offers, for people."""
    code = reverse("api-verification", args=["KODE"])
    rate = OpenThrottle.rate.partition("/")[0]
    return render(request, "portal/api.html", {"verification": code, "rate": rate})


class OpenThrottle(AnonRateThrottle):
    rate = "120/min"


class OpenView(APIView):
    """Anyone may ask; nobody may hammer."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes: tuple[type[AnonRateThrottle], ...] = (OpenThrottle,)


class ServiceList(OpenView):
    @extend_schema(operation_id="layanan", responses=ServiceSerializer(many=True), auth=[])
    def get(self, request: Request) -> Response:
        """The services this city offers."""
        return Response(ServiceSerializer(catalogue.offered(), many=True).data)


class Verification(OpenView):
    @extend_schema(
        operation_id="verifikasi",
        responses={
            200: CheckSerializer,
            (404, "application/problem+json"): ProblemSerializer,
            (429, "application/problem+json"): ProblemSerializer,
        },
        auth=[],
    )
    def get(self, request: Request, code: str) -> Response:
        """Whether a letter with this code exists, what was checked of it, and what its paper
        says."""
        found = verifying.by_code(code, today=today())
        if found is None:
            raise NotThere("Tidak ada surat dengan kode ini.")
        return Response(CheckSerializer(found).data)


class FileThrottle(AnonRateThrottle):
    """Each file is read by a process of its own."""

    scope = "file"
    rate = "120/hour"


class Comparison(OpenView):
    throttle_classes = (FileThrottle,)
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="bandingkan",
        request={"multipart/form-data": FileSerializer},
        responses={
            200: ComparedSerializer,
            (400, "application/problem+json"): ProblemSerializer,
            (429, "application/problem+json"): ProblemSerializer,
        },
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Whether a PDF is the letter that was issued: by its hash, and by each signature in it.
        The letter is found by the file itself."""
        typed = FileSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        judged = verifying.by_file(typed.validated_data["file"])
        code = judged.compared.code
        found = {
            "same": judged.compared.same,
            "signatures": judged.signatures,
            "letter": verifying.by_code(code, today=today()) if code else None,
        }
        return Response(ComparedSerializer(found).data)
