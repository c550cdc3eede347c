"""Crossref works: lists, single works, JATS abstracts, and what is no paper."""

from __future__ import annotations

import json
from datetime import date

import pytest
from fakes import dump

from newsletter.formats import crossref
from newsletter.model import Link, ListedPaper, Problem

WORK = {
    "indexed": {"date-parts": [[2026, 2, 28]]},
    "DOI": "10.7717/PEERJ.3162",
    "type": "journal-article",
    "member": "4443",
    "title": ["The genome of\n   <i>E. chiriqhucha</i>\n  and <HYBNEXT>", "another title"],
    "abstract": "<jats:title>Abstract</jats:title><jats:sec><jats:title>Background</jats:title>\n"
    "<jats:p>We read <jats:italic>E. coli</jats:italic> &amp; more.</jats:p></jats:sec>",
    "author": [
        {"given": "Ana", "family": "Gil", "affiliation": [{"name": "UV"}]},
        {"name": "The Consortium"},
        {"given": "", "family": ""},
    ],
    "container-title": ["PeerJ"],
    "published-online": {"date-parts": [[2017, 4, 19]]},
    "issued": {"date-parts": [[None]]},
    "URL": "https://doi.org/10.7717/peerj.3162",
    "link": [{"URL": "https://peerj.com/articles/3162.pdf", "content-type": "application/pdf"}],
    "license": [{"URL": "https://creativecommons.org/licenses/by/4.0/"}],
}


def works(*items):
    return json.dumps({"status": "ok", "message-type": "work-list", "message": {"items": items}})


def read(content):
    return list(crossref.read(dump(content)))


def test_a_list_of_works_is_read_with_its_markup_undone():
    assert [
        ListedPaper(
            title="The genome of E. chiriqhucha and <HYBNEXT>",
            abstract="Background: We read E. coli & more.",
            index=1,
            authors=("Ana Gil", "The Consortium"),
            affiliations=("UV",),
            ids=("doi:10.7717/peerj.3162",),
            links=(
                Link(rel="abstract", url="https://doi.org/10.7717/peerj.3162"),
                Link(rel="pdf", url="https://peerj.com/articles/3162.pdf"),
            ),
            venue="PeerJ",
            licence="https://creativecommons.org/licenses/by/4.0/",
            published=date(2017, 4, 19),
        )
    ] == read(works(WORK))


@pytest.mark.parametrize(
    "content",
    [
        works(WORK),
        json.dumps(WORK),
        json.dumps({"status": "ok", "message-type": "work", "message": WORK}),
        json.dumps({"items": [WORK]}),
        json.dumps([WORK]),
        json.dumps(WORK) + "\n" + json.dumps(WORK),
    ],
)
def test_every_container_of_works_is_recognised_and_read(content):
    assert crossref.recognise(dump(content)) == ""
    assert {"doi:10.7717/peerj.3162"} == {key for one in read(content) for key in one.ids}


def test_journals_and_components_are_no_papers():
    found = read(works(WORK | {"type": "component"}, WORK | {"type": "journal", "title": ["PeerJ"]}, WORK))

    assert [3] == [one.index for one in found]


def test_a_doi_with_signs_of_old_is_a_key():
    sici = "10.1002/(sici)1097-461x(1998)66:4<261::aid-qua1>3.0.co;2-t"

    assert (f"doi:{sici}",) == read(works(WORK | {"DOI": sici}))[0].ids


def test_a_work_without_a_title_costs_that_work():
    found = read(works(WORK | {"title": []}, WORK))

    assert "record 1 has no title ('10.7717/PEERJ.3162')" == found[0].what
    assert found[1].title


def test_a_list_cut_in_the_middle_gives_what_was_whole():
    found = read(works(WORK, WORK)[:-60])

    assert [ListedPaper, Problem] == [type(one) for one in found]
    assert found[1].cut


@pytest.mark.parametrize("field", [*WORK, "event", "resource"])
@pytest.mark.parametrize("value", [None, 7, "text", [], [None], {}, {"a": [1]}, [["x"]], True])
def test_no_field_of_another_type_makes_it_stumble(field, value):
    assert all(isinstance(one, ListedPaper | Problem) for one in read(works(WORK | {field: value})))
