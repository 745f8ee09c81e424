"""Shapes of the API's answers."""

from rest_framework import serializers

from services.catalogue.models import Service


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


class CheckSerializer(serializers.Serializer[object]):
    """What anyone holding a letter may know."""

    verdict = serializers.ChoiceField(choices=["valid", "expired", "revoked"])
    number = serializers.CharField()
    subject = serializers.CharField(help_text="empty of a revoked letter, as holder and signer")
    holder = serializers.CharField(help_text="initials only, of those the letter is about")
    applicant = serializers.CharField(
        help_text="initials of who asked for it; empty where that is the holder"
    )
    issued_on = serializers.DateField()
    issued_by = serializers.CharField()
    valid_until = serializers.DateField(allow_null=True)
    signer_title = serializers.CharField()
    revoked_on = serializers.DateField(allow_null=True)
    mark = serializers.CharField(
        help_text='"UJI COBA" or "CONTOH" across the page: no letter to rely on; else empty'
    )
