"""The service, asked as a client would, on a copy of the seeded database ($SHOP_DATABASE)."""

import json
import os
import sqlite3
import tempfile
import threading
import unittest
from contextlib import closing
from urllib.error import HTTPError
from urllib.request import urlopen

from shop import service, stock


class Service(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        database = os.path.join(folder, "shop.db")
        with closing(stock.connect(os.environ["SHOP_DATABASE"])) as seeded:
            with closing(sqlite3.connect(database)) as copy:
                seeded.backup(copy)
        server = self.enterContext(service.serve(database, folder))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        self.url = f"http://127.0.0.1:{server.server_port}"

    def ask(self, path, value=None):
        data = None if value is None else json.dumps(value).encode()
        with urlopen(self.url + path, data) as answer:
            return json.load(answer)

    def test_it_says_that_it_is_well(self):
        self.assertEqual(self.ask("/health")["service"], "shop")

    def test_an_order_is_seen_in_the_list_of_products(self):
        before = self.ask("/api/products")[0]
        self.ask("/api/orders", {"product": before["id"], "count": 1})
        self.assertEqual(self.ask("/api/products")[0]["stock"], before["stock"] - 1)

    def test_what_cannot_be_sold_is_refused_with_a_reason(self):
        for value, status in ({"product": 1, "count": 10**6}, 409), ({"count": 1}, 400):
            with self.assertRaises(HTTPError) as caught:
                self.ask("/api/orders", value)
            with caught.exception as refused:
                self.assertEqual(refused.status, status)
                self.assertIn("error", json.load(refused))


if __name__ == "__main__":
    unittest.main()
