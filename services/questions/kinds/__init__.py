"""The kinds that Balai ships, in the order an admin chooses from. Each file registers its own."""

from services.questions.kinds import (  # noqa: F401
    choice,
    code_list,
    date,
    members,
    money,
    number,
    person,
    place,
    table,
    text,
    time,
    village,
    yesno,
)
