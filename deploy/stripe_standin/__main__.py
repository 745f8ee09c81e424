"""`python -m deploy.stripe_standin --port N --state FILE [--webhook URL]`."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from django.conf import settings


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.stripe_standin", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="the SQLite file it lives in")
    parser.add_argument(
        "--webhook", help="register this address, signed with STRIPE_WEBHOOK_SECRET"
    )
    parser.add_argument(
        "--after-retries",
        choices=["unpaid", "canceled", "past_due"],
        default="unpaid",
        help="what a subscription becomes when the last retry failed",
    )
    chosen = parser.parse_args()
    if not settings.EMBEDDED:
        sys.stderr.write(
            "Stripe tiruan hanya untuk pemasangan embedded dan pengujian (BALAI_MODE).\n"
        )
        return 1
    if not settings.STRIPE_STANDIN:
        sys.stderr.write("STRIPE_API_KEY harus berawalan sk_test_standin.\n")
        return 1

    from deploy.stripe_standin.paying import new_endpoint
    from deploy.stripe_standin.server import serve
    from deploy.stripe_standin.world import World

    world = World(
        chosen.state,
        base=f"http://localhost:{chosen.port}",
        key=settings.STRIPE_API_KEY,
        after_retries=chosen.after_retries,
    )
    if chosen.webhook:
        with world.store.transaction():
            known = world.store.find("webhook_endpoint", description="balai")
            doc = known[0] if known else None
            if doc is None:
                given = {
                    "url": chosen.webhook,
                    "enabled_events": ["*"],
                    "description": "balai",
                }
                doc = new_endpoint(world, given)
            doc |= {"url": chosen.webhook, "_secret": settings.STRIPE_WEBHOOK_SECRET}
            world.store.save(doc)

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    serve(world, chosen.port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
