-- May be run again: products that are there get their price and stock back.
INSERT INTO product (id, name, cents, stock) VALUES
    (1, 'Teapot', 1250, 12),
    (2, 'Cup', 480, 60),
    (3, 'Strainer', 320, 25),
    (4, 'Assam, 250 g', 890, 40)
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, cents = excluded.cents, stock = excluded.stock;
