"""A digest as a letter, read by a subscriber, by Gmail and by Outlook."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date

import lxml.html
import pytest
from fakes import paper, pick, section

from newsletter import press as presses
from newsletter.mail import quoted
from newsletter.model import Digest, Link, Reason, Revised, Sighting, Trend
from newsletter.outputs import email

HOSTILE = '<script>alert(1)</script> & "q" {{ 7*7 }} {% x %}'
WEB = "https://example.org/papers/editions/2026-08-07.html"
LEAVE = "https://example.org/leave/abc"


def digest(*sections, **fields) -> Digest:
    return Digest(slot="2026-08-07", date=date(2026, 8, 7), sections=sections, **fields)


def full() -> Digest:
    """One of everything."""
    twice = (Sighting(dump="a", date=date(2026, 3, 13)), Sighting(dump="b", date=date(2026, 6, 3)))
    first = replace(paper("Denoising & planning", "We use diffusion twice.", number=1), sightings=twice)
    second = replace(
        paper(HOSTILE, HOSTILE, number=2),
        links=(Link(rel="code", url="https://github.com/a/b"), Link(rel="web", url="javascript:alert(1)")),
    )
    again, hostile = paper("Planning & denoising", number=6), paper(f"{HOSTILE} again", number=7)
    mine = replace(
        paper("Only mine", number=3), links=(Link(rel="abstract", url="https://arxiv.org/abs/2106.01345"),)
    )
    return digest(
        section(
            pick(first, also=("Planning",), alike=(again, hostile)), pick(second), reason="diffusion (2)"
        ),
        section(pick(mine, "mine"), profile="mine", private=True),
        note="Read *this* first.\n\n<script>alert(3)</script>",
        trending=(Trend(paper=paper("Back again", number=4), lists=3, votes=12),),
        revised=(Revised(paper=paper("Once more", number=5), version=2, changed=("abstract",)),),
        health=("hf-2026-08-05.txt could not be read.",),
        waiting=7,
        covers=2,
    )


def letter(of: Digest, press, **words):
    return email.letter(of, press, **{"reader_name": "Ada", "unsubscribe": LEAVE, "web_url": WEB, **words})


def many(count: int, abstract: str = "About diffusion. " * 70) -> Digest:
    return digest(
        section(*(pick(paper(f"Paper number {n}", abstract, number=n)) for n in range(1, count + 1)))
    )


def words(html: str) -> str:
    return " ".join(lxml.html.document_fromstring(html).find("body").text_content().split())


def test_the_text_part_reads_like_this(press, golden):
    golden("digest.txt", letter(full(), press).text)


def test_the_html_part_is_this(press, golden):
    golden("digest.html", letter(full(), press).html)


@pytest.mark.parametrize(
    "expected",
    [
        "3 papers for Ada",
        "Seen on 2 lists: 13 March and 3 June 2026",
        "Also fits Planning",
        f"and 2 like it: Planning & denoising, {HOSTILE} again",
        "“diffusion” in the abstract",
        "diffusion (2)",
        "7 more wait for the next digest.",
        "to catch up on 2 dates",
        "on 3 lists, 12 votes",
        "version 2: changed abstract",
        "hf-2026-08-05.txt could not be read.",
        "Unsubscribe",
    ],
)
def test_the_html_says(press, expected):
    assert expected in words(letter(full(), press).html)


def test_text_and_html_name_the_same_papers_in_the_same_order(press):
    """Mail 11."""
    made = letter(full(), press)
    titles = [h.text_content() for h in lxml.html.document_fromstring(made.html).xpath("//h3")]
    flat = " ".join(made.text.split())

    links = lxml.html.document_fromstring(made.html).xpath("//h3/a/@href")
    named = [part for title, link in zip(titles, links, strict=True) for part in (title, link)]

    assert ["Denoising & planning", HOSTILE, "Only mine"] == titles
    assert sorted(flat.index(part) for part in named) == [flat.index(part) for part in named]


def test_after_an_absence_each_week_has_its_name_over_its_papers(press):
    """Rule 15: in both halves; where nobody was away there are no names of weeks."""
    days = ("2026-08-12", "2026-08-10", "2026-08-05")
    picks = [pick(paper(f"Paper {n}", number=n, seen=day)) for n, day in enumerate(days)]
    made = letter(digest(section(*picks), by_week=True), press)
    plain = letter(digest(section(*picks)), press)
    order = ["Week of 10 August 2026", "Paper 0", "Paper 1", "Week of 3 August 2026", "Paper 2"]

    for half in (made.text, words(made.html).split("Diffusion", 1)[1]):
        places = [half.index(each) for each in order]
        assert sorted(places) == places
    assert "Week of" not in plain.text + plain.html


def test_each_title_stands_once(press):
    """Rule 12."""
    made = letter(full(), press)

    assert 1 == made.text.count("Only mine")
    assert 1 == words(made.html.partition("</div>")[2]).count("Only mine")


def test_the_text_keeps_to_78_columns_but_for_addresses(press):
    """Mail 11."""
    wide = digest(section(pick(paper("W" * 500, "x" * 5000 + " https://example.com/" + "y" * 200))))
    lines = (letter(full(), press).text + letter(wide, press).text).split("\n")

    assert [] == [line for line in lines if len(line) > 78 and "https://" not in line]


def test_the_text_ends_with_a_signature_that_says_how_to_leave(press):
    """Mail 11."""
    assert letter(full(), press).text.endswith(
        f"\n-- \nEach paper comes once, with the reason it is here.\nUnsubscribe:\n{LEAVE}\n"
    )


def test_two_readers_share_what_a_paper_looks_like_and_nothing_else(press):
    """What is rendered once for all holds no reader's words."""
    to_ada = letter(full(), press)
    to_grace = letter(full(), press, reader_name="Grace", unsubscribe="https://example.org/leave/xyz")

    assert "Ada" not in to_grace.html + to_grace.text
    assert LEAVE not in to_grace.html + to_grace.text
    assert to_ada.html.replace(LEAVE, "").replace("Ada", "Grace") == to_grace.html.replace(
        "https://example.org/leave/xyz", ""
    )


