"""Watching an inbox: a file is taken when it has come to rest, and not before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from newsletter.watch import Look, settle

REST = 2.0


def looks(*seen: tuple[float, dict[str, tuple[int, int]]], rest: float = REST) -> list[Look]:
    """One look after another: looks((0.0, {"a": (size, time)}), …)."""
    found = [Look()]
    for moment, files in seen:
        standing = [(path, size, time) for path, (size, time) in files.items()]
        found.append(settle(found[-1], standing, moment, rest))
    return found[1:]


def test_a_file_is_at_rest_when_it_stood_the_same_for_two_seconds():
    first, early, late, later = looks(*[(moment, {"a": (5, 7)}) for moment in (0.0, 1.5, 2.0, 7.0)])

    assert [{"a"}, {"a"}, set(), set()] == [look.waiting for look in (first, early, late, later)]
    assert [set(), set(), {"a"}, set()] == [look.rested for look in (first, early, late, later)]
    assert [2.0, 0.5, None, None] == [look.again for look in (first, early, late, later)]


def test_a_slow_writer_is_waited_for():
    """Eight pieces, a second and a half apart: it is ready two seconds after the last one."""
    pieces = [(n * 1.5, {"a": (n * 1000, n)}) for n in range(8)]
    *growing, last = looks(*pieces, (12.4, {"a": (7000, 7)}), (12.5, {"a": (7000, 7)}))

    assert [{"a"}] * 9 == [look.waiting for look in growing]
    assert {"a"} == last.rested


def test_a_file_that_is_written_anew_waits_anew():
    """The size alone does not tell: an editor saves as many letters as there were."""
    *_, changed, rested = looks(
        (0.0, {"a": (5, 1)}), (2.0, {"a": (5, 1)}), (9.0, {"a": (5, 2)}), (11.0, {"a": (5, 2)})
    )

    assert ({"a"}, {"a"}) == (changed.waiting, rested.rested)


def test_a_clock_of_a_file_server_that_is_hours_off_changes_nothing():
    """Its files bear times of yesterday, or of tomorrow: what counts is that they stay as they are."""
    growing = looks((0.0, {"a": (1, -(10**15))}), (3.0, {"a": (2, -(10**15))}), (5.0, {"a": (2, -(10**15))}))

    assert [{"a"}, {"a"}, set()] == [look.waiting for look in growing]


def test_a_file_that_goes_is_told_and_holds_nothing_up():
    first, second = looks((0.0, {"a": (1, 1), "b": (1, 1)}), (2.0, {"b": (1, 1)}))

    assert ({"a"}, {"b"}) == (second.gone, second.rested)
    assert {"a", "b"} == first.waiting


def test_without_a_time_to_settle_every_file_is_ready_at_once():
    (look,) = looks((0.0, {"a": (1, 1)}), rest=0.0)

    assert (set(), {"a"}) == (look.waiting, look.rested)


sights = st.dictionaries(st.sampled_from("abc"), st.tuples(st.integers(0, 2), st.integers(0, 2)))


@given(st.lists(st.tuples(st.floats(0.1, 3.0), sights), max_size=12))
def test_every_file_that_stays_comes_to_rest_exactly_once(seen):
    """However it came, and whenever one looks: once each state that lasts, and never while it changes."""
    moment, story = 0.0, []
    for pause, files in seen:
        moment += pause
        story.append((moment, files))
    last = story[-1][1] if story else {}
    found = looks(*story, (moment + REST, last), (moment + 2 * REST, last))

    for path in last:
        rests = [n for n, look in enumerate(found) if path in look.rested]
        changed = [n for n in range(1, len(story)) if story[n][1].get(path) != story[n - 1][1].get(path)]
        assert len([n for n in rests if n >= max(changed, default=0)]) == 1
        assert path not in found[-1].waiting
