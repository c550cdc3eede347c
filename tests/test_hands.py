"""Many things to do are done the same, however many processes share them."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter import hands
from newsletter.errors import PublishError
from newsletter.hands import dealt, shared


@pytest.fixture(autouse=True)
def three(monkeypatch):
    """A machine with three processors."""
    monkeypatch.setattr(hands, "_processors", lambda: 3)


def nothing() -> None:
    """No state to open."""


def squares(numbers):
    return {number: number * number for number in numbers}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 400), st.integers(1, 100))
def test_every_thing_is_done_once(count, least):
    done = shared(squares, range(count), begin=nothing, least=least)

    assert count == sum(len(share) for share in done)
    assert squares(range(count)) == {n: s for share in done for n, s in share.items()}


@given(st.integers(0, 1000), st.integers(1, 9))
def test_shares_are_of_like_size_and_keep_neighbours_together(count, hands_there):
    shares = dealt(range(count), hands_there)

    assert list(range(count)) == sorted(thing for share in shares for thing in share)
    assert max(map(len, shares)) - min(map(len, shares)) <= hands.BLOCK


def test_several_processes_do_it():
    done = shared(lambda _: os.getpid(), range(300), begin=nothing, least=100)

    assert 3 == len(set(done))
    assert os.getpid() == done[0]


def test_each_new_process_begins_by_itself():
    begun = []
    done = shared(lambda _: list(begun), range(300), begin=lambda: begun.append(os.getpid()), least=100)

    assert [] == done[0]
    assert [1, 1] == [len(each) for each in done[1:]]
    assert [] == begun


def test_a_few_things_are_done_here():
    assert [os.getpid()] == shared(lambda _: os.getpid(), range(99), begin=nothing, least=50 * 2)


def test_what_a_killed_process_leaves_is_done_here():
    here = os.getpid()

    def mortal(share):
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return sum(share)

    assert sum(range(300)) == sum(shared(mortal, range(300), begin=nothing, least=100))


def test_what_a_process_raises_is_raised_here():
    def failing(share):
        if 250 in share:
            raise PublishError("out/site/papers/250.html: cannot be written", hint="make room")
        return len(share)

    with pytest.raises(PublishError, match="250"):
        shared(failing, range(300), begin=nothing, least=100)


def test_a_failure_here_leaves_no_process_behind():
    here = os.getpid()

    def failing(share):
        if os.getpid() == here:
            raise PublishError("no", hint="no")
        signal.pause()
        return len(share)

    with pytest.raises(PublishError):
        shared(failing, range(300), begin=nothing, least=100)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
