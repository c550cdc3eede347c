"""Reading JSON: every record by itself, whatever stands before or after it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from fakes import dump
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter import formats
from newsletter.formats._json import head_value, lines_of, made_of_lines, records
from newsletter.formats._json_scan import Scan
from newsletter.model import Problem

ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
RECORDS = st.lists(st.dictionaries(st.text(), ANY, max_size=4), max_size=6)


def read(text, *paths, **limits):
    return [record for _, record in records(replace(dump(text), **limits), *paths)]


@given(many=RECORDS, size=st.integers(1, 40), ascii_=st.booleans())
def test_the_records_of_an_array_are_what_json_says_they_are(many, size, ascii_):
    """In pieces of any size, with characters or escapes."""
    text = json.dumps(many, ensure_ascii=ascii_)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(formats, "_PIECE", size)

        assert many == read(text, "item")
        assert many == read(f'{{"a": [[]], "data": {text}, "next": 1}}', "item", "data.item")


@given(many=RECORDS.filter(len), cut=st.integers(1, 30))
def test_a_cut_array_gives_its_whole_records_and_one_problem(many, cut):
    text = json.dumps(many)
    found = read(text[: max(1, len(text) - cut)], "item")

    assert many[: len(found) - 1] == found[:-1]
    assert found[-1].cut


def test_a_broken_record_costs_that_record():
    first, broken, last = read('[{"a": 1}, {"b": }, {"c": 3}]', "item")

    assert ({"a": 1}, {"c": 3}) == (first, last)
    assert "record 2 is broken" in broken.what


def test_the_first_path_that_leads_to_an_object_holds():
    text = '{"meta": {"x": {}}, "results": [{"a": 1}], "data": [{"b": 2}]}'

    assert [{"a": 1}] == read(text, "data.item.x", "results.item", "data.item")
    assert [{"x": {}}] == read(text, "meta")
    assert [{"a": 1}, {"b": 2}] == read(text, "*.item")


def test_a_document_may_be_the_record_itself():
    assert [{"a": {"b": 1}}] == read('{"a": {"b": 1}}', "")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('[{"a": NaN}]', {"a": None}),
        ('[{"a": 1e999}]', {"a": None}),
        ('[{"a": %s}]' % ("9" * 10_000), {"a": None}),
        ('[{"a": "half \\ud800 pair"}]', {"a": "half ? pair"}),
        ('[{"a": 1, "a": 2}]', {"a": 2}),
        (b'[{"a": "caf\xe9"}]', {"a": "café"}),
        (b'\xef\xbb\xbf[{"a": "x"}]', {"a": "x"}),
        ('[{"a": "x"}]'.encode("utf-16"), {"a": "x"}),
        ('[{"a": "x"}]'.encode("utf-16-le"), {"a": "x"}),
        ('[{"a": "\x01"}]', {"a": "\x01"}),
    ],
)
def test_what_the_standard_forbids_is_read_as_well_as_it_can_be(text, value):
    assert [value] == read(text, "item")


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 100_000, '[{"a":' + "[" * 100_000])
def test_hostile_nesting_is_refused(text):
    (problem,) = read(text, "item", "a.a")

    assert "nests deeper than 200 levels" in problem.what


def test_a_record_without_an_end_is_refused(monkeypatch):
    monkeypatch.setattr(formats, "_PIECE", 100)
    first, problem = read('[{"a": 1}, {"b": "' + "x" * 5000, "item", line_bytes=1000)

    assert {"a": 1} == first
    assert "more than 1,000 bytes" in problem.what
    assert "raise limits.line_bytes" in problem.hint


@pytest.mark.parametrize(("depth", "kept"), [(3, False), (4, True)])
def test_how_deep_a_document_may_nest_is_for_the_config_to_say(depth, kept):
    """[{"a": {"b": [1]}}] has four levels; a record on a line of its own has one less."""
    record = {"a": {"b": [1]}}
    (listed,) = read(json.dumps([record]), "item", depth=depth)
    ((_, lined),) = lines_of(replace(dump(json.dumps(record)), depth=depth - 1))

    assert [kept, kept] == [found == record for found in (listed, lined)]
    assert kept or ["raise limits.depth"] * 2 == [problem.hint[-33:-15] for problem in (listed, lined)]


def test_a_line_over_the_limit_costs_itself():
    long = json.dumps({"b": "x" * 100})
    first, problem, last = (
        found for _, found in lines_of(replace(dump(f'{{"a": 1}}\n{long}\n{{"c": 2}}'), line_bytes=99))
    )

    assert ({"a": 1}, {"c": 2}) == (first, last)
    assert ("dump.txt:2: a line that is longer than 99 bytes", 2) == (str(problem), problem.line)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_have_their_numbers_and_a_bad_one_costs_itself(end):
    found = list(lines_of(dump(end.join(['{"a": 1}', "", "no json", '{"b": 2}', '{"c":']))))

    assert [1, 3, 4, 5] == [number for number, _ in found]
    assert [{"a": 1}, {"b": 2}] == [value for _, value in found if isinstance(value, dict)]
    assert [(3, False), (5, True)] == [(v.line, v.cut) for _, v in found if isinstance(v, Problem)]


def test_objects_may_take_several_lines_each():
    """As jq writes them; two on one line are a broken line all the same."""
    text = "\n".join(json.dumps({"n": number}, indent=1) for number in range(3))
    usual = made_of_lines(dump(text), lambda one, _: one["n"], lambda one, _: one["n"])

    assert [(1, {"n": 0}), (2, {"n": 1}), (3, {"n": 2})] == list(lines_of(dump(text)))
    assert [0, 1, 2] == list(usual)
    assert all(isinstance(one, Problem) for _, one in lines_of(dump('{"n": 0}{"n": 1}')))


def test_a_comma_behind_an_object_is_no_fault():
    """Lines cut out of an array have one."""
    assert [{"a": 1}, {"b": 2}] == [one for _, one in lines_of(dump('{"a": 1},\n{"b": 2} , \n'))]


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ('[{"a": 1}, {"b"', ("array", {"a": 1})),
        ('[{"a": 1, "b": [1, {"c": "unfin', ("array", {"a": 1, "b": [1, {}]})),
        ('{"a": 1}\n{"b": 2}', ("lines", {"a": 1})),
        ('{"a": 1}', ("object", {"a": 1})),
        ('{"a": {"b": [{"c": 1}, {"d', ("object", {"a": {"b": [{"c": 1}, {}]}})),
        ('[{"a": }, {"b": 1}]', ("array", {"b": 1})),
        ("[]", ("array", {})),
        ("no json", ("", {})),
        ("", ("", {})),
    ],
)
def test_the_head_tells_what_is_complete_in_it(text, head):
    assert head == head_value(dump(text))


@given(st.binary(max_size=200))
def test_nothing_makes_the_readers_stumble(content):
    one = dump(b"[" + content)

    assert isinstance(head_value(one), tuple)
    assert all(isinstance(v, dict | Problem) for _, v in (*records(one, "item", ""), *lines_of(one)))


@given(
    st.lists(st.sampled_from([b"\xef\xbb\xbf", b"\xff", b"\xc3", b"\xa9", b"\xe2\x82\xac", b"a"])),
    st.integers(1, 5),
)
def test_text_comes_as_utf8_however_it_is_cut(parts, size):
    """What is UTF-8 already is handed on as it stands; faults become Western European."""
    content = b"a".join([b"", *parts])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(formats, "_PIECE", size)
        pieces = list(formats.utf8(dump(content)))

    assert content.decode("utf-8-sig", "newsletter.western") == b"".join(pieces).decode()
    assert all(piece == piece.decode().encode() for piece in pieces)


def number_of(record, line):
    """What a format makes of a usual record."""
    return line, record["a"]


def told(record, line):
    """What it makes of any."""
    return line, str(record)


def test_what_is_made_of_lines_depends_on_whether_they_are_usual():
    one = dump('{"a": 1}\n[2]\n\n{"b": 3}\n{"a": 4}\n{"a":')
    found = list(made_of_lines(one, number_of, told))

    assert [(1, 1), (4, "{'b': 3}"), (5, 4)] == [each for each in found if isinstance(each, tuple)]
    assert [(2, False), (6, True)] == [(each.line, each.cut) for each in found if isinstance(each, Problem)]


def test_what_is_made_of_a_line_over_the_limit_is_not_kept():
    one = replace(dump('{"a": "%s"}\n{"a": 2}' % ("x" * 99)), line_bytes=50)
    problem, kept = made_of_lines(one, number_of, told)

    assert "longer than 50 bytes" in problem.what
    assert (2, 2) == kept


def test_a_format_that_looks_no_deeper_reads_lines_of_any_depth():
    one = replace(dump('{"a":[[[]]]}\n'), depth=2)

    assert [(1, [[[]]])] == list(made_of_lines(one, number_of, told))


@given(pieces=st.lists(st.sampled_from(['{"a":1}', "\n", "\r\n", "{", "}", " ", "é", "\0"])))
def test_lines_are_the_same_however_the_file_comes_in_pieces(pieces):
    content = "".join(pieces).encode()
    with pytest.MonkeyPatch.context() as patch:
        whole = list(lines_of(dump(content)))
        patch.setattr(formats, "_PIECE", 2)

        assert list(lines_of(dump(content))) == whole


# ------------------------------------------------------------------------------------------- damage

WORDS = st.text('ab {}[]",:\\é', max_size=8)
"""Texts made of little but brackets and quotation marks can defy any guess, one in ten thousand: hence the law below
takes the same examples each time."""
PAPERS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.integers(0, 99),
            "title": WORDS,
            "authors": st.lists(st.fixed_dictionaries({"name": WORDS, "id": st.integers(0, 9)}), max_size=3),
            "abstract": WORDS,
            "tags": st.lists(WORDS, max_size=3),
            "links": st.fixed_dictionaries({"pdf": WORDS, "code": st.none() | WORDS}),
        }
    ),
    min_size=5,
    max_size=9,
).map(lambda many: [{**each, "number": number} for number, each in enumerate(many)])
DAMAGE = st.sampled_from(["drop", "flip", "insert"])


@settings(max_examples=200, derandomize=True)
@given(
    many=PAPERS,
    form=st.tuples(st.sampled_from(["item", "data.item"]), st.sampled_from([None, 1])),
    damage=st.tuples(DAMAGE, st.floats(0, 1), st.sampled_from('{}[]",:\\x0')),
    size=st.sampled_from([23, 400, 1 << 18]),
)
def test_one_damaged_record_costs_at_most_its_neighbour_too(many, form, damage, size):
    """Whatever byte of a record in the middle is dropped, flipped or put in; what is missing is told."""
    (path, indent), (how, where, sign) = form, damage
    before, hurt, after = (json.dumps(part, indent=indent) for part in (many[:2], many[2], many[3:]))
    at = round(where * (len(hurt) - 1))
    hurt = hurt[:at] + ("" if how == "drop" else sign) + hurt[at + (how != "insert") :]
    text = f"{before[:-1]}, {hurt}, {after[1:]}"
    text = text if path == "item" else f'{{"info": {{"n": 1}}, "data": {text}, "next": [{{"n": 2}}]}}'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(formats, "_PIECE", size)
        found = read(text, path)
    whole = [each for each in found if isinstance(each, dict) and each in many]
    told = [each for each in found if isinstance(each, Problem)]

    assert len(many) - 2 <= len(whole)
    assert whole == [each for each in many if each in whole]
    assert told or len(many) - 1 <= len([each for each in found if isinstance(each, dict)])
    assert [] == [each for each in told if each.cut]


def test_what_was_skipped_is_told_with_its_line():
    many = [{"title": f"Paper {number}", "abstract": "x", "tags": ["a"]} for number in range(6)]
    text = json.dumps(many, indent=1).replace('Paper 2"', "Paper 2", 1)
    found = read(text, "item")
    (problem,) = (each for each in found if isinstance(each, Problem))

    assert [0, 1, 3, 4, 5] == [int(each["title"][-1]) for each in found if isinstance(each, dict)]
    assert ("dump.txt:16: record 3 has no end, and was skipped", 16) == (str(problem)[:49], problem.line)
    assert "undamaged copy" in problem.hint


def test_a_lost_end_costs_one_record_in_a_file_of_any_size():
    """The records after it are found before all of the file is read."""
    many = [{"title": f"Paper {number}", "abstract": "x" * 3000, "tags": ["a"]} for number in range(2000)]
    parts = [json.dumps(each) for each in many]
    parts[2] = parts[2][:-1]
    found = read(f"[{', '.join(parts)}]", "item", line_bytes=3 * 1024**2)

    assert [*many[:2], *many[3:]] == [each for each in found if isinstance(each, dict)]
    assert ["record 3 has no end"] == [each.what[:19] for each in found if isinstance(each, Problem)]


def test_a_record_behind_a_comma_that_stands_where_documents_do_is_met_once():
    """A bracket was lost before them: it was looked for, and found, at the same place for ever."""
    many = '{"config": {"title": "T"}}, "items": [{]"title": "A"}, {"title": "B", "x": {"title": "C"}}]}'
    heads = [head_value(dump(many[:cut])) for cut in range(len(many))]

    assert all(kind in ("", "lines", "object") for kind, _ in heads)
    assert len(read(many, "")) < len(many)


@pytest.mark.parametrize(
    "hostile", ['{"a": 1, "b": 2}, {"a":' * 20_000, '{"' * 100_000, '[{"a":1,"b":2}],' * 20_000]
)
def test_a_search_for_the_next_record_takes_no_time_worth_telling(hostile):
    """Work is bounded by looks at the text, however a file is made; this test would not end otherwise."""
    found = read(f'[{{"a": 1, "b": 2}}, {hostile}', "item")

    assert {"a": 1, "b": 2} == found[0]


class Counting(Scan):
    """A scan that counts the bytes it looks at."""

    looked_at = 0

    def _scan(self, text, start):
        self.looked_at += len(text) - start
        return (yield from super()._scan(text, start))


@pytest.mark.parametrize(
    "record", [{"title": "Long", "abstract": "long " * 40_000}, {"title": [["n"]] * 20_000}]
)
def test_a_record_that_comes_in_many_pieces_is_looked_at_only_a_few_times(record):
    """16 MB, which come in 64 pieces, were once looked at 64 times."""
    text = json.dumps([{"title": "Short"}, record, {"title": "Last"}]).encode()
    scan = Counting("", (("item",),))
    pieces = [text[place : place + 100] for place in range(0, len(text), 100)]

    found = [value for piece in pieces for _, value in scan.take(piece)] + [value for _, value in scan.end()]

    assert [{"title": "Short"}, record, {"title": "Last"}] == found
    assert scan.looked_at < 4 * len(text)