def test_a_paper_that_fits_for_other_reasons_says_those(press):
    of = paper("Denoising robots", "We use diffusion.")
    made = [letter(digest(section(pick(of, profile), profile=profile)), press) for profile in ("ha", "ho")]

    assert ["“ha” in the abstract" in one.html for one in made] == [True, False]
    assert ["“ho” in the abstract" in one.html for one in made] == [False, True]


def test_a_paper_that_was_changed_is_rendered_anew(press):
    made = [letter(digest(section(pick(paper("One", abstract)))), press) for abstract in ("Old.", "New.")]

    assert ["Old." in one.text for one in made] == [True, False]
    assert ["New." in one.html for one in made] == [False, True]


def test_that_nobody_voted_is_not_worth_a_line(press):
    def told(votes: int) -> str:
        voted = paper("Paper", sightings=(Sighting(dump="a", date=date(2026, 8, 7), votes=votes),))
        made = letter(digest(section(pick(voted))), press)
        return f"{made.text} {words(made.html)}"

    assert "vote" not in told(0)
    assert 2 == told(12).count("12 votes")


def test_a_number_is_written_in_front_of_each_title(press):
    text = letter(many(101, "Short."), press).text

    assert " 1. Paper number 1\n    https://" in text
    assert "101. Paper number 101\n    https://" in text


def test_a_private_paper_leads_to_itself_for_it_has_no_page(press):
    """Rule 23."""
    made = letter(full(), press)

    assert "papers/paper-3.html" not in made.html + made.text
    assert "https://arxiv.org/abs/2106.01345" in made.text


@pytest.mark.parametrize("count", [1, 40, 70, 200, 1000])
def test_the_html_stays_under_its_budget_and_announces_the_cut(press, count):
    """Mail 16."""
    made = letter(many(count), press)
    shown = len(lxml.html.document_fromstring(made.html).xpath("//h3"))

    assert len(made.html.encode()) <= 90_000
    assert len(quoted(made.html)) <= 90_000
    assert "About diffusion. " * 69 in words(made.html)
    assert (shown == count) or f"{count - shown:,} more papers on the page" in words(made.html)
    assert (count == 1) != ("Abstracts are shortened to fit." in words(made.html))
    assert (count == 1) != ("Abstracts are shortened to fit." in made.text)


HUGE = "扩散 " * 40_000


@pytest.mark.parametrize("site", ["press", "homeless"])
def test_no_words_of_a_dump_burst_the_budget(site, request):
    """Mail 16: every text a dump may bring is a hundred kilobytes long here."""
    link = Link(rel="abstract", url="https://example.org/" + "a" * 100_000)
    lists = tuple(Sighting(dump=f"d{n}", date=date.fromordinal(739_000 + n)) for n in range(400))
    wild = replace(
        paper(HUGE, HUGE, number=1), authors=(HUGE, "b" * 100_000), links=(link, link), sightings=lists
    )
    reason = Reason(rule="keywords", detail=HUGE, found="扩散", field="abstract")
    many_revised = tuple(Revised(paper=wild, version=2) for _ in range(1000))
    made = letter(
        digest(
            section(*(pick(replace(wild, number=n), "diffusion", reason) for n in range(30))),
            trending=(Trend(paper=wild, lists=2),) * 5,
            revised=many_revised,
        ),
        request.getfixturevalue(site),
    )

    assert len(quoted(made.html)) <= 90_000
    assert "and 975 more" in words(made.html)
    assert "Seen on 400 lists, the first of" in words(made.html)


