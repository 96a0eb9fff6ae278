"""A small shop: products in SQLite, orders over HTTP."""
