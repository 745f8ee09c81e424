"""`python -m deploy.esign_standin --port N`."""

import argparse
import sys

from django.conf import settings

from deploy.esign_standin.server import serve
from deploy.esign_standin.world import World


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.esign_standin", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    chosen = parser.parse_args()
    if not settings.EMBEDDED:
        sys.stderr.write("Gateway tiruan hanya untuk pemasangan embedded dan pengujian.\n")
        return 1
    server = serve(World(), chosen.port)
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}/standin/\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
