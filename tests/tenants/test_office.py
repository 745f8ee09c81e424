"""Units, posts and who holds them."""

from datetime import date, timedelta

import pytest

from accounts.models import User
from kernel.clock import now
from kernel.errors import RuleBroken
from tenants.office import actions, queries, readiness
from tenants.office.models import Holding, Post, Unit
from tenants.registry.models import City

DAY = date(2026, 6, 1)


def person(name: str) -> User:
    return User.objects.create_user(f"{name.lower()}@bontang.go.id", "x", name=name)


def post(role: str, code: str = "64.74.01.1001") -> Post:
    return Post.objects.get(unit__code=code, role=role)


@pytest.mark.parametrize(
    ("code", "above"),
    [
        ("64.74.01.1001/002/005", ["64.74.01.1001/002", "64.74.01.1001", "64.74.01", "64.74"]),
        ("64.74.01.1001", ["64.74.01", "64.74"]),
        ("64.74/dpmptsp", ["64.74"]),
        ("64.74", []),
    ],
)
def test_ancestors(code: str, above: list[str]) -> None:
    assert queries.ancestor_codes(code) == above


def test_unit_above(in_bontang: City) -> None:
    kelurahan = Unit.objects.get(code="64.74.01.1001")
    rw = Unit.objects.create(kind="rw", code=f"{kelurahan.code}/002", name="RW 002")
    rt = Unit.objects.create(kind="rt", code=f"{rw.code}/005", name="RT 005")
    assert queries.unit_above(rt, "kelurahan") == kelurahan
    assert queries.unit_above(rt, "kecamatan") == Unit.objects.get(code="64.74.01")
    assert queries.unit_above(rt, "rt") == rt
    assert queries.unit_above(rt, "desa") is None
    dinas = Unit.objects.get(code="64.74/dpmptsp")
    assert queries.unit_above(dinas, "kota") == Unit.objects.get(code="64.74")
    below = queries.units_below(Unit.objects.get(code="64.74.01"), "rt")
    assert list(below) == [rt]
    # A code that merely begins alike lies elsewhere.
    assert not queries.units_below(Unit.objects.get(code="64.74.02"), "rt").exists()
    assert [p.title for p in actions.open_posts(unit=rt)] == ["Ketua RT 005"]
    assert len(actions.open_posts(unit=rt)) == 1


def test_one_proper_holder_at_a_time(in_bontang: City) -> None:
    lurah, first, second, acting = post("lurah"), person("Andi"), person("Budi"), person("Cici")
    actions.appoint(post=lurah, user=first, since=DAY, by=None, nip="1" * 18)
    held = queries.holder_of(lurah.unit, "lurah", DAY)
    assert held and held.user == first
    assert queries.holder_of(lurah.unit, "lurah", DAY - timedelta(days=1)) is None
    stand_in = actions.appoint(post=lurah, user=acting, since=DAY, by=None, acting="plt")
    held = queries.holder_of(lurah.unit, "lurah", DAY)
    assert held and held.user == first  # a proper holder comes first
    later = DAY + timedelta(days=10)
    actions.appoint(post=lurah, user=second, since=later, by=None)
    held = queries.holder_of(lurah.unit, "lurah", later)
    assert held and held.user == second
    assert Holding.objects.get(user=first).until == later - timedelta(days=1)
    assert queries.posts_of(first, later) == []
    assert queries.posts_of(first, DAY) == [lurah]
    second.is_active = False
    second.save()
    held = queries.holder_of(lurah.unit, "lurah", later)
    assert held == stand_in
    with pytest.raises(RuleBroken) as refused:
        actions.appoint(post=lurah, user=first, since=later, by=None)
    assert refused.value.field == "since"


def test_the_counter_may_have_several(in_bontang: City) -> None:
    loket = post("loket")
    for name in ("Andi", "Budi"):
        actions.appoint(post=loket, user=person(name), since=DAY, by=None)
    assert queries.current_holdings(DAY).filter(post=loket).count() == 2
    with pytest.raises(RuleBroken, match="sudah memegang"):
        actions.appoint(post=loket, user=User.objects.get(name="Andi"), since=DAY, by=None)


@pytest.mark.parametrize("nip", ["1", "1" * 17, "1" * 19, "a" * 18, "١" * 18])
def test_nip_has_eighteen_digits(in_bontang: City, nip: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        actions.appoint(post=post("lurah"), user=person("Andi"), since=DAY, by=None, nip=nip)
    assert refused.value.field == "nip"


def test_a_city_keeps_an_admin(in_bontang: City) -> None:
    admin = post("admin", "64.74")
    only = actions.appoint(post=admin, user=person("Andi"), since=DAY, by=None)
    with pytest.raises(RuleBroken, match="admin lain"):
        actions.end_holding(holding=only, until=DAY, by=None)
    actions.appoint(post=admin, user=person("Budi"), since=DAY, by=None)
    ended = actions.end_holding(holding=only, until=DAY, by=None)
    assert queries.posts_of(ended.user, DAY) == [admin]
    assert queries.posts_of(ended.user, DAY + timedelta(days=1)) == []
    with pytest.raises(RuleBroken):
        actions.end_holding(holding=ended, until=DAY - timedelta(days=1), by=None)


def test_checklist_moves_as_the_city_is_set_up(bontang: City, in_bontang: City) -> None:
    def done() -> dict[str, bool]:
        return {key: task.done for key, task in readiness.checklist(bontang).items()}

    today = now().astimezone(bontang.tz).date()
    lurah = post("lurah")
    actions.appoint(post=lurah, user=person("Andi"), since=today, by=None)
    assert done()["kelurahan"] is False  # nobody at the counter
    counter = Post.objects.get(unit=lurah.unit, role="loket")
    actions.appoint(post=counter, user=person("Budi"), since=today, by=None)
    assert done()["kelurahan"] is True
    counts = {key: task.count for key, task in readiness.checklist(bontang).items()}
    assert counts["kelurahan"] == "1 dari 15"
