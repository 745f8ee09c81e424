"""A server of map pictures, for tests: ``python tile_server.py PORT``."""

import io
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image, ImageDraw


class Tiles(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """A picture with its own address on it, whatever was asked."""
        picture = Image.new("RGB", (256, 256), "#dfe8dc")
        draw = ImageDraw.Draw(picture)
        draw.rectangle((0, 0, 255, 255), outline="#9fb3a0")
        draw.line((0, 128, 256, 90), fill="#ffffff", width=9)
        draw.text((12, 12), self.path, fill="#4a5a4c")
        out = io.BytesIO()
        picture.save(out, "PNG")
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(out.getvalue())

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Tiles).serve_forever()
