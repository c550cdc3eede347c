"""The rules of slots, each test with its number: a late run, a double run or a restart all give one digest."""

from datetime import date

from fakes import at
from house import House, follows, reader

from newsletter.model import Away


def ada(**fields) -> House:
    limit = fields.pop("limit", 15)
    return House(
        profiles=[follows("diffusion", "diffusion", limit=limit)],
        readers=[reader("ada", "diffusion", **fields)],
    )


def numbered(*numbers: int) -> list[str]:
    return [f"Diffusion {number}" for number in numbers]


def test_a_digest_is_made_only_when_its_slot_is_due():
    """Rule 2: its papers are fixed then, from everything recorded by then."""
    house = ada(at=8 * 60)
    early = house.day("2026-08-01 06:00", *numbered(1))
    house.day("2026-08-01 09:00", *numbered(2))

    assert (early.queued, early.waiting, early.next_slot) == (0, 1, at("2026-08-01 08:00"))
    assert house.titles("ada") == numbered(1, 2)


def test_after_a_mail_went_out_further_papers_wait_for_the_next_slot():
    """Rule 16: and the run says how many and until when."""
    house = ada()
    house.day("2026-08-01 06:00", *numbered(1))
    later = house.day("2026-08-01 07:00", *numbered(2, 3))

    assert (later.queued, later.waiting, later.next_slot) == (0, 2, at("2026-08-02 00:00"))


def test_an_empty_slot_may_still_become_a_digest_on_its_local_date():
    """Rule 16."""
    house = ada()
    house.day("2026-08-01 06:00")
    house.day("2026-08-01 18:00", *numbered(1))

    assert house.slots("ada") == [("2026-08-01", "sent")]


def test_an_empty_slot_of_yesterday_stays_empty():
    """Rule 16: a weekly reader's empty Monday is not filled on Tuesday."""
    house = ada(every="week")
    house.day("2026-08-03 06:00")
    house.day("2026-08-04 06:00", *numbered(1))
    house.day("2026-08-10 06:00")

    assert house.slots("ada") == [("2026-W32", "skipped (empty)"), ("2026-W33", "sent")]


def test_after_a_week_without_power_one_digest_comes_and_holds_more():
    """Rules 14 and 15: the latest slot is sent, the others are missed, at most three times the limit."""
    house = ada(limit=2)
    house.day("2026-08-01 06:00", *numbered(1))
    house.day("2026-08-08 06:00", *numbered(*range(2, 12)))

    assert house.slots("ada")[1:] == [(f"2026-08-{day:02}", "skipped (missed)") for day in range(2, 8)] + [
        ("2026-08-08", "sent")
    ]
    assert len(house.titles("ada")) == 6
    assert house.digest("ada").covers == 7


def test_an_absence_gives_no_mail_and_then_one_that_catches_up():
    """Rule 15: both end days included, in the reader's zone; it ends at the first slot after it."""
    house = ada(limit=1, away=(Away(first=date(2026, 8, 2), last=date(2026, 8, 3)),))
    for day in range(1, 5):
        house.day(f"2026-08-{day:02} 06:00", *numbered(day))

    assert house.slots("ada") == [
        ("2026-08-01", "sent"),
        ("2026-08-02", "skipped (away)"),
        ("2026-08-03", "skipped (away)"),
        ("2026-08-04", "sent"),
    ]
    assert house.titles("ada") == numbered(3, 4, 2)  # 2 August was a Sunday: the week before


def test_after_an_absence_of_weeks_the_digest_is_grouped_by_week():
    """Rule 15: the newest week first, within a week by score; what nobody was away for is not grouped."""
    house = ada(away=(Away(first=date(2026, 8, 2), last=date(2026, 8, 17)),))
    for day in (1, 4, 6, 12, 18):
        house.day(f"2026-08-{day:02} 06:00", *numbered(day, day + 20))
    weeks = [pick.paper.week for section in house.digest("ada").sections for pick in section.picks]
    house.days("2026-08-19 06:00", 2)
    house.day("2026-08-24 06:00", *numbered(50))

    assert [date(2026, 8, 17)] * 2 + [date(2026, 8, 10)] * 2 + [date(2026, 8, 3)] * 4 == weeks
    assert not house.digest("ada").by_week


