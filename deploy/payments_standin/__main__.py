"""`python -m deploy.payments_standin --port N`."""

import argparse
import sys

from django.conf import settings

from deploy.payments_standin.server import serve
from deploy.payments_standin.world import World


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.payments_standin", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--webhook", default="", help="a city's address: http://kota.localhost:8000"
    )
    parser.add_argument("--token", default="standin", help="of Xendit's notifications")
    chosen = parser.parse_args()
    if not settings.EMBEDDED:
        sys.stderr.write("Pembayaran tiruan hanya untuk pemasangan embedded dan pengujian.\n")
        return 1
    world = World()
    world.callback_token = chosen.token
    for provider in ("midtrans", "xendit") if chosen.webhook else ():
        world.webhooks[provider] = f"{chosen.webhook.rstrip('/')}/bayar/{provider}/kabar/"
    server = serve(world, chosen.port)
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}/standin/\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
