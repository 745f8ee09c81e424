"""The HTTP side, on 127.0.0.1 alone: the gateway, time stamps, and ``/standin/`` for tests."""

import base64
import email.parser
import email.policy
import json
import random
import socket
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from deploy.esign_standin import gateway
from deploy.esign_standin.gateway import Reply
from deploy.esign_standin.world import PASSWORD, USER, Fault, World

LARGEST = 32 * 1024 * 1024
LOCAL = {"127.0.0.1", "localhost"}
BEFORE = {
    "refused": Reply(400, {"error": "Proses signing gagal", "status_code": 2041}),
    "wrong": Reply(400, {"error": "Passphrase anda salah", "status_code": 2031}),
    "html": Reply(200, b"<html><body>Layanan sedang sibuk</body></html>", "text/html"),
    "code": Reply(200, {"error": "Proses gagal", "status_code": 2041}),
    "error": Reply(500, {"status": 500, "error": "Internal Server Error"}),
    "away": Reply(502, b"<html>502 Bad Gateway</html>", "text/html"),
    "busy": Reply(408, b"", "text/plain"),
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "EsignTiruan"
    world: World

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """Said nowhere."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST:
            self._send(Reply(413, {}))
            return
        raw = self.rfile.read(length)
        path = unquote(urlsplit(self.path).path)
        if path.startswith("/standin"):
            self._standin(path, raw)
        elif path == "/tsa":
            from deploy.esign_standin.stamps import stamp

            self._send(Reply(200, stamp(self.world, raw), "application/timestamp-reply"))
        elif not self._is_known():
            self._send(gateway.spring(401, "Unauthorized", path))
        else:
            self._gateway(path, raw)

    def _gateway(self, path: str, raw: bytes) -> None:
        with self.world.lock:
            self.world.calls.append(f"{self.command} {path}")
        fault = self.world.fault(path)
        if fault in BEFORE:
            self._send(BEFORE[fault])
        elif fault == "drop_before":
            self._drop()
        else:
            self._after(fault, self._reply(path, raw))

    def _after(self, fault: str, reply: Reply) -> None:
        """What happens to an answer on its way."""
        world = self.world
        if fault == "silent":
            time.sleep(4 * world.seconds)
            self._drop()
        elif fault == "drop":
            self._drop()
        elif fault == "empty":
            self._send(Reply(200, b"", reply.kind, reply.headers))
        elif fault == "html_after":
            self._send(BEFORE["html"])
        elif fault == "code_after":
            self._send(BEFORE["code"])
        elif fault == "late":
            self._send(BEFORE["error"])
        elif fault in ("altered", "same", "other"):
            self._send(self._changed(fault, reply))
        else:
            if fault == "slow":
                time.sleep(world.seconds)
            self._send(reply)

    def _changed(self, fault: str, reply: Reply) -> Reply:
        """A signed file that is not what was asked for."""
        body = reply.body
        if isinstance(body, dict) and "file" not in body:
            return reply
        pdf = bytearray(base64.b64decode(body["file"][0]) if isinstance(body, dict) else body)
        if not pdf.startswith(b"%PDF-"):
            return reply
        if fault == "altered":
            pdf[len(pdf) // 3] ^= 1
        else:
            pdf = pdf[: pdf.index(b"%%EOF") + 5]
        if isinstance(body, dict):
            return Reply(200, {"time": 1, "file": [base64.b64encode(bytes(pdf)).decode()]})
        return Reply(200, bytes(pdf), reply.kind, reply.headers)

    def _reply(self, path: str, raw: bytes) -> Reply:
        world = self.world
        if path.startswith("/api/sign/download/"):
            return gateway.download(world, path.rpartition("/")[2])
        if path.startswith("/api/user/status/"):
            return gateway.status_v1(world, path.rpartition("/")[2])
        if path.startswith("/api/v2/user/certificate/chain/"):
            return gateway.chain(world, path.rpartition("/")[2])
        if path == "/api/sign/pdf":
            return gateway.sign_v1(world, self._form(raw))
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            return gateway.spring(400, "Bad Request", path)
        answers = {
            "/api/v2/sign/pdf": gateway.sign_v2,
            "/api/v2/user/check/status": gateway.status_v2,
            "/api/v2/sign/get/totp": gateway.totp,
        }
        if path in answers:
            return answers[path](world, body)
        return gateway.spring(404, "Not Found", path)

    def _form(self, raw: bytes) -> dict[str, bytes]:
        """A form with files, as version 1 takes it."""
        head = f"Content-Type: {self.headers.get('Content-Type')}\r\n\r\n".encode()
        whole: Any = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + raw)
        return {
            str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
            for part in whole.iter_parts()
        }

    def _is_known(self) -> bool:
        scheme, _, given = (self.headers.get("Authorization") or "").partition(" ")
        return scheme == "Basic" and base64.b64decode(given).decode() == f"{USER}:{PASSWORD}"

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    # --- for tests ------------------------------------------------------------------------------

    def _standin(self, path: str, raw: bytes) -> None:
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        if host not in LOCAL or self.headers.get("Origin"):
            self._send(Reply(403, {}))
            return
        world, what = self.world, path.removeprefix("/standin").strip("/")
        if what.startswith("signed/"):
            found = world.results.get(what.rpartition("/")[2])
            self._send(Reply(200, found, "application/pdf") if found else Reply(404, {}))
            return
        if what == "rates":
            said = json.loads(raw)
            with world.lock:
                world.rates = said["rates"]
                world.chance = random.Random(said.get("seed", 1))  # noqa: S311
                world.seconds = said.get("seconds", world.seconds)
            self._send(Reply(200, {}))
            return
        form = dict(parse_qsl(raw.decode()))
        with world.lock:
            if what == "user":
                world.register(form)
            elif what == "fault":
                times = int(form.get("times", 1))
                world.faults.append(Fault(form["part"], form["kind"], times))
                world.seconds = float(form.get("seconds", world.seconds))
            elif what == "marks":
                world.y_from = form["y_from"]
            elif what == "clear":
                world.y_from = "top"
                world.faults.clear()
                world.rates = {}
            found_all = {"signed": world.signed, "calls": len(world.calls), "kinds": world.kinds}
        self._send(Reply(200, found_all))

    def _send(self, reply: Reply) -> None:
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away while we were silent is no error."""


def serve(world: World, port: int) -> Server:
    """A server on this machine alone; 0 takes a free port."""
    handler = type("Bound", (Handler,), {"world": world})
    return Server(("127.0.0.1", port), handler)
