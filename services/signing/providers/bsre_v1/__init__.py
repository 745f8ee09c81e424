"""BSrE's Esign Client Service, version 1: a form with the file; the answer is the signed PDF
itself, or JSON with it, and a header by which it can be fetched once more."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from services.signing.providers import (
    Asked,
    Made,
    Mark,
    NotKnown,
    Offline,
    Refused,
    Setting,
    Way,
    Who,
    providers,
)
from services.signing.providers.bsre import BOX, KEYS, WORDS, mark_of, place_of, told
from services.signing.providers.http import READ, SILENT, Answer, call

LOOKS = (("invisible", "Tidak terlihat; tandanya kode QR surat"), ("visible", "Gambar di halaman"))
STATES = {"1111": "ISSUE", "1110": "NOT_REGISTERED"}
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


class V1Session:
    def __init__(self, way: Way, who: Who, secret: str) -> None:
        self._way, self._who, self._secret = way, who, secret

    def sign(self, asked: Asked) -> Made:
        answer = call(self._way, "POST", "api/sign/pdf", fields=self._fields(asked))
        if answer.status != 200:
            raise told(answer)
        kept = {**answer.note(), "id": _id_of(answer)}
        if answer.body.startswith(b"%PDF-"):
            return Made(answer.body, answer=kept)
        found = answer.json()
        inside = found.get("base64_signed_file") if isinstance(found, Mapping) else None
        if isinstance(inside, str) and inside:
            try:
                return Made(base64.b64decode(inside, validate=True), answer=kept)
            except (binascii.Error, ValueError):
                raise NotKnown(SILENT, code="not_base64", answer=kept) from None
        raise told(answer, id=_id_of(answer))

    def _fields(self, asked: Asked) -> list[tuple[str, Any]]:
        options = self._way.options
        is_visible = options.get("look") == "visible"
        fields: list[tuple[str, Any]] = [
            ("file", ("surat.pdf", asked.pdf, "application/pdf")),
            ("nik", self._who.identity),
            ("passphrase", self._secret),
            ("tampilan", "visible" if is_visible else "invisible"),
            ("image", "true" if is_visible else "false"),
            ("reason", asked.reason),
            ("location", asked.place),
        ]
        if is_visible:
            place = place_of(options, self._who)
            picture = base64.b64decode(place["imageBase64"])
            fields += [
                ("imageTTD", ("ttd.png", picture, "image/png")),
                ("page", str(place["page"])),
                ("xAxis", str(place["originX"])),
                ("yAxis", str(place["originY"])),
                ("width", str(place["width"])),
                ("height", str(place["height"])),
            ]
        return fields


def _id_of(answer: Answer) -> str:
    """By what the file can be fetched once more."""
    found = answer.headers.get("id_dokumen") or answer.headers.get("id-dokumen") or ""
    return found if _ID.fullmatch(found) else ""


class BsreV1(Offline):
    label = "BSrE, Esign Client Service v1"
    is_certified = True
    is_own = False
    needs_base = True
    asks_identity = True
    types = "Frasa sandi BSrE"
    settings: tuple[Setting, ...] = (
        *KEYS[:2],
        Setting("look", "Tampilan tanda tangan", choices=LOOKS),
        BOX,
    )
    at_once = 1
    seconds = READ + 10

    def may_be_used(self, *, is_demo: bool) -> bool:
        return not is_demo

    def words(self) -> str:
        return WORDS

    def mark(self, way: Way) -> Mark:
        return mark_of(way)

    @contextmanager
    def open(self, way: Way, who: Who, secret: str, *, count: int) -> Iterator[V1Session]:
        yield V1Session(way, who, secret)

    def status(self, way: Way, who: Who) -> tuple[str, str]:
        try:
            answer = call(way, "GET", f"api/user/status/{who.identity}", timeout=20)
        except NotKnown as error:
            raise Refused("Gateway tidak menjawab. Coba lagi nanti.", code=error.code) from None
        if answer.status == 401:
            raise told(answer)
        found = answer.json()
        if not isinstance(found, Mapping):
            raise Refused("Gateway tidak memberi tahu keadaan sertifikat.", answer=answer.note())
        code = str(found.get("status_code", ""))[:20]
        return STATES.get(code, str(found.get("status") or code)[:40]), code

    def keeps(self, answer: Mapping[str, Any]) -> bool:
        return _ID.fullmatch(str(answer.get("id") or "")) is not None

    def recall(self, way: Way, answer: Mapping[str, Any]) -> bytes | None:
        """The gateway gives a signed file once more, by the number that its answer had."""
        number = str(answer.get("id") or "")
        if not _ID.fullmatch(number):
            return None
        try:
            found = call(way, "GET", f"api/sign/download/{number}", timeout=60)
        except NotKnown as error:
            raise Refused("Gateway tidak menjawab. Coba lagi nanti.", code=error.code) from None
        return found.body if found.status == 200 and found.body.startswith(b"%PDF-") else None


providers.add("bsre_v1", BsreV1())
