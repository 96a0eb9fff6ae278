"""The shop over HTTP: `/health`, `/api/products`, `/api/orders`, and the pages of a folder."""

import json
import os
import sys
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from shop import stock


class Service(SimpleHTTPRequestHandler):
    """Answers one request."""

    def __init__(self, *args, database, **options):
        self.database = database
        super().__init__(*args, **options)

    def do_GET(self):
        if self.path == "/health":
            self.answer(200, {"service": "shop", "pid": os.getpid()})
        elif self.path == "/api/products":
            with closing(stock.connect(self.database)) as database:
                self.answer(200, stock.products(database))
        else:
            super().do_GET()

    def do_POST(self):
        if self.path != "/api/orders":
            self.answer(404, {"error": "there is nothing to post to here"})
            return
        try:
            wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with closing(stock.connect(self.database)) as database:
                self.answer(201, stock.order(database, wanted["product"], wanted["count"]))
        except stock.OutOfStock as error:
            self.answer(409, {"error": str(error)})
        except (KeyError, TypeError, ValueError) as error:
            self.answer(400, {"error": str(error)})

    def log_request(self, code="-", size="-"):
        print(self.command, self.path, int(code), file=sys.stderr)

    def answer(self, status, value):
        """Send a value as JSON."""
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(database, site):
    """Return a service on a free port of the loopback interface, for `serve_forever`."""
    answers = partial(Service, database=database, directory=site)
    return ThreadingHTTPServer(("127.0.0.1", 0), answers)
