"""In whose name officials sign: the exact lines, and who holds a post meanwhile."""

from datetime import date, timedelta

import pytest

from services.letters.models import Letter
from tenants.office import actions, queries
from tenants.office.models import Holding, Post
from tenants.office.signing import ACTING, read_acting, signature_lines, title_as_held
from tenants.registry.models import City
from tests.factories import SINCE, Cast, approve, make_cast, official, submitted

LURAH = "Lurah Belimbing"
SECRETARY = "Sekretaris Kelurahan Belimbing"
SECTION = "Kepala Seksi Pelayanan Kelurahan Belimbing"


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.mark.parametrize(
    ("acting", "title"),
    [
        ("", "Lurah Belimbing"),
        ("plt", "Plt. Lurah Belimbing"),
        ("plh", "Plh. Lurah Belimbing"),
        ("pj", "Pj. Lurah Belimbing"),
        ("pjs", "Pjs. Lurah Belimbing"),
    ],
)
def test_a_title_as_it_is_held(acting: str, title: str) -> None:
    assert title_as_held(LURAH, acting) == title


@pytest.mark.parametrize(
    ("title", "head", "secretary", "lines"),
    [
        (LURAH, "", "", ["Lurah Belimbing,"]),
        ("Plh. Lurah Belimbing", "", "", ["Plh. Lurah Belimbing,"]),
        (SECRETARY, LURAH, "", ["a.n. Lurah Belimbing", "Sekretaris Kelurahan Belimbing,"]),
        (
            f"Plt. {SECRETARY}", LURAH, "",
            ["a.n. Lurah Belimbing", "Plt. Sekretaris Kelurahan Belimbing,"],
        ),
        (
            SECTION, LURAH, SECRETARY,
            [
                "a.n. Lurah Belimbing",
                "Sekretaris Kelurahan Belimbing",
                "u.b.",
                "Kepala Seksi Pelayanan Kelurahan Belimbing,",
            ],
        ),
    ],
)  # fmt: skip
def test_the_lines_of_a_signature(title: str, head: str, secretary: str, lines: list[str]) -> None:
    assert signature_lines(title, head=head, secretary=secretary) == lines


@pytest.mark.parametrize(
    ("typed", "read"),
    [("", ""), ("Definitif", ""), ("Plt.", "plt"), ("PLH", "plh"), ("Pelaksana Harian", "plh"),
     ("Penjabat", "pj"), ("Pjs.", "pjs"), ("wakil", None)],
)  # fmt: skip
def test_a_spreadsheet_says_how_a_post_is_held(typed: str, read: str | None) -> None:
    assert read_acting(typed) == read


def _deputised(cast: Cast) -> None:
    """The next steps at the head may be taken by secretary and section head."""
    from services.cases.models import Step

    Step.objects.filter(role="lurah").update(deputies=["sekretaris", "kasi"])


def test_a_section_head_signs_for_the_secretary_who_signs_for_the_head(cast: Cast) -> None:
    kasi = official("kasi", cast.village, "kasi")
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina)
    _deputised(cast)
    approve(application, kasi)
    own = cast.village.own_name
    letter = Letter.objects.get()
    assert letter.content.signer_title == [
        f"a.n. Lurah {own}",
        f"Sekretaris Kelurahan {own}",
        "u.b.",
        f"Kepala Seksi Pelayanan Kelurahan {own},",
    ]
    assert letter.signer_title == (
        f"a.n. Lurah {own} Sekretaris Kelurahan {own} u.b. Kepala Seksi Pelayanan Kelurahan {own}"
    )


def test_without_a_secretary_s_post_a_section_head_signs_for_the_head_himself(cast: Cast) -> None:
    Post.objects.filter(unit=cast.village, role="sekretaris").delete()
    kasi = official("kasi", cast.village, "kasi")
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina)
    _deputised(cast)
    approve(application, kasi)
    own = cast.village.own_name
    assert Letter.objects.get().content.signer_title == [
        f"a.n. Lurah {own}",
        f"Kepala Seksi Pelayanan Kelurahan {own},",
    ]


@pytest.mark.parametrize("acting", sorted(ACTING))
def test_whoever_stands_in_signs_as_such(cast: Cast, acting: str) -> None:
    post = Post.objects.get(unit=cast.village, role="lurah")
    Holding.objects.filter(post=post).delete()
    stand_in = official("pengganti", cast.village, "loket")
    actions.appoint(post=post, user=stand_in, since=SINCE, by=None, acting=acting)
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, stand_in)
    title = f"{ACTING[acting]} Lurah {cast.village.own_name}"
    assert Letter.objects.get().content.signer_title == [f"{title},"]
    assert f"{title}" in Letter.objects.get().content.opening


def test_a_long_chain_of_titles_still_fits_the_letter(cast: Cast) -> None:
    for role in ("lurah", "sekretaris", "kasi"):
        Post.objects.filter(unit=cast.village, role=role).update(title=f"{role} " + "X" * 100)
    kasi = official("kasi", cast.village, "kasi")
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina)
    _deputised(cast)
    approve(application, kasi)
    assert len(Letter.objects.get().signer_title) > 300


DAY = date(2026, 6, 1)


def test_a_plh_stands_beside_the_holder_and_a_pj_takes_the_place(cast: Cast) -> None:
    post = Post.objects.get(unit=cast.village, role="lurah")
    deputy, penjabat = official("plh", cast.village, "kasi"), official("pj", cast.village, "loket")
    actions.appoint(post=post, user=deputy, since=DAY, by=None, acting="plh")
    held = queries.holder_of(cast.village, "lurah", DAY)
    assert held is not None
    assert held.user == cast.lurah
    actions.appoint(post=post, user=penjabat, since=DAY, by=None, acting="pj")
    held = queries.holder_of(cast.village, "lurah", DAY)
    assert held is not None
    assert (held.user, held.title) == (penjabat, f"Pj. {post.title}")
    before = Holding.objects.get(post=post, user=cast.lurah)
    assert before.until == DAY - timedelta(days=1)
