"""What is for sale, and selling it."""

import sqlite3


class OutOfStock(Exception):
    """There is less of a product than somebody wants."""


def connect(path):
    """Open the shop's database, which has to exist."""
    database = sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=10)
    database.row_factory = sqlite3.Row
    return database


def products(database):
    """Return all products, as dictionaries in the order of their names."""
    rows = database.execute("SELECT id, name, cents, stock FROM product ORDER BY name")
    return [dict(row) for row in rows]


def order(database, product, count):
    """Sell `count` of a product; return the number of the order and its price in cents."""
    if count < 1:
        raise ValueError("an order is for one or more")
    with database:  # both rows change, or none does
        sold = database.execute(
            "UPDATE product SET stock = stock - ? WHERE id = ? AND stock >= ? RETURNING cents",
            (count, product, count),
        ).fetchone()
        if sold is None:
            raise OutOfStock(f"fewer than {count} left of product {product}")
        made = database.execute(
            'INSERT INTO "order" (product, count, cents) VALUES (?, ?, ?)',
            (product, count, count * sold[0]),
        )
    return {"order": made.lastrowid, "cents": count * sold[0]}
