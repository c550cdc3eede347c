"""Possible repeats: near-equal titles are marked where they may be one paper, and only there; never merged."""

from __future__ import annotations

import pytest
from fakes import at, dump, paper
from home import Home, page
from hypothesis import given
from hypothesis import strategies as st

from newsletter import record
from newsletter.record import record_dump
from newsletter.repeats import LONGEST, alike, clues, may_repeat
from newsletter.store import open_store
from newsletter.store.schema import MIGRATIONS

NOW = at("2026-08-07 06:00")
TITLE = "Denoising Graph Transformers for Protein Design"
OURS = "We train graph transformers that denoise protein backbones, and measure them on three benchmarks."
OTHERS = (
    "Nobody had asked how seabirds sleep while they fly; a tracker of two grams tells it for the first time."
)


@pytest.fixture
def store():
    store = open_store(None)
    yield store
    store.close()


def titled(title: str, abstract: str = "", **fields):
    return paper(title, abstract, **fields)


@pytest.mark.parametrize(
    "other",
    [
        "Denoising Graph Trasnformers for Protein Design",
        "Denoisng Graph Transformers for Protein Desing",
        "Denoising Graph Transformer for Protein Design",
        "The Denoising Graph Transformers in Protein Design",
        "Denoising Graph Transformers for Protein Design (Extended Version)",
        "Denoising Graph Transformers for Protein Design [v2]",
        "Denoising Graph Transformers for Protein Design: Extended Abstract",
        "Technical Report: Denoising Graph Transformers for Protein Design",
        "Dénoising Graph Transformers for Protein Design – full version",
    ],
)
def test_a_slip_a_small_word_or_a_note_on_the_edition_makes_a_possible_repeat(other):
    assert may_repeat(titled(TITLE), titled(other))
    assert may_repeat(titled(other, OURS), titled(TITLE, OURS))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A Search for Dark Matter, Part I", "A Search for Dark Matter, Part II"),
        ("Proton collisions measured at 8 TeV", "Proton collisions measured at 13 TeV"),
        ("Findings of the 2024 Shared Task", "Findings of the 2025 Shared Task"),
        ("Object Detection with YOLOv3 Networks", "Object Detection with YOLOv4 Networks"),
        ("Three Problems of Modern Cosmology", "Five Problems of Modern Cosmology"),
        (TITLE, f"Comment on: {TITLE}"),
        (TITLE, f"Correction to: {TITLE}"),
        (f"Reply to: {TITLE}", f"Comment on: {TITLE}"),
        ("Dark Matter", "Dark Mattr"),
        ("Editorial Note", "Editorial Notes"),
        ("深度学习综述", "深度学习综术"),
    ],
)
def test_other_numbers_a_reply_and_a_short_title_never_do_whatever_the_abstracts_say(one, other):
    assert not may_repeat(titled(one, OURS), titled(other, OURS))
    assert not may_repeat(titled(one), titled(other))


@pytest.mark.parametrize(
    "other",
    [
        "Segmentation of Livers in MR Images by Networks",
        "Segmentation of Kidneys in CT Images by Networks",
        "Unsupervised Segmentation of Livers in CT Images by Networks",
        "Segmentation of Livers in CT Images",
    ],
)
def test_another_word_needs_abstracts_that_agree(other):
    title = "Segmentation of Livers in CT Images by Networks"

    assert not may_repeat(titled(title), titled(other))
    assert may_repeat(titled(title, OURS), titled(other, OURS))
    assert not may_repeat(titled(title, OURS), titled(other, OTHERS))


def test_a_word_with_a_prefix_is_another_word():
    pair = ("Learning Supervised Graph Embeddings", "Learning Unsupervised Graph Embeddings")

    assert not may_repeat(*map(titled, pair))


def test_abstracts_that_clearly_differ_keep_equal_titles_apart():
    assert not may_repeat(titled(TITLE, OURS), titled(TITLE, OTHERS))


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"ids": ("arxiv:2606.00001",)}, {"ids": ("arxiv:2607.00002",)}),
        ({"ids": ("doi:10.1000/a",)}, {"ids": ("doi:10.1000/b",)}),
        ({"authors": ("Ada Lovelace",)}, {"authors": ("Grace Hopper",)}),
    ],
)
def test_without_abstracts_two_ids_of_a_kind_or_other_authors_keep_papers_apart(mine, theirs):
    assert not may_repeat(titled(TITLE, **mine), titled(f"{TITLE} (full version)", **theirs))
    assert may_repeat(titled(TITLE, OURS, **mine), titled(f"{TITLE} (full version)", OURS, **theirs))


def test_ids_of_two_kinds_and_a_common_author_do_not():
    one = titled(TITLE, ids=("arxiv:2606.00001",), authors=("Ada Lovelace", "Jo Ho"))
    other = titled(f"{TITLE} (preprint)", ids=("doi:10.1000/b",), authors=("Lovelace, A.",))

    assert may_repeat(one, other)


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_order_of_two_papers_does_not_matter(one, other):
    assert may_repeat(titled(one), titled(other)) == may_repeat(titled(other), titled(one))


