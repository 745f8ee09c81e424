"""What holders of numbers of outside systems are told. No number stands in a notice."""

from messaging.notices import notice

CHANGED = notice(
    "mall/changed", "a list of SIMBG or OSS says something new of a number, to its holder",
    fields="system name status day link city", english=True,
)  # fmt: skip
EXPIRES = notice(
    "mall/expires", "what a number of OSS or SIMBG stands for ends soon, to its holder",
    fields="system name day link city", english=True,
)  # fmt: skip
