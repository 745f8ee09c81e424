"""In whose name an official signs, as lines above their name. Plain Python.

``Plt.`` (pelaksana tugas), ``Pj.`` and ``Pjs.`` (penjabat, penjabat sementara) hold a post that has
no proper holder; ``Plh.`` (pelaksana harian) stands in while the proper holder is away. ``a.n.``
(atas nama): signed on behalf of the head. ``u.b.`` (untuk beliau): the secretary, who signs on
behalf of the head, has let an official one level lower sign.
"""

ACTING = {"plt": "Plt.", "plh": "Plh.", "pj": "Pj.", "pjs": "Pjs."}
WORDS = {
    "plt": "Pelaksana tugas (Plt.)",
    "plh": "Pelaksana harian (Plh.)",
    "pj": "Penjabat (Pj.)",
    "pjs": "Penjabat sementara (Pjs.)",
}
# They stand beside the proper holder; a Pj. or Pjs. takes the place of one.
BESIDE = frozenset({"plt", "plh"})


def title_as_held(title: str, acting: str) -> str:
    """A post's title as whoever holds it bears it: ``Plh. Lurah Belimbing``."""
    return f"{ACTING[acting]} {title}" if acting else title


def signature_lines(title: str, *, head: str = "", secretary: str = "") -> list[str]:
    """The lines above the name of whoever signs as ``title`` (with Plt. and the like).

    ``head``: the post in whose name they sign, when it is not their own. ``secretary``: the post
    between the two, for an official below it.
    """
    if not head:
        return [f"{title},"]
    if not secretary:
        return [f"a.n. {head}", f"{title},"]
    return [f"a.n. {head}", secretary, "u.b.", f"{title},"]


def read_acting(typed: str) -> str | None:
    """What a spreadsheet says of this: ``Plh``, ``pelaksana harian``; "" for a proper holder, None
    for anything else."""
    said = " ".join(typed.replace(".", " ").split()).casefold()
    known = {"": "", "definitif": "", "pelaksana tugas": "plt", "pelaksana harian": "plh",
             "penjabat": "pj", "penjabat sementara": "pjs"}  # fmt: skip
    return said if said in ACTING else known.get(said)
