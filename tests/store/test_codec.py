"""Values written as JSON come back as they were, whatever they hold."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.model import (
    Digest,
    Letter,
    Link,
    ListedPaper,
    Match,
    Paper,
    Pick,
    Problem,
    Reason,
    Revised,
    Section,
    Sighting,
    Trend,
)
from newsletter.store import codec

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
count = st.integers(0, 9)
some_count = st.none() | count
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
texts = st.lists(text, max_size=2).map(tuple)


def tuples(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(values, max_size=2).map(tuple)


problems = st.builds(Problem, dump=text, what=text, line=some_count, hint=text, cut=st.booleans())
links = tuples(st.builds(Link, rel=text, url=text))
reasons = tuples(st.builds(Reason, rule=text, detail=text, score=st.floats(0, 9), found=text, field=text))
sightings = st.builds(Sighting, dump=text, date=days, line=some_count, votes=some_count, stars=some_count)
common = {
    "title": text,
    "abstract": text,
    "authors": texts,
    "ids": texts,
    "links": links,
    "categories": texts,
    "venue": text,
    "version": some_count,
    "published": st.none() | days,
}
listings = st.builds(ListedPaper, line=some_count, kind=text, votes=some_count, **common)
papers = st.builds(
    Paper,
    number=count,
    slug=text,
    recorded=st.none() | moments,
    revised=st.none() | moments,
    sightings=tuples(sightings),
    **common,
)
matches = st.builds(Match, paper=count, profile=text, score=st.floats(0, 9), reasons=reasons)
picks = tuples(
    st.builds(Pick, paper=papers, match=matches, also=texts, backlog=st.booleans(), alike=tuples(papers))
)
sections = st.builds(
    Section, profile=text, title=text, picks=picks, more=picks, reason=text, private=st.booleans()
)
digests = st.builds(
    Digest,
    slot=text,
    date=days,
    sections=tuples(sections),
    note=text,
    trending=tuples(st.builds(Trend, paper=papers, lists=count, votes=some_count)),
    revised=tuples(st.builds(Revised, paper=papers, version=some_count, changed=texts)),
    health=texts,
    waiting=count,
    covers=count,
)
letters = st.builds(Letter, subject=text, text=text, html=text)


@pytest.mark.parametrize(
    ("kind", "values"),
    [(Digest, digests), (ListedPaper, listings), (Letter, letters), (tuple[Problem, ...], tuples(problems))],
    ids=["digest", "listing", "letter", "problems"],
)
def test_a_value_comes_back_as_it_was(kind, values):
    @settings(max_examples=60)
    @given(values)
    def law(value):
        again = codec.loads(kind, codec.dumps(value))

        assert value == again
        assert types_of(value) == types_of(again)

    law()


@given(letters)
def test_a_packed_letter_comes_back_as_it_was(letter):
    assert letter == codec.unpack(codec.pack(letter))


def types_of(value: object) -> object:
    """The types all the way down: 1 == 1.0 and (1,) is not [1], but a value has to be of its type."""
    if is_dataclass(value):
        return type(value), [types_of(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, tuple | list):
        return type(value), [types_of(inner) for inner in value]
    return type(value)


def test_defaults_are_left_out():
    assert '{"title":"A"}' == codec.dumps(ListedPaper(title="A"))


def test_a_field_that_a_later_version_added_gets_its_default_and_one_it_dropped_is_ignored():
    """A digest that waits to go survives an upgrade and a step back."""
    assert ListedPaper(title="A") == codec.loads(ListedPaper, '{"title":"A","colour":"blue"}')


def test_a_digest_of_before_papers_were_texts_is_read_all_the_same():
    old = '{"paper":{"number":1,"slug":"a","title":"A"},"lists":2}'

    assert Trend(paper=Paper(number=1, slug="a", title="A"), lists=2) == codec.loads(Trend, old)


def test_so_is_one_of_before_matches_were():
    paper = Paper(number=1, slug="a", title="A")
    match = Match(paper=1, profile="p", score=2.0, reasons=(Reason(rule="keywords", detail="d"),))
    old = (
        '{"paper":{"number":1,"slug":"a","title":"A"},"match":{"paper":1,"profile":"p","score":2.0,'
        '"reasons":[{"rule":"keywords","detail":"d"}]}}'
    )

    assert Pick(paper=paper, match=match) == codec.loads(Pick, old)