def test_what_is_like_a_paper_is_linked_and_beyond_a_few_only_counted(press):
    many_like = tuple(paper(f"Like it {n}", number=n) for n in range(2, 10))
    made = letter(digest(section(pick(paper("First"), alike=many_like))), press)
    mine = section(pick(paper("First"), alike=many_like), private=True)

    assert "and 8 like it: Like it 2, Like it 3, Like it 4, Like it 5, Like it 6, …" in words(made.html)
    assert 'href="https://example.org/papers/papers/paper-6.html"' in made.html
    assert "And 8 like it:\n    - Like it 2\n" in made.text
    assert "papers/paper-6.html" not in letter(digest(mine), press).html


def test_a_surprise_is_labelled_in_html_and_text_and_says_why_it_is_there(press):
    votes = Reason(rule="surprise", detail="12 votes on the list of 7 August 2026")
    fish = pick(paper("Fish", number=2), "", votes)
    outside = section(
        fish, profile="", title="Outside your usual", reason="One paper that fits none of your profiles"
    )
    made = letter(digest(section(pick(paper("Diffusion"))), outside), press)
    labels = [heading.text_content() for heading in lxml.html.document_fromstring(made.html).xpath("//h2")]

    assert ["Diffusion", "Outside your usual"] == labels
    assert "One paper that fits none of your profiles" in words(made.html)
    assert "12 votes on the list of 7 August 2026" in words(made.html)
    assert "\nOUTSIDE YOUR USUAL\nOne paper that fits none of your profiles\n" in made.text
    assert "Why: 12 votes on the list of 7 August 2026" in made.text


def test_abstracts_go_before_papers_do(press):
    shown = lxml.html.document_fromstring(letter(many(70), press).html).xpath("//h3")

    assert 70 == len(shown)


def test_a_table_in_a_note_is_a_table_in_the_mail_and_keeps_its_rows_in_the_text(press):
    table = "Seen | Kept\n---- | ----\n12 | 3"
    made = letter(digest(note=f"A table:\n\n{table}\n\nAnd a line\nof words."), press)
    found = lxml.html.document_fromstring(made.html).xpath("//table[not(@role)]")

    assert [["Seen", "Kept", "12", "3"]] == [each.xpath(".//th/text()|.//td/text()") for each in found]
    assert "text-align:left" in found[0].xpath(".//td/@style")[0].replace(" ", "")
    assert f"A table:\n\n{table}\n\nAnd a line of words.\n" in made.text


def test_the_html_is_made_for_mail_programs(press):
    """Mail 17."""
    made = letter(full(), press).html
    tree = lxml.html.document_fromstring(made)
    style = "".join(tree.xpath("//style/text()"))

    assert ("en", "ltr") == (tree.get("lang"), tree.get("dir"))
    assert [("en", "ltr")] == [(each.get("lang"), each.get("dir")) for each in tree.xpath("//body/*[@lang]")]
    assert {"presentation"} == {table.get("role") for table in tree.iter("table")}
    assert words(made).startswith(f"{HOSTILE} · Only mine")
    assert "display: none" in tree.find("body")[0].get("style").replace("display:none", "display: none")
    assert [] == tree.xpath("//script|//link|//img|//base|//form")
    assert not re.search(r"data:|position:|var\(|calc\(|:first-child", made)
    assert len(style) < 16_384
    assert 1 == style.count("@media (max-width") == style.count("@media (prefers-color-scheme")
    assert [] == re.findall(r"@media[^{]*{[^{}]*@", style)
    assert ["light dark"] * 2 == tree.xpath("//meta[contains(@name, 'color-scheme')]/@content")
    assert tree.findtext(".//title")
    dark = style[style.index("prefers-color-scheme") :]
    assert all("!important" in rule for rule in re.findall(r"\w[^;{}]*:[^;{}]+;", dark))


def test_every_link_is_absolute(press):
    tree = lxml.html.document_fromstring(letter(full(), press).html)

    assert [] == [url for url in tree.xpath("//@href") if not url.startswith("https://")]


def test_hostile_words_are_inert_in_html_and_literal_in_text(press):
    """Mail 18."""
    made = letter(full(), press)

    assert "<script" not in made.html
    assert HOSTILE in " ".join(made.text.split())
    assert HOSTILE in words(made.html)
    assert "javascript:" not in made.html + made.text


def test_the_subject_counts_and_names_the_first_paper(press):
    assert "3 papers: Denoising & planning" == letter(full(), press).subject
    assert "Only one" == letter(digest(section(pick(paper("Only one")))), press).subject
    assert 70 >= len(letter(digest(section(pick(paper("word " * 1000)))), press).subject)


