"""What the bundler does, and the site that it made ($SHOP_SITE)."""

import os
import re
import unittest
from pathlib import Path

from bundle import hashed, small_css, small_js


class Bundler(unittest.TestCase):
    def test_styles_lose_comments_and_spaces(self):
        self.assertEqual(small_css("/* a */ p,\na {\n  color: red;\n}\n"), "p,a{color:red}")

    def test_scripts_lose_comments_and_indentation_but_no_address(self):
        text = '/* a\n b */\n// c\nif (a) {\n  b("http://c");\n}\n'
        self.assertEqual(small_js(text), 'if (a) {\nb("http://c");\n}')

    def test_a_name_changes_with_what_the_file_holds(self):
        self.assertRegex(hashed("page.js", "a"), r"^page\.[0-9a-f]{8}\.js$")
        self.assertNotEqual(hashed("page.js", "a"), hashed("page.js", "b"))


class Site(unittest.TestCase):
    def setUp(self):
        self.site = Path(os.environ["SHOP_SITE"])
        page = (self.site / "index.html").read_text("utf-8")
        self.named = re.findall(r'(?:src|href)="([^"]+)"', page)

    def test_the_page_names_each_file_of_the_site_and_no_other(self):
        files = {file.name for file in self.site.iterdir()}
        self.assertEqual(files, {"index.html", *self.named})

    def test_each_name_carries_the_hash_of_its_file(self):
        for name in self.named:
            stem, _, ending = name.split(".")
            text = (self.site / name).read_text("utf-8")
            self.assertEqual(name, hashed(f"{stem}.{ending}", text))

    def test_the_script_holds_the_vendored_one(self):
        script = next(name for name in self.named if name.endswith(".js"))
        self.assertIn("function money", (self.site / script).read_text("utf-8"))


if __name__ == "__main__":
    unittest.main()
