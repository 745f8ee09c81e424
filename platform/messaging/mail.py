"""Mail: plain text, sent by a worker."""

from messaging import outbox


def send(to: str, subject: str, body: str, *, key: str) -> None:
    """Send a mail once the running transaction commits; ``key`` makes it one mail, not two."""
    outbox.enqueue("mail.send", {"to": to, "subject": subject, "body": body}, key=f"mail:{key}")
