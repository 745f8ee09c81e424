"""A letter's signature, a hundred letters in one act, and ten thousand at a bad gateway.

The control of the signature is pyHanko's ``SimpleSigner`` on the same PDF with the same key. Of the
hundred letters the processor's time is printed, numbered, rendered and signed. At the gateway's
stand-in letters that were signed twice or lost are counted (none may be), and what had to be
settled by a person.
"""

import io
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.db import transaction
from django.test.utils import override_settings

from accounts.models import User
from kernel.clock import now
from kernel.once import reading_once
from services.letters import actions as letters
from services.letters.models import Letter
from services.letters.render import render_pdf
from services.residents import officials
from services.signing import accounts, certificates, confirming, making, ordering, queries, secret
from services.signing.models import Attempt, Signature
from services.signing.pades import increment, issuing, keys
from services.signing.pades.cms import Sealer
from services.signing.providers import http
from tenants.backend.scope import in_city, in_public
from tenants.office.actions import appoint, open_posts
from tenants.office.models import Post, Unit
from tenants.registry import provisioning, regions
from tenants.registry.models import City
from tests.benchmarks import cities
from tests.benchmarks.bench_letters import LETTER
from tests.benchmarks.harness import Bench
from tests.factories import SINCE, family
from tests.signing.standin import PASSWORD, USER, running
from tests.signing.storm import RATES, Storm, make_letters

