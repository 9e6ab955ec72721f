"""The servers of a case: each answers what the case says, request by request, the last answer again and again."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Server:
    """One of them, on this machine."""

    def __init__(self, answers: list[dict[str, Any]]) -> None:
        self.requests: list[dict[str, Any]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = json.loads(self.rfile.read(int(headers["content-length"])))
                request = {"method": self.command, "path": self.path, "headers": headers, "body": body}
                server.requests.append(request)
                answer = answers[min(len(server.requests), len(answers)) - 1]
                kind, text = said(answer)
                data = text.encode()
                self.send_response(answer.get("status", 200))
                fields = {"content-type": kind, "content-length": str(len(data)), **answer.get("headers", {})}
                for name, value in fields.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.document = {"url": f"http://127.0.0.1:{self._http.server_port}"}
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def said(answer: dict[str, Any]) -> tuple[str, str]:
    """The type and the text of an answer's body."""
    if "events" in answer:
        texts = (event if isinstance(event, str) else json.dumps(event) for event in answer["events"])
        return "text/event-stream", "".join(f"data: {text}\n\n" for text in texts)
    return ("application/json", json.dumps(answer["json"])) if "json" in answer else ("text/plain", "")
