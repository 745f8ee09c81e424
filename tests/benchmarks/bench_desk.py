"""The desk of a kelurahan with 100,000 cases: its list, each filter, the search, and an act on
many.

The pages are asked for as a browser does, so that session, menu and city's face count too. Printed
are the queries and the time of the database, in the same run as what one would write first: a list
narrowed through the tables of cases and services, a search by ``ILIKE '%…%'``. Of an act on many
it is the processor's time for each step, beside the same approvals one by one.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from accounts.models import User
from kernel.clock import now
from services.cases import decisions
from services.cases.models import Case, Step
from services.catalogue.models import Service
from services.inbox import bulk
from services.inbox.models import BulkAct, BulkItem
from services.residents.models import Person
from services.residents.places import ensure_rts
from services.residents.sealing import fingerprint, seal
from services.residents.search import words
from tenants.backend.scope import in_city, in_public
from tenants.office.actions import appoint, open_posts
from tenants.office.models import Post, Unit
from tenants.office.queries import posts_of
from tenants.registry import provisioning, regions
from tenants.registry.models import City
from tests.benchmarks import two_million
from tests.benchmarks.bench_search import server_time
from tests.benchmarks.cities import scratch
from tests.benchmarks.harness import Bench

CASES, PEOPLE, RTS = 100_000, 60_000, 60
OPEN = 10  # of a hundred cases lie at the counter, one at the Lurah, two with their applicants
EACH = 15  # times a page is asked for
IN_BULK = 100
MOST_MS, MOST_QUERIES, MOST_CPU = 50, 10, 20

# Steps that every case has passed, in order; the state of each by the number n of the case.
CASES_SQL = """
    WITH who AS (
        SELECT p.id, h.rt_id, p.name_key, h.address_key, row_number() OVER (ORDER BY p.id) AS k
          FROM residents_person p JOIN residents_household h ON h.id = p.household_id),
    numbered AS (
        SELECT n, 1000000 + n AS id, who.*, n %% 100 AS r,
               now() - (%(cases)s - n) * interval '4 minutes' AS sent
          FROM generate_series(1, %(cases)s) n
          JOIN (SELECT id AS person, rt_id, name_key, address_key, k FROM who) who
            ON who.k = 1 + (n * 7919::bigint) %% %(people)s),
    cases AS (
        INSERT INTO cases_case (id, kind, number, unit_id, opened_by_id, state, created_at,
               submitted_at, finished_at, search_keys)
        SELECT id, 'application', '26-11-' || lpad(n::text, 6, '0'), rt_id, %(by)s,
               CASE WHEN r < %(open)s + 1 THEN 'running' WHEN r < %(open)s + 3 THEN 'returned'
                    ELSE 'done' END,
               sent, sent, CASE WHEN r >= %(open)s + 3 THEN sent + interval '2 days' END,
               ARRAY(SELECT DISTINCT unnest(string_to_array(name_key || ' ' || address_key, ' ')
                     || ARRAY['26-11-' || lpad(n::text, 6, '0'), lpad(n::text, 6, '0'), n::text,
                              replace(name_key, ' ', ''), '@' || rt_id, '@' || %(village)s,
                              '@' || %(kecamatan)s,
                              '=' || (%(slugs)s::text[])[1 + n %% cardinality(%(slugs)s::text[])]]))
          FROM numbered),
    applications AS (
        INSERT INTO applications_application (case_ptr_id, version_id, applicant_id,
               answers_sealed, asks, checked)
        SELECT id, (%(versions)s::bigint[])[1 + n %% cardinality(%(versions)s::bigint[])], person,
               %(answers)s, '', ''
          FROM numbered)
    INSERT INTO cases_step (case_id, key, kind, title, unit_id, role, deputies, state, opened_at,
           due_at, decided_at, decided_by_id, note, about, topic, case_unit_id, taken_by_id,
           taken_at)
    SELECT id, s.key, 'desk', s.title, CASE WHEN s.role = 'ketua_rt' THEN rt_id
           ELSE %(village)s END, s.role, '{}'::varchar[], state, opened, opened + interval '1 day',
           CASE WHEN state <> 'open' THEN opened + interval '3 hours' END,
           CASE WHEN state <> 'open' THEN %(by)s END, '', '',
           (%(slugs)s::text[])[1 + n %% cardinality(%(slugs)s::text[])], rt_id,
           CASE WHEN state = 'open' AND n %% 7 = 0 THEN %(by)s END,
           CASE WHEN state = 'open' AND n %% 7 = 0 THEN opened END
      FROM (
        SELECT numbered.*, s.*, sent + s.place * interval '5 hours' AS opened,
               CASE WHEN s.place = 1 AND r < %(open)s THEN 'open'
                    WHEN s.place = 1 AND r > %(open)s AND r < %(open)s + 3 THEN 'returned'
                    WHEN s.place = 2 AND r = %(open)s THEN 'open'
                    ELSE 'approved' END AS state
          FROM numbered
          JOIN (VALUES (0, 'rt', 'RT membenarkan', 'ketua_rt'), (1, %(counter)s, 'Loket', 'loket'),
                       (2, %(lurah)s, 'Lurah', 'lurah')) AS s (place, key, title, role)
            ON s.place < 1 OR s.place = 1 OR (s.place = 2 AND (r = %(open)s OR r > %(open)s + 2))
      ) AS s