def test_a_title_longer_than_any_is_not_compared():
    endless = "word " * (LONGEST // 5 + 1)

    assert () == clues(endless)
    assert not alike(endless, endless)


# ------------------------------------------------------------------------------------- in the state


def marked(store) -> list[tuple[str, list[str]]]:
    papers = store.papers.load(store.papers.news_numbers(0)).values()
    return [(each.slug, [repeat.slug for repeat in each.repeats]) for each in papers if each.repeats]


def put(store, name: str, *titles: str):
    return record_dump(store, dump(page(*titles), name), NOW)


def test_a_near_equal_title_of_a_later_dump_is_marked_and_stays_a_paper_of_its_own(store):
    put(store, "a.txt", TITLE, "Seabirds that sleep on the wing")
    recorded = put(store, "b.txt", TITLE.replace("Transformers", "Trasnformers"))

    assert (1, True) == (recorded.new, recorded.compared)
    assert [
        (
            "denoising-graph-trasnformers-for-protein-design",
            ["denoising-graph-transformers-for-protein-design"],
        )
    ] == marked(store)
    assert {2: 1} == store.repeats.by_dump()


def test_two_listings_of_one_dump_are_compared_too(store):
    put(store, "a.txt", TITLE, f"{TITLE} (Extended Version)")

    assert 1 == len(marked(store))


def test_a_whole_archive_is_not_compared_but_later_dumps_are_compared_with_it(store, monkeypatch):
    monkeypatch.setattr(record, "MOST_COMPARED", 2)
    bulk = put(store, "a.txt", TITLE, f"{TITLE} (Extended Version)", "Seabirds that sleep on the wing")
    before = marked(store)
    put(store, "b.txt", "Seabirds that sleep on their wing")

    assert (False, []) == (bulk.compared, before)
    assert [("seabirds-that-sleep-on-their-wing", ["seabirds-that-sleep-on-the-wing"])] == marked(store)


def test_a_title_that_grew_is_found_under_its_new_words_alone(store):
    """The index holds what the paper is called now."""
    short, whole = "Denoising Graph Transformers!", "Denoising Graph Transformers"
    put(store, "a.txt", short, "Seabirds that sleep on the wing")
    store._database.run("UPDATE paper SET title = :title WHERE id = 1", {"title": f"{whole} Explained"})
    store._database.run("INSERT INTO title_word (title_word) VALUES ('integrity-check')")

    assert 1 == store._database.value("SELECT rowid FROM title_word WHERE title_word MATCH 'explained'")


def test_a_paper_that_was_joined_is_a_repeat_of_nothing(store):
    put(store, "a.txt", TITLE)
    put(store, "b.txt", f"{TITLE} (Extended Version)")
    with store.transaction():
        store.papers._join(2, 1, store.papers.newest() + 1)

    assert [] == marked(store)
    assert None is store._database.value("SELECT rowid FROM title_word WHERE title_word MATCH 'extended'")


def test_what_was_known_before_there_were_repeats_is_compared_with(tmp_path):
    path = tmp_path / "newsletter.db"
    store = open_store(path)
    put(store, "a.txt", TITLE, "Graph Transformers and Protein Folds Denoised")
    for name in ("TABLE title_word", "TABLE title_count", "TABLE possible_repeat"):
        store._database.run(f"DROP {name}")
    for name in ("title_changes", "title_goes"):
        store._database.run(f"DROP TRIGGER {name}")
    for statement in next(each for each in MIGRATIONS if "title_word" in each).split(";\n"):
        store._database.run(statement)
    put(store, "b.txt", f"{TITLE} (Extended Version)")

    assert 1 == len(marked(store))
    store.close()


def test_hostile_titles_are_words_and_nothing_else(store):
    hostile = '"; DROP TABLE paper; -- AND OR NOT NEAR( title : ^* 100% graph denoising'
    put(store, "a.txt", hostile)
    put(store, "b.txt", hostile.replace("denoising", "denoisng"))

    assert 1 == len(marked(store))


# ------------------------------------------------------------------------------------------ for people


def test_who_runs_it_is_told_that_a_whole_archive_was_not_compared(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "MOST_COMPARED", 1)
    home = Home(tmp_path)
    home.put("2026-08-07.txt", page("Diffusion one", "Diffusion two"))
    said = home.run("2026-08-07 06:00")

    assert 0 == said.code
    assert "hint: 2026-08-07.txt brought 2 new papers; with more than" in said.err


def test_why_status_page_and_mail_tell_of_it(tmp_path):
    home = Home(tmp_path)
    home.put("2026-08-07.txt", page("Diffusion of robots that walk upstairs"))
    home.run("2026-08-07 06:00")
    home.put("2026-08-08.txt", page("Diffusion of robots that walk upstiars", date="Aug 8"))
    home.run("2026-08-08 06:00")
    newer, older = "diffusion-of-robots-that-walk-upstiars", "diffusion-of-robots-that-walk-upstairs"
    pages = {name: (tmp_path / f"out/site/papers/{name}.html").read_text() for name in (newer, older)}
    letter = next(content for name, content in home.mails().items() if "2026-08-08" in name).decode()

    assert f"possible repeat of {older}: Diffusion of robots" in home.newsletter("why", newer).out
    assert f"possibly repeated by {newer}: Diffusion of robots" in home.newsletter("why", older).out
    assert "1 new, 1 possible repeat" in home.newsletter("status").out
    assert f'Possibly the same as <a href="{older}.html">' in pages[newer]
    assert f'Possibly the same as <a href="{newer}.html">' in pages[older]
    assert "Possibly the same as" in letter