PASSPHRASE = "empat kuda hijau berlari"
NIK = "6474014107800001"
IN_ONE_ACT, MOST_CPU = 100, 4.0
AT_GATEWAY, THREADS = 10_000, 6


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _cpu(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def bench_signature(bench: Bench) -> None:
    """One signature: processor's time of ours, beside pyHanko's."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    at = datetime.now(UTC)
    root_key, key = keys.new(), keys.new()
    root = issuing.authority(root_key, government="Pemerintah Kota Uji", at=at)
    leaf = issuing.official(
        key.public_key(), name="Andi Saputra", post="Lurah", government="Pemerintah Kota Uji",
        issuer=root, issuer_key=root_key, at=at,
    )  # fmt: skip
    pdf = render_pdf(LETTER)
    sealer = Sealer(key, leaf.public_bytes(Encoding.DER), [root.public_bytes(Encoding.DER)])

    def ours() -> bytes:
        opened = increment.add(
            pdf, at=at, name="Andi Saputra", reason="Surat", place="Belimbing", room=sealer.room,
            field="TandaTangan1",
        )  # fmt: skip
        assert opened is not None
        return opened.closed(sealer.sign(opened.digest))

    with tempfile.TemporaryDirectory() as folder:
        mine, its, above = (Path(folder) / name for name in ("key.pem", "leaf.pem", "root.pem"))
        mine.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        its.write_bytes(leaf.public_bytes(Encoding.PEM))
        above.write_bytes(root.public_bytes(Encoding.PEM))
        signer = signers.SimpleSigner.load(str(mine), str(its), ca_chain_files=[str(above)])
    assert signer is not None
    wanted = signers.PdfSignatureMetadata(
        field_name="TandaTangan1", subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"
    )

    def theirs() -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        return signers.sign_pdf(writer, wanted, signer=signer).getvalue()

    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(max(30, bench.cities)):
        for run, spent in zip((ours, theirs), times, strict=True):
            spent.append(_cpu(run) * 1000)
    assert queries.verify_bytes(ours())[0].is_intact and queries.verify_bytes(theirs())
    bench.record(
        "PAdES B-B with RSA-2048, processor's time", times[0][5:],
        control="pyHanko SimpleSigner", against=times[1][5:], unit="ms",
    )  # fmt: skip


@contextmanager
def _city() -> Iterator[tuple[City, Unit, Any, User]]:
    with (
        cities.scratch("signing"), tempfile.TemporaryDirectory() as folder,
        override_settings(MEDIA_ROOT=folder),
    ):  # fmt: skip
        with in_public():
            area = regions.regency("64.74")
            assert area is not None
            city = provisioning.create(area, subdomain="bontang", use_spare=False)
            provisioning.finish(city)
        with in_city(city):
            village = Unit.objects.filter(kind=Unit.Kind.KELURAHAN).order_by("code")[0]
            open_posts(unit=village)
            person = family(village)[0]
            lurah = User.objects.create_user("lurah@contoh.go.id", name="Andi Saputra")
            post = Post.objects.get(unit=village, role="lurah")
            appoint(post=post, user=lurah, since=SINCE, by=None)
            yield city, village, person, lurah


def bench_one_act(bench: Bench) -> None:
    """A hundred letters numbered, rendered and signed with a certificate of the city."""
    draft = letters.Draft(
        topic="sktm", layout="keterangan", title=LETTER.title, subject="Surat uji",
        classification="400.9", addressed_to="", opening=LETTER.opening,
        blocks=[letters.LetterBlock("", LETTER.blocks[0]["rows"])], body=LETTER.body, tables=[],
        closing=LETTER.closing, valid_until=None, applicant_signs="", applicant_name="",
        witnesses=[], witnesses_as="", copies=[], about=[],
    )  # fmt: skip
    with _city() as (_city_row, village, person, lurah):
        at = now()
        accounts.keep(
            provider="local", is_on=True, base="", allow_http=False, typed={"level": "B-B"},
            by=lurah, at=at,
        )  # fmt: skip
        certificates.enrol(user=lurah, passphrase=PASSPHRASE, again=PASSPHRASE, at=at)
        signer = letters.Signer(
            lurah.name, ["Lurah Uji,"], "Lurah Uji", village.name, LETTER.signer_nip, ""
        )

        def number(count: int, made: list[int]) -> None:
            for _ in range(count):
                with transaction.atomic(), reading_once():  # as each approval does
                    letter = letters.write(
                        draft, unit=village, letterhead=[village], person=person, signer=signer,
                        at=at, signature=ordering.words(),
                    )  # fmt: skip
                    wanted = ordering.Wanted(lurah, lurah.name, "Lurah", village, "lurah", [], at)
                    ordering.order(letter, [wanted], at=at)
                made.append(letter.pk)

        def render(made: list[int]) -> None:
            for pk in made:
                letters.render(pk, at=at)

        def sign(made: list[int]) -> None:
            waiting = Signature.objects.filter(letter__in=made)
            batch = confirming.begin(
                key=f"act:{made[0]}", signature_ids=list(waiting.values_list("pk", flat=True)),
                passphrase=PASSPHRASE, by=lurah, at=now(),
            )  # fmt: skip
            tries = list(Attempt.objects.filter(batch=batch).values_list("pk", flat=True))
            making.work(batch.pk, tries, secret.keep(PASSPHRASE))

        def act(count: int) -> list[float]:
            made: list[int] = []
            return [
                _cpu(lambda: number(count, made)), _cpu(lambda: render(made)),
                _cpu(lambda: sign(made)),
            ]  # fmt: skip

        act(1)  # a worker has loaded addresses, fonts and keys before
        spent = act(IN_ONE_ACT)
        signed = Signature.objects.filter(state="signed").count()
        assert signed == 1 + IN_ONE_ACT == Letter.objects.filter(state="rendered").count()
        _say({
            "case": "100 letters numbered, rendered and signed in one act, processor's seconds",
            "numbered": round(spent[0], 2), "rendered": round(spent[1], 2),
            "signed": round(spent[2], 2), "all": round(sum(spent), 2), "most": MOST_CPU,
        })  # fmt: skip


def bench_gateway(bench: Bench) -> None:
    """Ten thousand letters (``--cities`` in hundreds, where more than 20) at a bad gateway."""
    count = AT_GATEWAY if bench.cities == 20 else 100 * bench.cities
    http.READ = 1
    with _city() as (city, village, person, lurah), running() as standin:
        standin.tell("user", nik=NIK, name=lurah.name, passphrase=PASSPHRASE)
        accounts.keep(
            provider="bsre_v2", is_on=True, base=standin.base, allow_http=True,
            typed={"user": USER, "password": PASSWORD, "identify_by": "nik"}, by=lurah, at=now(),
        )  # fmt: skip
        officials.identify(user=lurah, nik=NIK, by=None)
        make_letters(count, unit=village, person=person, signer=lurah, content=LETTER)
        standin.rates(RATES, seed=14, seconds=0.4)
        start = time.perf_counter()
        told = Storm(city, standin, lurah, PASSPHRASE, seed=14, threads=THREADS).run()
        _say({
            "case": "letters at a bad gateway", **asdict(told),
            "per_second": round(count / (time.perf_counter() - start), 1),
        })  # fmt: skip
