"""What comes with the program, and the stamp that tells when a template changed."""

import os

from newsletter.shipped import example, templates, templates_stamp


def test_the_stamp_changes_with_any_template_and_else_never(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("one")
    before, again = templates_stamp(tmp_path), templates_stamp(tmp_path)
    page.write_text("two!")
    longer = templates_stamp(tmp_path)
    os.utime(page, ns=(1, 1))

    assert before == again
    assert 4 == len({before, longer, templates_stamp(tmp_path), templates_stamp(None)})


def test_the_shipped_templates_and_the_example_are_found():
    assert (templates() / "site" / "base.html").is_file()
    assert (example() / "config.yaml").is_file()
    assert len(list((example() / "dumps").glob("*.txt"))) == 3