"""


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


@contextmanager
def _statements() -> Iterator[list[float]]:
    """Milliseconds of each statement."""
    spent: list[float] = []

    def timed(execute: Callable[..., Any], *statement: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(*statement)
        finally:
            spent.append((time.perf_counter() - start) * 1000)

    with connection.execute_wrapper(timed):
        yield spent


def _official(login: str, unit: Unit, role: str) -> User:
    user = User.objects.create_user(f"{login}@contoh.go.id", "kata-sandi-uji", name=login.title())
    post = Post.objects.get(unit=unit, role=role)
    appoint(post=post, user=user, since=date(2025, 1, 1), by=None)
    return user


def _fill(village: Unit, counter: User) -> None:
    """People and cases of one kelurahan. Nobody here exists."""
    rts = ensure_rts({f"{village.code}/{1 + n // 10:03d}/{1 + n % 10:03d}" for n in range(RTS)})
    for rt in rts.values():
        open_posts(unit=rt)
    slugs = ["sktm", *Service.objects.exclude(slug="sktm").filter(
        is_active=True, current__isnull=False, current__definition__fields__isnull=False
    ).order_by("slug").values_list("slug", flat=True)[:7]]  # fmt: skip
    services = {one.slug: one for one in Service.objects.filter(slug__in=slugs)}
    keys = {step["role"]: step["key"] for step in services["sktm"].current.definition["steps"]}  # type: ignore[union-attr]
    kecamatan = Unit.objects.get(code=village.code.rpartition(".")[0])
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(
            two_million.HOUSEHOLDS,
            {"n": PEOPLE // two_million.IN_HOUSEHOLD, "streets": two_million.STREETS,
             "sealed": seal("6474010101010001"), "rts": RTS},
        )  # fmt: skip
        cursor.execute(
            two_million.PEOPLE,
            {"in": two_million.IN_HOUSEHOLD, "pool": two_million.names(),
             "syllables": two_million.SYLLABLES, "sealed": seal("6474010101010001")},
        )  # fmt: skip
        cursor.execute("UPDATE residents_person SET status = 1")  # nobody died or moved away
        words.learn_all()
        cursor.execute(
            CASES_SQL,
            {"cases": CASES, "people": PEOPLE, "open": OPEN, "by": counter.pk,
             "village": village.pk, "kecamatan": kecamatan.pk, "slugs": slugs,
             "versions": [services[slug].current_id for slug in slugs],
             "answers": seal("{}"), "counter": keys["loket"], "lurah": keys["lurah"]},
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('cases_case', 'id'), 2000000)")
        cursor.execute(
            "VACUUM ANALYZE cases_case, cases_step, applications_application, residents_person,"
            " residents_household, residents_searchword, office_unit"
        )


def bench_desk(bench: Bench) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    with scratch("desk"):
        with in_public():
            area = regions.regency("64.74")
            assert area is not None
            city = provisioning.create(area, subdomain="bontang", use_spare=False)
            provisioning.finish(city)
            city = City.objects.get(pk=city.pk)
        with in_city(city):
            village = Unit.objects.filter(kind=Unit.Kind.KELURAHAN).order_by("code")[0]
            counter = _official("rina", village, "loket")
            lurah = _official("lurah", village, "lurah")
            start = time.perf_counter()
            _fill(village, counter)
            _say({"cases": Case.objects.count(), "steps": Step.objects.count(),
                  "made_in_seconds": round(time.perf_counter() - start)})  # fmt: skip
            lists, searches = _pages(village)
        _measure(bench, city, counter, lists, searches)
        with in_city(city):
            _bulk(bench, counter, lurah)


def _pages(village: Unit) -> tuple[dict[str, str], dict[str, str]]:
    rt = Unit.objects.get(code=f"{village.code}/003/004").pk
    rw = Unit.objects.get(code=f"{village.code}/003").pk
    asked = Step.objects.values("topic")
    unused = Service.objects.exclude(slug__in=asked).order_by("slug")[0].slug
    person = Person.objects.get(pk=Case.objects.order_by("-pk")[500].application.applicant_id)
    person.nik_sealed, person.nik_print = seal("6474010101990001"), fingerprint("6474010101990001")
    person.save(update_fields=["nik_sealed", "nik_print"])
    lists = {
        "the list": "", "its page 100": "page=100", "late": "tab=lewat",
        "waiting for applicants": "tab=warga", "decided": "tab=selesai",
        "decided, page 1000": "tab=selesai&page=1000", "one service": "service=sktm",
        "one RT": f"unit={rt}", "one RW": f"unit={rw}", "mine": "whose=mine",
        "nobody's": "whose=nobody", "a week": "since=2026-06-01&until=2026-06-07",
        "all filters": f"service=sktm&unit={rw}&whose=nobody&since=2020-01-01",
        "decided, one service and RT": f"tab=selesai&service=sktm&unit={rt}",
        "a service nobody asked for": f"tab=selesai&service={unused}",
    }  # fmt: skip
    first, *_ = person.name_key.split()
    searches = {
        "NIK": "6474010101990001", "number": "26-11-054321", "a common name": "siti",
        "two words": f"siti {first}", "a rare name": "ma'ruf", "part of a name": "rahm",
        "nobody": "xyzzy", "service": "tidak mampu", "name and service": "siti mampu",
        "address": "melati 12",
    }  # fmt: skip
    return lists, searches


def _measure(
    bench: Bench, city: City, counter: User, lists: dict[str, str], searches: dict[str, str]
) -> None:
    client = Client(HTTP_HOST=city.host)
    with in_city(city):
        client.force_login(counter, "accounts.backends.LoginBackend")
        for name in ("SKTM bebas", "Saya", "Lewat"):
            client.post("/meja/saringan/", {"name": name, "query": "whose=nobody&service=sktm"})
    for case, query in lists.items():
        _page(bench, city, f"list: {case}", lambda: client.get(f"/meja/?{query}"),  # noqa: B023
              lambda: _plain_list(counter, query))  # noqa: B023  # fmt: skip
    for case, text in searches.items():
        _page(bench, city, f"search: {case}", lambda: client.post("/meja/cari/", {"q": text}),  # noqa: B023
              lambda: _plain_search(counter, text))  # noqa: B023  # fmt: skip


def _page(
    bench: Bench, city: City, case: str, ask: Callable[[], Any], control: Callable[[], Any]
) -> None:
    ours: list[float] = []
    theirs: list[float] = []
    queries = 0
    assert ask().status_code == 200, case
    busy: list[float] = []
    with in_public(), connection.cursor() as cursor:
        # Of what runs in parallel the process of this connection knows nothing.
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        on_processor = server_time()
    for number in range(EACH):
        before = on_processor()
        with _statements() as spent:
            ask()
        busy.append(on_processor() - before)
        ours.append(sum(spent))
        queries = len(spent)
        if number < 3:
            with in_city(city), _statements() as spent:
                control()
            theirs.append(sum(spent))
    bench.record(case, ours, control="joins and ILIKE", against=theirs, unit="ms")
    clock, high = (statistics.quantiles(one, n=20)[-1] for one in (ours, busy))
    _say({"case": case, "queries": queries, "ms_p95_by_clock": round(clock, 1),
          "ms_p95_on_processor": round(high, 1),
          "within": high <= MOST_MS and queries <= MOST_QUERIES})  # fmt: skip


def _plain_list(counter: User, query: str) -> list[Any]:
    """A page and a count, narrowed through the tables that know it."""
    posts = posts_of(counter, now().date())
    state = "decided_at IS NOT NULL" if "selesai" in query else "state = 'open'"
    service = "AND v.slug = 'sktm'" if "service" in query else ""
    sql = f"""
        FROM cases_step s JOIN cases_case c ON c.id = s.case_id
        JOIN applications_application a ON a.case_ptr_id = c.id
        JOIN catalogue_serviceversion r ON r.id = a.version_id
        JOIN catalogue_service v ON v.id = r.service_id
       WHERE s.unit_id = %s AND (s.role = %s OR s.deputies @> ARRAY[%s]::varchar[])
         AND s.{state} {service}"""
    values = [posts[0].unit_id, posts[0].role, posts[0].role]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {sql}", values)
        cursor.execute(f"SELECT s.id {sql} ORDER BY s.due_at, s.id LIMIT 30", values)
        return list(cursor.fetchall())


def _plain_search(counter: User, text: str) -> list[Any]:
    """Every word somewhere in the number, name, address or title."""
    posts = posts_of(counter, now().date())
    each = """(c.number ILIKE %s OR p.name ILIKE %s OR h.address ILIKE %s OR v.title ILIKE %s)"""
    typed = text.split()
    sql = f"""
        SELECT max(s.id) FROM cases_step s JOIN cases_case c ON c.id = s.case_id
        JOIN applications_application a ON a.case_ptr_id = c.id
        JOIN residents_person p ON p.id = a.applicant_id
        JOIN residents_household h ON h.id = p.household_id
        JOIN catalogue_serviceversion r ON r.id = a.version_id
        JOIN catalogue_service v ON v.id = r.service_id
       WHERE s.unit_id = %s AND (s.role = %s OR s.deputies @> ARRAY[%s]::varchar[])
         AND {" AND ".join([each] * len(typed))}
       GROUP BY c.id ORDER BY 1 DESC LIMIT 30"""
    values: list[Any] = [posts[0].unit_id, posts[0].role, posts[0].role]
    values += [f"%{word}%" for word in typed for _ in range(4)]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _bulk(bench: Bench, counter: User, lurah: User) -> None:
    """Processor time of this process for each approval in an act on many, beside the same alone."""
    for who, role in ((counter, "loket"), (lurah, "lurah")):
        waiting = Step.objects.filter(
            role=role, state=Step.State.OPEN, topic="sktm", taken_by=None
        ).order_by("due_at", "pk")  # fmt: skip
        alone: list[float] = []
        for pk in list(waiting.values_list("pk", flat=True)[:IN_BULK]):
            begun = time.process_time()
            decisions.approve(step_id=pk, by=who, at=now())
            alone.append((time.process_time() - begun) * 1000)
        ids: Sequence[int] = list(waiting.values_list("pk", flat=True)[:IN_BULK])
        act = bulk.start(
            key=f"bench-{role}", act=BulkAct.Act.APPROVE, posts=posts_of(who, now().date()),
            step_ids=ids, by=who, at=now(),
        )  # fmt: skip
        many: list[float] = []
        for item in bulk.waiting(act.pk):
            begun = time.process_time()
            with transaction.atomic():
                bulk.do(item_id=item, at=now())
            many.append((time.process_time() - begun) * 1000)
        failed = BulkItem.objects.filter(act=act).exclude(state=BulkItem.State.DONE)
        assert not failed.exists(), failed[0].message
        bench.record(f"one of {len(many)} approvals in bulk, {role}", many,
                     control="the same alone", against=alone, unit="ms of CPU")  # fmt: skip
        mean = sum(many) / len(many)
        _say({"case": f"bulk, {role}", "cpu_ms_mean": round(mean, 1),
              "within": mean <= MOST_CPU})  # fmt: skip
