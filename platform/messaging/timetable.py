"""The timetable: a message every few seconds that wakes the outbox of every schema.

``celery -A messaging.timetable beat``, one for an installation. It sends a name and a header, so it
loads neither Django nor our applications: it starts at once and takes little memory.
"""

import os

from celery import Celery

EVERY = 5.0  # seconds
PUBLIC = "public"  # the schema whose workers look into every other

app = Celery(
    "balai-timetable",
    broker=os.environ.get("BROKER_URL", "redis://127.0.0.1:6379/0"),
    fixups=[],  # Celery would set Django up
    set_as_current=False,
)
app.conf.beat_schedule = {
    "dispatch": {
        "task": "messaging.tasks.dispatch",
        "schedule": EVERY,
        "options": {"headers": {"_schema_name": PUBLIC}, "expires": EVERY},
    },
}
