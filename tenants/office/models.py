"""City schema: the government's units, its posts, and who holds them."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.fields import EmailAddressField
from tenants.office import signing
from tenants.office.naming import own_name


class Unit(models.Model):
    """A place in the city's structure. Its code is its path: a parent's code is a prefix.

    ``64.74`` kota, ``64.74.01`` kecamatan, ``64.74.01.1001`` kelurahan/desa (Kemendagri codes),
    then ``/002`` RW and ``/002/005`` RT; where a village has dusun (lingkungan, jorong, banjar),
    ``/krajan`` and ``/krajan/002/005``. A dinas is ``64.74/dpmptsp``.
    """

    class Kind(models.TextChoices):
        CITY = "kota", "Kabupaten/Kota"
        DINAS = "dinas", "Dinas"
        KECAMATAN = "kecamatan", "Kecamatan"
        KELURAHAN = "kelurahan", "Kelurahan"
        DESA = "desa", "Desa"
        DUSUN = "dusun", "Dusun"
        RW = "rw", "RW"
        RT = "rt", "RT"

    kind = models.CharField(max_length=10, choices=Kind)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)  # with the word before it: "Nagari Tambangan"
    # What this kind is called here, and its head: "Nagari", "Wali Nagari". Blank for a dinas.
    word = models.CharField("sebutan", max_length=30, blank=True, default="", db_default="")
    head = models.CharField("sebutan kepala", max_length=60, blank=True, default="", db_default="")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    abbreviation = models.CharField("singkatan untuk nomor surat", max_length=12, blank=True)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    email = EmailAddressField(blank=True)
    post_code = models.CharField(max_length=5, blank=True)
    is_active = models.BooleanField(default=True)
    # Who took over when this unit was closed.
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                Lower("abbreviation"), condition=~Q(abbreviation=""), name="short_form_once"
            )
        ]
        indexes = [
            models.Index(fields=["kind", "code"]),
            models.Index(fields=["code"], name="unit_code_like", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def own_name(self) -> str:
        """The name without the word for its kind: ``Tambangan``."""
        return own_name(self.name, self.word)


class Decree(models.Model):
    """A change of one unit by decree, from a day on: noted before, carried out when it comes.

    What is carried out stays as the unit's history.
    """

    class Change(models.TextChoices):
        OPEN = "open", "Dibentuk"
        RENAME = "rename", "Ganti nama"
        MOVE = "move", "Pindah"
        CLOSE = "close", "Dihapus"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="decrees")
    change = models.CharField(max_length=6, choices=Change)
    number = models.CharField("nomor keputusan", max_length=120)
    signed_on = models.DateField("tanggal keputusan")
    effective_on = models.DateField("berlaku sejak")
    name = models.CharField("nama baru", max_length=80, blank=True)
    code = models.CharField("kode baru", max_length=40, blank=True)
    target = models.ForeignKey(  # the new unit above, or the successor
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # As the unit was called, and where it lay, before the change.
    before_name = models.CharField("nama sebelumnya", max_length=120, blank=True)
    before_code = models.CharField("kode sebelumnya", max_length=40, blank=True)
    problem = models.CharField("kendala", max_length=300, blank=True)
    noted_at = models.DateTimeField(auto_now_add=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["effective_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(applied_at__isnull=True), name="one_decree_to_come"
            )
        ]
        indexes = [
            models.Index(
                fields=["effective_on"],
                condition=Q(applied_at__isnull=True),
                name="decree_to_come",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.unit_id} {self.change}"


class Post(models.Model):
    """A post (jabatan) at a unit. Work is addressed to posts, never to persons."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=16)  # see tenants.office.roles
    title = models.CharField(max_length=120)  # as it stands under a signature: "Lurah Belimbing"
    is_stood_in = False  # set where somebody holds it today for a head who is away
    stood_in_since: date | None = None  # the first day of that absence
    is_acting = False  # set where whoever asked holds it as Plt. or Plh.

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "role", "title"], name="post_once_per_unit")
        ]
        ordering = ["unit__code", "role"]

    def __str__(self) -> str:
        return self.title

    @property
    def full_title(self) -> str:
        """As nobody mistakes it: ``Ketua RT 001 / RW 002, Kelurahan Sukasari``. A city has hundreds
        of RT 001; the titles of offices name their unit."""
        above = self.unit.parent
        if above is None or self.unit.kind not in (Unit.Kind.RT, Unit.Kind.RW, Unit.Kind.DUSUN):
            return self.title
        title, village = self.title, above
        if above.kind == Unit.Kind.RW:
            title += f" / {above.word or 'RW'} {above.code.rpartition('/')[2]}"
        while village.kind in (Unit.Kind.RW, Unit.Kind.DUSUN) and village.parent is not None:
            village = village.parent
        return f"{title}, {village.name}"


class OwnRole(models.Model):
    """A role of posts that this city made, beside those of ``roles.toml``."""

    code = models.CharField(max_length=16, unique=True)  # as posts and steps name it
    title = models.CharField("nama peran", max_length=60)
    level = models.CharField("tingkat", max_length=10)
    can = ArrayField(models.CharField(max_length=16), verbose_name="wewenang")

    class Meta:
        ordering = ["title", "pk"]
        constraints = [models.UniqueConstraint(Lower("title"), name="own_role_once")]

    def __str__(self) -> str:
        return self.title


