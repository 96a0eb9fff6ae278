"""Buying and selling, on a copy of the seeded database ($SHOP_DATABASE) in memory."""

import os
import sqlite3
import unittest
from contextlib import closing

from shop import stock


class Stock(unittest.TestCase):
    def setUp(self):
        self.database = sqlite3.connect(":memory:")
        self.addCleanup(self.database.close)
        with closing(stock.connect(os.environ["SHOP_DATABASE"])) as seeded:
            seeded.backup(self.database)
        self.database.row_factory = sqlite3.Row

    def left(self, product):
        return {row["id"]: row["stock"] for row in stock.products(self.database)}[product]

    def test_products_come_in_the_order_of_their_names(self):
        names = [product["name"] for product in stock.products(self.database)]
        self.assertEqual(names, sorted(names))
        self.assertGreater(len(names), 2)

    def test_an_order_takes_from_the_stock_and_costs_its_price(self):
        before = self.left(1)
        made = stock.order(self.database, 1, 2)
        self.assertEqual(self.left(1), before - 2)
        self.assertEqual(made["cents"], 2 * 1250)

    def test_more_than_there_is_cannot_be_sold_and_changes_nothing(self):
        before = self.left(1)
        with self.assertRaises(stock.OutOfStock):
            stock.order(self.database, 1, before + 1)
        self.assertEqual(self.left(1), before)

    def test_nothing_and_less_cannot_be_sold(self):
        for count in (0, -1):
            with self.assertRaises(ValueError):
                stock.order(self.database, 1, count)


if __name__ == "__main__":
    unittest.main()
