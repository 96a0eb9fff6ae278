"""`python shop.pyz DATABASE SITE`: serve, and print the address as soon as that works."""

import sys

from shop.service import serve


def main():
    database, site = sys.argv[1:]
    with serve(database, site) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
