"""Work after the commit."""

from messaging import outbox
from services.residents import queued

outbox.handler("residents.import", on_failed=queued.gave_up)(queued.run)
