"""Shapes of the API's answers."""

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from services.catalogue.models import Service
from services.letters import comparing
from services.letters.checks import Result, Verdict


class ServiceSerializer(serializers.ModelSerializer[Service]):
    summary = serializers.CharField(source="card.summary")
    fee = serializers.IntegerField(source="card.fee", help_text="rupiah")
    has_tariff = serializers.BooleanField(
        source="card.has_tariff", default=False,
        help_text="whether a fee by a regional law is computed from the answers",
    )  # fmt: skip

    class Meta:
        model = Service
        fields = ["slug", "title", "category", "summary", "fee", "has_tariff"]


class PointSerializer(serializers.Serializer[object]):
    """One thing that was checked."""

    name = serializers.ChoiceField(
        choices=["integrity", "status", "issuer"],
        help_text="integrity: the archived file; status: whether it counts; issuer: who signed",
    )
    result = serializers.ChoiceField(
        choices=[result.value for result in Result],
        help_text="skipped: nothing to check; failed: it could not be checked now",
    )
    text = serializers.CharField(help_text="a sentence for people")


class SignedSerializer(serializers.Serializer[object]):
    """One electronic signature on the letter."""

    name = serializers.CharField()
    title = serializers.CharField()
    issuer = serializers.CharField(help_text="of the certificate")
    serial = serializers.CharField()
    is_certified = serializers.BooleanField(help_text="by an Indonesian PSrE")
    root_checked = serializers.BooleanField(
        help_text="the certificate leads to a root that this server trusts; else it is known "
        "as the signer's by its fingerprint"
    )
    at = serializers.CharField(help_text="for people, in the city's time")
    level = serializers.CharField(help_text="of PAdES: B-B, B-T or B-LT")


class CheckSerializer(serializers.Serializer[object]):
    """What anyone holding a letter may know."""

    verdict = serializers.ChoiceField(choices=[verdict.value for verdict in Verdict])
    may_be_accepted = serializers.BooleanField(
        help_text="whether nothing speaks against it: also no check failed, it is no sample, "
        "and what it was made for was not refused"
    )
    checks = PointSerializer(many=True, source="points")
    number = serializers.CharField()
    subject = serializers.CharField(
        allow_blank=True, help_text="empty unless genuine or expired, as holder and signer_title"
    )
    holder = serializers.CharField(
        allow_blank=True, help_text="initials only, of those the letter is about"
    )
    applicant = serializers.CharField(
        allow_blank=True, help_text="initials of who asked for it; empty where that is the holder"
    )
    issued_on = serializers.DateField()
    issued_by = serializers.CharField()
    valid_until = serializers.DateField(allow_null=True)
    signer_title = serializers.CharField(allow_blank=True)
    signatures = SignedSerializer(many=True, source="signed")
    revoked_on = serializers.DateField(allow_null=True)
    replaced_by = serializers.CharField(
        allow_blank=True, help_text="the code of the letter that replaced it; else empty"
    )
    replaces = serializers.CharField(
        allow_blank=True, help_text="the number of the letter it replaced; else empty"
    )
    refused_on = serializers.DateField(
        allow_null=True, help_text="when the application it was made for was refused; else null"
    )
    mark = serializers.CharField(
        allow_blank=True,
        help_text='"UJI COBA" or "CONTOH" across the page: no letter to rely on; else empty',
    )


@extend_schema_field({"type": "string", "format": "binary", "minLength": 1})
class UploadField(serializers.FileField):
    """A file in a request, which the schema describes as one."""


class FileSerializer(serializers.Serializer[object]):
    """A PDF of at most 8 MB that is to be compared; it is kept nowhere."""

    file = UploadField(
        error_messages=dict.fromkeys(
            ("required", "invalid", "no_name", "empty", "max_length"),
            "Kirim berkas PDF suratnya sebagai “file” (multipart/form-data).",
        )
    )

    def validate_file(self, file: "UploadedFile[bytes]") -> bytes:
        """Its bytes."""
        if (file.size or 0) > comparing.MOST:
            raise serializers.ValidationError("Berkasnya lebih dari 8 MB: bukan surat kami.")
        found: bytes = file.read(comparing.MOST)
        return found


class ComparedSerializer(serializers.Serializer[object]):
    """What a file is, and the letter it was compared with."""

    same = serializers.ChoiceField(
        choices=[same.value for same in comparing.Same],
        help_text="same: byte by byte what was issued; extended: something was added behind it; "
        "earlier: as it was before it was signed; altered: names a letter of ours and is not it; "
        "foreign: no letter of ours",
    )
    signatures = serializers.ListField(
        child=serializers.CharField(), help_text="a sentence for people on each in the file"
    )
    letter = CheckSerializer(allow_null=True, help_text="null of a foreign file")


class ProblemSerializer(serializers.Serializer[object]):
    """An error, after RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="what to do, in Indonesian")
