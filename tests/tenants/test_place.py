"""A statement runs in the city its code stands in, and nothing stays on the connection."""

import asyncio
import io
import threading
from collections.abc import Iterator

import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from psycopg2 import sql

from tenants.backend.place import Place, SchemaTenant, current_place
from tenants.backend.scope import in_city, in_public
from tenants.office.models import Unit
from tenants.registry import current
from tenants.registry.models import City

pytestmark = pytest.mark.usefixtures("committed")


def top() -> str:
    """The code of the city the next statement really reaches."""
    return Unit.objects.get(kind=Unit.Kind.CITY).code


def left_on_connection() -> str:
    """The server session's own search path, asked past our cursor."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        return str(cursor.fetchone()[0])


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    if connection.connection is not None and not connection.connection.closed:
        assert left_on_connection() == '"$user", public'


def test_autocommit_reaches_each_city(bontang: City, blitar: City) -> None:
    for city in (bontang, blitar, bontang):
        with in_city(city):
            assert top() == city.code
            assert left_on_connection() == '"$user", public'


def test_nested_places_are_restored(bontang: City, blitar: City) -> None:
    with in_city(bontang):
        with pytest.raises(ZeroDivisionError), in_city(blitar):
            assert current.city() == blitar
            raise ZeroDivisionError
        assert current.city() == bontang
        with in_public():
            assert current.city_or_none() is None
        assert top() == bontang.code
    with pytest.raises(current.OutsideCity):
        current.city()


def test_one_transaction_over_two_cities(bontang: City, blitar: City) -> None:
    with transaction.atomic():
        with in_city(bontang):
            assert top() == "64.74"
            Unit.objects.filter(code="64.74").update(phone="0548")
        with in_city(blitar):
            assert top() == "35.05"
        with in_city(bontang):
            assert Unit.objects.get(code="64.74").phone == "0548"
        transaction.set_rollback(True)


def test_savepoint_rollback_takes_the_path_with_it(bontang: City, blitar: City) -> None:
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            with in_city(blitar):
                assert top() == "35.05"  # the path is first set inside the savepoint
            raise ZeroDivisionError
        with in_city(blitar):
            assert top() == "35.05"
    with in_city(bontang), transaction.atomic():
        assert top() == "64.74"
        with pytest.raises(IntegrityError), transaction.atomic(), in_city(blitar):
            Unit.objects.create(code="35.05", kind="kota", name="dua")
        assert top() == "64.74"


def test_rollback_written_by_hand(bontang: City, blitar: City) -> None:
    with in_city(bontang), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SAVEPOINT here")
        with in_city(blitar):
            assert top() == "35.05"
        cursor.execute("ROLLBACK TO SAVEPOINT here")
        with in_city(blitar):
            assert top() == "35.05"
        assert top() == "64.74"


def test_failed_transaction_then_another_city(bontang: City, blitar: City) -> None:
    with (
        pytest.raises(DatabaseError),
        in_city(bontang),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1/0")
    with in_city(blitar), transaction.atomic():
        assert top() == "35.05"


def test_failed_statement_outside_a_transaction(bontang: City, blitar: City) -> None:
    with in_city(bontang), pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")
    with in_city(blitar):
        assert top() == "35.05"


def test_error_position_and_text_stay_readable(bontang: City) -> None:
    with (
        in_city(bontang),
        pytest.raises(DatabaseError, match="nowhere"),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1 FROM nowhere")


@pytest.mark.parametrize("in_transaction", [False, True])
def test_server_side_cursor(bontang: City, blitar: City, in_transaction: bool) -> None:
    with in_city(blitar):
        wanted = set(Unit.objects.values_list("code", flat=True))
    assert len(wanted) > 250
    with in_city(blitar):
        if in_transaction:
            with transaction.atomic():
                got = set(Unit.objects.values_list("code", flat=True).iterator(chunk_size=20))
        else:
            rows = Unit.objects.values_list("code", flat=True).iterator(chunk_size=20)
            got = {next(rows)}
            with in_city(bontang):  # somebody else's statement in between
                assert top() == "64.74"
            got |= set(rows)
    assert got == wanted


@pytest.mark.parametrize("in_transaction", [False, True])
def test_many_copies_and_composed_statements(bontang: City, in_transaction: bool) -> None:
    with in_city(bontang):
        block = transaction.atomic() if in_transaction else _plain()
        with block, connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE office_unit SET phone = %s WHERE code = %s",
                [("0548 100%", "64.74"), ("0548 2", "64.74.01")],
            )
            cursor.execute(
                sql.SQL("UPDATE {} SET email = %s WHERE code = '64.74'").format(
                    sql.Identifier("office_unit")
                ),
                ["a@b.id"],
            )
            cursor.execute("SELECT code FROM office_unit WHERE name LIKE '%Bontang' AND true")
            out = io.StringIO()
            cursor.cursor.copy_expert(
                "COPY (SELECT code, phone, email FROM office_unit WHERE phone <> ''"
                " ORDER BY code) TO STDOUT",
                out,
            )
            assert out.getvalue() == "64.74\t0548 100%\ta@b.id\n64.74.01\t0548 2\t\n"
            cursor.cursor.copy_expert(
                "COPY office_unit (kind, code, name, abbreviation, address, phone, email,"
                " post_code, is_active) FROM STDIN",
                io.StringIO("dinas\t64.74/uji\tDinas Uji\t\t\t\t\t\tt\n"),
            )
        assert Unit.objects.filter(code="64.74/uji").exists()


def _plain() -> "transaction.Atomic":
    import contextlib

    return contextlib.nullcontext()  # type: ignore[return-value]


def test_statements_that_stand_alone(bontang: City, blitar: City) -> None:
    with in_city(bontang), connection.cursor() as cursor:
        cursor.execute("CREATE INDEX CONCURRENTLY uji_idx ON office_unit (phone)")
        cursor.execute("VACUUM office_unit")
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT schemaname FROM pg_indexes WHERE indexname = 'uji_idx'")
        assert cursor.fetchall() == [(bontang.schema_name,)]
    with in_city(bontang), pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("VACUUM nowhere")
    with in_city(blitar):
        assert top() == "35.05"


def test_on_commit_runs_where_it_was_asked(bontang: City, blitar: City) -> None:
    seen: list[str] = []
    with in_city(blitar), transaction.atomic():
        with in_city(bontang):
            transaction.on_commit(lambda: seen.append(top()))
        transaction.on_commit(lambda: seen.append(top()))
    assert seen == ["64.74", "35.05"]


def test_threads_do_not_share_a_place(bontang: City, blitar: City) -> None:
    wrong: list[str] = []
    start = threading.Barrier(4)

    def work(city: City) -> None:
        try:
            start.wait()
            for number in range(60):
                with in_city(city):
                    if number % 3:
                        found = top()
                    else:
                        with transaction.atomic():
                            found = top()
                if found != city.code:
                    wrong.append(found)
            if current.city_or_none() is not None:
                wrong.append("place left behind")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[c]) for c in (bontang, blitar) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_librarys_with_block_ends_in_the_wrong_city(bontang: City, blitar: City) -> None:
    """The control: django-tenants keeps the way back on the class, shared by all threads."""
    second_inside, first_out = threading.Event(), threading.Event()
    after: dict[str, str] = {}

    def first() -> None:
        with in_city(bontang):
            with bontang:
                second_inside.wait()
            after["first"] = current_place.get().schema_name
        first_out.set()

    def second() -> None:
        with in_city(blitar):
            with blitar:
                second_inside.set()
                first_out.wait()
            after["second"] = current_place.get().schema_name

    one = threading.Thread(target=first)
    one.start()
    while not City._previous_tenant:  # the first is inside
        pass
    two = threading.Thread(target=second)
    two.start()
    one.join()
    two.join()
    assert after == {"first": blitar.schema_name, "second": bontang.schema_name}


def test_async_tasks_do_not_share_a_place(bontang: City, blitar: City) -> None:
    async def work(city: City) -> list[str]:
        found = []
        for _ in range(20):
            with in_city(city):
                await asyncio.sleep(0)
                found.append(await sync_to_async(top)())
                await asyncio.sleep(0)
                assert current.city() == city
        return found

    async def main() -> list[list[str]]:
        result = await asyncio.gather(*(work(c) for c in (bontang, blitar, bontang)))
        await sync_to_async(connections.close_all)()
        return list(result)

    first, second, third = asyncio.run(main())
    assert (set(first), set(second), set(third)) == ({"64.74"}, {"35.05"}, {"64.74"})


@pytest.mark.parametrize(
    "name",
    ["", "pg_catalog", "c1;DROP SCHEMA c1", 'c"1', "C6474", "c 1", "a" * 64, "c1\n", "é"],
)
def test_no_other_name_ever_becomes_a_path(name: str) -> None:
    with pytest.raises(ValueError, match="schema name"):
        Place(SchemaTenant(name))


def test_connection_is_recycled_after_many_cities(
    bontang: City, blitar: City, settings: pytest.FixtureRequest
) -> None:
    connection.close()
    settings.CITIES_PER_CONNECTION = 1  # type: ignore[attr-defined]
    with in_city(bontang):
        top()
    first = connection.connection
    connection.close_if_unusable_or_obsolete()
    assert connection.connection is first
    with in_city(blitar), transaction.atomic():
        top()
        connection.close_if_unusable_or_obsolete()
        assert connection.connection is first  # never inside a transaction
    connection.close_if_unusable_or_obsolete()
    assert connection.connection is None
    with in_city(blitar):
        assert top() == "35.05"


def test_debug_shows_statements_without_the_path(bontang: City) -> None:
    from django.test.utils import CaptureQueriesContext

    with in_city(bontang), CaptureQueriesContext(connection) as seen:
        top()
    assert len(seen) == 1
    assert seen[0]["sql"].startswith("SELECT")