def test_an_absence_within_a_week_needs_no_groups():
    house = ada(away=(Away(first=date(2026, 8, 4), last=date(2026, 8, 5)),))
    for day in (3, 4, 5, 6):
        house.day(f"2026-08-{day:02} 06:00", *numbered(day))

    assert (3, False) == (house.digest("ada").covers, house.digest("ada").by_week)


def test_a_slot_skipped_as_late_releases_its_papers():
    """Rule 15."""
    house = ada(at=6 * 60, max_lateness=60)
    house.day("2026-08-01 06:30", *numbered(1))
    house.day("2026-08-02 09:00", *numbered(2))
    house.day("2026-08-03 06:10")

    assert house.slots("ada")[1:] == [("2026-08-02", "skipped (late)"), ("2026-08-03", "sent")]
    assert house.titles("ada") == numbered(2)


def test_changing_the_rhythm_makes_no_past_moment_due():
    """Rule 13: from weekly to daily on a Wednesday noon; today's midnight is past."""
    house = ada(every="week")
    house.day("2026-08-03 06:00", *numbered(1))
    house.day("2026-08-05 11:45", *numbered(2))
    house.readers = [reader("ada", "diffusion")]
    house.day("2026-08-05 12:00")
    house.day("2026-08-06 00:15")

    assert house.slots("ada") == [("2026-W32", "sent"), ("2026-08-06", "sent")]


def test_changing_the_zone_sends_no_date_twice():
    """Rule 13."""
    house = ada(timezone="America/New_York")
    house.day("2026-08-01 06:00", *numbered(1))
    house.readers = [reader("ada", "diffusion", timezone="Pacific/Honolulu")]
    house.day("2026-08-01 11:00", *numbered(2))

    assert house.slots("ada") == [("2026-08-01", "sent")]


def test_a_clock_put_back_a_day_sends_nothing_again():
    house = ada()
    house.day("2026-08-02 06:00", *numbered(1))
    house.day("2026-08-01 06:00", *numbered(2))
    house.day("2026-08-03 06:00")

    assert house.slots("ada") == [("2026-08-02", "sent"), ("2026-08-03", "sent")]
    assert house.titles("ada") == numbered(2)


def test_the_date_header_is_the_later_of_the_slots_moment_and_the_newest_papers_recording():
    """Rule 19."""
    house = ada(at=8 * 60)
    house.day("2026-08-01 09:30", *numbered(1))
    house.now = at("2026-08-02 07:00")
    house.dump(*numbered(2))
    house.day("2026-08-02 09:00")

    headed = [row.headed for row in house.store.readers.deliveries()[::-1]]

    assert headed == [at("2026-08-01 09:30"), at("2026-08-02 08:00")]


def test_a_new_reader_starts_in_the_current_period():
    """Rule 13: a weekly reader met on a Wednesday gets this week's digest, not last week's too."""
    house = ada(every="week")
    house.day("2026-08-05 06:00", *numbered(1))

    assert house.slots("ada") == [("2026-W32", "sent")]


def test_a_clock_that_was_years_ahead_silences_nobody():
    """Slots go on from now; what was shown meanwhile stays shown."""
    house = ada()
    house.day("2026-08-01 06:00", *numbered(1))
    house.day("2030-01-01 06:00", *numbered(2))
    house.day("2026-08-02 06:00", *numbered(3))
    house.day("2026-08-03 06:00")

    assert house.slots("ada")[-1] == ("2030-01-01", "sent")
    assert ("2026-08-03", "sent") in house.slots("ada")
    assert house.shown("ada") == numbered(1, 2, 3)


def test_what_a_reader_wants_at_most_is_shared_and_the_rest_waits():
    """Rules 15 and 18: it waits as what a limit kept out does, and a catch-up may hold as many times that."""
    house = House(
        profiles=[follows("one", "diffusion"), follows("two", "robots")],
        readers=[reader("ada", "one", "two", at_most=2)],
    )
    house.day("2026-08-01 06:00", "Diffusion 1", "Diffusion 2", "Diffusion 3", "Robots 1")
    first = house.titles("ada"), house.digest("ada").waiting
    house.day("2026-08-04 06:00", "Robots 2", "Robots 3")

    assert (["Diffusion 1", "Robots 1"], 2) == first
    assert ["Diffusion 2", "Diffusion 3", "Robots 2", "Robots 3"] == house.titles("ada")