class Holding(models.Model):
    """Who holds a post, from when until when, by which decree."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="holdings"
    )
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    decree = models.CharField("nomor SK", max_length=80, blank=True)
    decree_on = models.DateField("tanggal SK", null=True, blank=True)
    nip = models.CharField("NIP", max_length=18, blank=True)
    rank = models.CharField("pangkat/golongan", max_length=60, blank=True)
    # Plt. or Plh.: beside the proper holder, if there is one.
    is_acting = models.BooleanField("pelaksana tugas", default=False)
    acting = models.CharField(
        "sebagai", max_length=3, choices=list(signing.WORDS.items()), blank=True, default="",
        db_default="",
    )  # fmt: skip
    # How many days before the term's end somebody was last reminded (``tenants.office.terms``).
    reminded = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
                name="holding_until_after_since",
            ),
            models.UniqueConstraint(fields=["post", "user", "since"], name="holding_once"),
        ]
        indexes = [
            models.Index(fields=["user", "until"]),
            models.Index(
                fields=["until"], condition=Q(until__isnull=False), name="holding_term_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.post_id}"

    @property
    def stands_in_as(self) -> str:
        """``plt``, ``plh``, ``pj`` or ``pjs``; "" for a proper holder."""
        return self.acting or ("plt" if self.is_acting else "")

    @property
    def abbreviated(self) -> str:
        """``Plt.`` and the like; "" for a proper holder."""
        return signing.ACTING.get(self.stands_in_as, "")

    @property
    def title(self) -> str:
        """The post's title as this holder bears it."""
        return signing.title_as_held(self.post.title, self.stands_in_as)


class HandOver(models.Model):
    """A post of a neighbourhood that passes to a successor; both say that they have done so.

    What waits at the post needs no hand-over: it belongs to the post.
    """

    given = models.OneToOneField(Holding, on_delete=models.PROTECT, related_name="hand_over")
    taken = models.OneToOneField(Holding, on_delete=models.PROTECT, related_name="taking_over")
    given_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField("pesan kepada pengganti", max_length=500, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.given_id} → {self.taken_id}"


class Absence(models.Model):
    """A head of a neighbourhood is away, and the holder of another post stands in for them."""

    holding = models.ForeignKey(Holding, on_delete=models.PROTECT, related_name="absences")
    stand_in = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="stands_in")
    since = models.DateField()
    until = models.DateField()  # the last day
    noted_at = models.DateTimeField(auto_now_add=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=models.F("since")), name="absence_until_after_since"
            )
        ]
        indexes = [
            models.Index(fields=["holding", "until"], name="absence_of_holding"),
            models.Index(fields=["stand_in", "until"], name="absence_of_stand_in"),
        ]

    def __str__(self) -> str:
        return f"{self.holding_id}: {self.since} – {self.until}"


class Profile(models.Model):
    """The city's own face: one row."""

    government = models.CharField(max_length=120)  # "Pemerintah Kota Bontang"
    accent = models.CharField("warna utama", max_length=7, default="#0b6b5d")
    logo = models.BinaryField(null=True, blank=True)  # validated PNG, at most 200 kB
    website = models.URLField(blank=True)
    contact = models.CharField("kontak pengaduan", max_length=120, blank=True)
    # Languages services are offered in besides Indonesian: codes, separated by commas.
    languages = models.CharField(max_length=60, blank=True, default="", db_default="")

    def __str__(self) -> str:
        return self.government


class InitialsAt(models.Model):
    """A role whose holder puts initials to each draft at a level before its head signs it."""

    level = models.CharField(max_length=16)
    role = models.CharField(max_length=16)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["level", "role"], name="initials_at_once")]

    def __str__(self) -> str:
        return f"{self.level}: {self.role}"


class OnePersonAt(models.Model):
    """An office at which whoever checked a case may complete it too, although others could."""

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.unit_id)


class Closure(models.Model):
    """A day on which this city's offices are closed, besides weekends and national holidays; or
    with ``is_open`` one on which they are open although it is a national holiday or cuti bersama:
    those are moved, or do not hold for everybody.

    Clocks that start afterwards count it; those already running stay as they were computed.
    """

    day = models.DateField(unique=True)
    name = models.CharField(max_length=120)  # "Cuti bersama Idulfitri", "Hari jadi kota"
    is_open = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day}: {self.name}"


class ServiceHours(models.Model):
    """When a city works on one weekday, other than from 08.00 to 16.00 on Monday to Friday. Without
    a row for a weekday of a kind that has any, nobody works then."""

    class Of(models.TextChoices):
        OFFICE = "office", "kantor"
        NEIGHBOURHOOD = "ert", "RT dan RW"

    of = models.CharField(max_length=10, choices=Of)
    # Of one office alone; null: of every office, or of every RT and RW.
    unit = models.ForeignKey(Unit, null=True, on_delete=models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField()  # 0 is Monday
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering = ["of", "weekday"]
        constraints = [
            models.UniqueConstraint(
                fields=["of", "weekday"], condition=Q(unit=None), name="service_hours_once"
            ),
            models.UniqueConstraint(
                fields=["unit", "of", "weekday"], name="service_hours_once_at_unit"
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="service_hours_on_weekday"),
            models.CheckConstraint(
                condition=Q(closes__gt=models.F("opens")), name="service_hours_close_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of} {self.weekday}: {self.opens}-{self.closes}"