def test_a_quiet_day_says_so(press):
    made = letter(digest(), press)

    assert "Nothing new, 7 August 2026" == made.subject
    assert "A quiet day" in made.text
    assert "A quiet day" in words(made.html)


def test_nobody_is_greeted_by_no_name(press):
    made = letter(full(), press, reader_name="")

    assert " for Ada" not in made.text + made.html
    assert "3 papers\n" in made.text


def test_without_a_site_titles_lead_to_the_papers_themselves(homeless):
    made = letter(full(), homeless, web_url="")

    assert "https://github.com/a/b" in made.text
    assert "Read online" not in made.text + made.html


def test_the_same_digest_gives_the_same_letter(press):
    assert letter(full(), press) == letter(full(), press)


# ---------------------------------------------------------------------- what all mails have in common


def with_own(folder, press, **templates: str):
    """A press with templates of the user's own: the shipped ones, with something written after."""
    home = folder / "email"
    home.mkdir()
    for name, more in templates.items():
        (home / name.replace("_", ".")).write_text(
            (press.folders[-1] / "email" / name.replace("_", ".")).read_text(encoding="utf-8") + more,
            encoding="utf-8",
        )
    return presses.load(press.site, folder)


@pytest.mark.parametrize("name", ["", "Ada", "A <b>&amp;</b> \"x\" 'y'", "Ada\xa0\ue000leave\ue001"])
@pytest.mark.parametrize("leave", ["", LEAVE, "https://example.org/?a=b&c='d'"])
def test_what_is_filled_in_once_for_all_reads_as_if_it_were_filled_in_for_one(press, tmp_path, name, leave):
    """The same templates as a user's own are filled in for each digest."""
    one = with_own(tmp_path, press, digest_html="", digest_txt="")
    for of in (full(), digest(), many(3), many(200)):
        assert letter(of, one, reader_name=name, unsubscribe=leave) == letter(
            of, press, reader_name=name, unsubscribe=leave
        )


def test_words_like_a_stand_in_do_not_get_what_is_the_readers_own(press):
    """A link in a dump must not come by the address at which a reader leaves, nor a paper to another place."""
    hostile = "\ue000leave\ue001 \ue000name\ue001 <paper 0>"
    of = digest(
        section(pick(paper(hostile, hostile, number=1)), pick(paper("Second", number=2))),
        note="One\n\n<paper 0>\n\nTwo",
        trending=(Trend(paper=paper(hostile, number=4), lists=3),),
        health=(hostile,),
    )
    made = letter(of, press)

    assert made.html.count(LEAVE) == 1
    assert made.text.count(LEAVE) == 1
    assert words(made.html).count(hostile) == 4
    assert "\n<paper 0>\n" in made.text
    assert made.text.count("\n 2. Second") == 1


@pytest.mark.parametrize("name", ["", "Ada"])
@pytest.mark.parametrize("leave", ["", LEAVE])
@pytest.mark.parametrize("word", ["name", "leave", "preheader"])
def test_a_stand_in_for_what_a_mail_has_not_got_is_but_words(press, name, leave, word):
    """A title in a dump would stop the mail of whoever has no name in config.yaml."""
    hostile = f"\ue000{word}\ue001"
    of = digest(section(pick(paper("Only one"))), trending=(Trend(paper=paper(hostile, number=4), lists=3),))
    made = letter(of, press, reader_name=name, unsubscribe=leave)

    assert hostile in words(made.html)
    assert hostile in made.text


def test_a_template_of_ones_own_reads_each_digest(press, tmp_path):
    own = with_own(
        tmp_path,
        press,
        digest_html="{{ digest.sections[0].picks[0].paper.title | upper }} {{ words.reader_name | upper }}",
    )
    first, second = (digest(section(pick(paper(title)))) for title in ("One", "Two"))

    assert "ONE ADA" in letter(first, own).html
    assert "TWO BOB" in letter(second, own, reader_name="Bob").html


class Counting:
    """A press that counts what it fills in."""

    def __init__(self, press) -> None:
        self._press = press
        self.rendered: Counter[str] = Counter()

    def __getattr__(self, name: str):
        return getattr(self._press, name)

    def render(self, template: str, **values: object) -> str:
        self.rendered[template] += 1
        return self._press.render(template, **values)


def test_readers_of_the_like_share_what_stands_around_their_papers(press):
    counting = Counting(press)
    letter(full(), counting)
    letter(full(), counting, reader_name="Bob", unsubscribe="mailto:leave@example.org")

    assert (1, 2) == (counting.rendered["email/digest.html"], counting.rendered["email/digest.txt"])
