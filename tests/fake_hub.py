"""A model hub on loopback: as much of it as huggingface_hub asks for to download a repository's files."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@contextmanager
def serve_hub(repositories: Path) -> Iterator[str]:
    """Serve OWNER/NAME folders below `repositories`; yield the address for HF_ENDPOINT."""

    class Handler(_Hub):
        root = repositories

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Hub(BaseHTTPRequestHandler):
    root = Path()
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._send(404, b"")

    def log_message(self, *_: object) -> None:
        """Say nothing: what is asked for is the libraries' business."""

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path).strip("/").split("/")
        if path[:2] == ["api", "models"]:
            self._about(self.root / path[2] / path[3], "/".join(path[2:4]), path[4:])
        elif len(path) > 4 and path[2] == "resolve":
            self._file(self.root / path[0] / path[1] / Path(*path[4:]))
        else:
            self._send(404, b"")

    def _about(self, folder: Path, name: str, rest: list[str]) -> None:
        files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
        if not files:
            self._send(404, b"{}", **{"X-Error-Code": "RepoNotFound"})
        elif rest[:1] == ["tree"]:
            self._json([_described(file, folder) for file in files])
        else:
            siblings = [{"rfilename": str(file.relative_to(folder))} for file in files]
            self._json({"id": name, "modelId": name, "sha": COMMIT, "siblings": siblings, "private": False, "tags": []})

    def _file(self, file: Path) -> None:
        if not file.is_file():
            self._send(404, b"", **{"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
            return
        self._send(200, file.read_bytes(), **{"X-Repo-Commit": COMMIT, "ETag": f'"{_hash(file)}"'})

    def _json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), **{"Content-Type": "application/json"})

    def _send(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _described(file: Path, folder: Path) -> dict[str, object]:
    path = str(file.relative_to(folder))
    return {"type": "file", "path": path, "size": file.stat().st_size, "oid": _hash(file)}


def _hash(file: Path) -> str:
    """Return the file's name in git, as the hub gives it."""
    content = file.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
