"""BSrE's Esign Client Service, version 2: JSON, one file per call.

Not idempotent. Whatever may have been worked on without a clear answer is not known: a timeout, a
reset, 408, 5xx, an empty body, HTML, or 200 with an error in it.
"""

import base64
import binascii
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
from services.signing.providers.bsre import (
    BOX,
    KEYS,
    WORDS,
    field_of,
    mark_of,
    place_of,
    said_of,
    told,
)
from services.signing.providers.http import READ, SILENT, Answer, call

WAYS = (("passphrase", "Frasa sandi"), ("totp", "Kode sekali pakai (TOTP)"))
LOOKS = (("INVISIBLE", "Tidak terlihat; tandanya kode QR surat"), ("VISIBLE", "Gambar di halaman"))


class V2Session:
    def __init__(self, way: Way, who: Who, secret: str) -> None:
        self._way, self._who, self._secret = way, who, secret

    def sign(self, asked: Asked) -> Made:
        answer = call(self._way, "POST", "api/v2/sign/pdf", body=self._body(asked))
        if answer.status != 200:
            raise told(answer)
        found = answer.json()
        if not isinstance(found, dict):
            raise NotKnown(SILENT, code="not_json", answer=answer.note())
        files = found.get("file")
        one = files[0] if isinstance(files, list) and len(files) == 1 else files
        if not isinstance(one, str) or not one:
            raise told(answer)  # 200 with an error in it
        try:
            pdf = base64.b64decode(one, validate=True)
        except (binascii.Error, ValueError):
            raise NotKnown(SILENT, code="not_base64", answer=answer.note()) from None
        if not pdf:
            raise NotKnown(SILENT, code="no_bytes", answer=answer.note())
        return Made(pdf, answer={"status": 200, "time": found.get("time")})

    def _body(self, asked: Asked) -> dict[str, Any]:
        key = "totp" if self._way.options.get("way") == "totp" else "passphrase"
        return {
            field_of(self._way): self._who.identity,
            key: self._secret,
            "signatureProperties": [self._looks(asked)],
            "file": [base64.b64encode(asked.pdf).decode()],
        }

    def _looks(self, asked: Asked) -> dict[str, Any]:
        options = self._way.options
        if options.get("look") != "VISIBLE":
            return {"tampilan": "INVISIBLE", "reason": asked.reason, "location": asked.place}
        return {
            "tampilan": "VISIBLE", "reason": asked.reason, "location": asked.place,
            **place_of(options, self._who),
        }  # fmt: skip


class BsreV2(Offline):
    label = "BSrE, Esign Client Service v2"
    is_certified = True
    is_own = False
    needs_base = True
    asks_identity = True
    gives_codes = True
    types = "Frasa sandi atau kode BSrE"
    settings: tuple[Setting, ...] = (
        *KEYS,
        Setting("way", "Pejabat mengetik", choices=WAYS),
        Setting("look", "Tampilan tanda tangan", choices=LOOKS),
        BOX,
    )
    at_once = 1
    seconds = READ + 10

    def may_be_used(self, *, is_demo: bool) -> bool:
        return not is_demo  # a city of examples never sends its letters to be signed in earnest

    def words(self) -> str:
        return WORDS

    def mark(self, way: Way) -> Mark:
        return mark_of(way)

    @contextmanager
    def open(self, way: Way, who: Who, secret: str, *, count: int) -> Iterator[V2Session]:
        yield V2Session(way, who, secret)

    def status(self, way: Way, who: Who) -> tuple[str, str]:
        answer = _asked(way, "POST", "api/v2/user/check/status", {field_of(way): who.identity})
        found = answer.json()
        if answer.status == 401:
            raise told(answer)
        if not isinstance(found, dict):
            raise Refused("Gateway tidak memberi tahu keadaan sertifikat.", answer=answer.note())
        return str(found.get("status", ""))[:40], str(found.get("status_code", ""))[:20]

    def chain(self, way: Way, who: Who) -> list[bytes]:
        from services.signing.providers.bsre import chain_of

        answer = _asked(way, "GET", f"api/v2/user/certificate/chain/{who.identity}", None)
        return chain_of(answer.json()) if answer.status == 200 else []

    def code(self, way: Way, who: Who, *, count: int) -> str:
        """Ask for a one-time code for so many files; where it comes, as the gateway says. Raises
        NotSent, Refused."""
        body = {field_of(way): who.identity, "data": count}
        answer = _asked(way, "POST", "api/v2/sign/get/totp", body)
        found = answer.json()
        if answer.status == 200 and isinstance(found, dict) and found.get("success"):
            return str(found.get("message", ""))[:200]
        raise Refused(said_of(found) or "Kode tidak bisa diminta.", answer=answer.note())


def _asked(way: Way, method: str, path: str, body: Mapping[str, Any] | None) -> Answer:
    """A question that changes nothing: no answer is no doubt."""
    try:
        return call(way, method, path, body=body, timeout=20)
    except NotKnown as error:
        raise Refused("Gateway tidak menjawab. Coba lagi nanti.", code=error.code) from None


providers.add("bsre_v2", BsreV2())
