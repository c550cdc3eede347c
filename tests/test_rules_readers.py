"""The rules of news per reader, each test with its number: who is shown what, once."""

from dataclasses import replace
from datetime import date

from fakes import at, listed
from house import House, follows, keywords, mute, reader
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.model import Rule
from newsletter.rules import load


def ada(**fields) -> House:
    """One daily reader of one profile."""
    limit = fields.pop("limit", 15)
    return House(
        profiles=[follows("diffusion", "diffusion", limit=limit)],
        readers=[reader("ada", "diffusion", **fields)],
    )


def numbered(*numbers: int) -> list[str]:
    return [f"Diffusion {number}" for number in numbers]


def test_a_second_run_is_a_no_op():
    """Rule 6: new for a reader is what was not yet shown to them."""
    house = ada()
    house.day("2026-08-01 06:00", *numbered(1, 2))

    again = house.round("2026-08-01 06:01")

    assert again.queued == 0
    assert house.slots("ada") == [("2026-08-01", "sent")]


def test_the_same_page_again_is_no_news():
    house = ada()
    house.day("2026-08-01 06:00", *numbered(1, 2))
    house.day("2026-08-02 06:00", *numbered(1, 2))

    assert house.slots("ada") == [("2026-08-01", "sent"), ("2026-08-02", "skipped (empty)")]


def test_papers_recorded_in_a_run_that_died_before_its_round_reach_the_new_reader():
    """Rule 8: a subscription covers the papers of the run that first sees it."""
    house = ada()
    house.now = at("2026-08-01 05:00")
    house.dump(*numbered(1))

    house.day("2026-08-01 06:00", *numbered(2))

    assert house.titles("ada") == numbered(1, 2)


def test_a_reader_who_comes_later_is_not_sent_the_past():
    """Rule 8: a subscription begins at a paper's sequence number."""
    house = ada()
    house.day("2026-08-01 06:00", *numbered(1))
    house.readers.append(reader("grace", "diffusion"))
    house.day("2026-08-02 06:00", *numbered(2))

    assert house.shown("grace") == numbered(2)
    assert house.shown("ada") == numbered(1, 2)


def test_a_profile_added_to_a_reader_begins_then():
    """Rule 8."""
    house = House(
        profiles=[follows("diffusion", "diffusion"), follows("robots", "robots")],
        readers=[reader("ada", "diffusion")],
    )
    house.day("2026-08-01 06:00", "Robots 1", "Diffusion 1")
    house.edit(profiles=("diffusion", "robots"))
    house.day("2026-08-02 06:00", "Robots 2", "Diffusion 2")

    assert house.shown("ada") == ["Diffusion 1", "Robots 2", "Diffusion 2"]


def test_a_weekly_reader_gets_the_whole_week_whatever_others_got():
    """Rule 6: the diff is per reader; a daily reader of the same profile takes nothing away."""
    house = ada()
    house.readers.append(reader("grace", "diffusion", every="week"))
    house.day("2026-08-03 06:00", *numbered(1))  # a Monday
    for day in range(4, 10):
        house.day(f"2026-08-{day:02} 06:00", *numbered(day))
    house.day("2026-08-10 06:00")

    assert house.titles("grace") == numbered(4, 5, 6, 7, 8, 9)


def test_a_paper_that_fits_two_profiles_is_shown_once_naming_both():
    """Rule 19: it stands under its best-scoring profile; ties go by the order of the config."""
    house = House(
        profiles=[follows("one", "diffusion"), follows("two", "diffusion", rules=(keywords("robots"),))],
        readers=[reader("ada", "one", "two")],
    )
    house.day("2026-08-01 06:00", "Diffusion for robots", "Diffusion alone")

    sections = {s.title: [(p.paper.title, p.also) for p in s.picks] for s in house.digest("ada").sections}

    assert sections == {"One": [("Diffusion alone", ("Two",))], "Two": [("Diffusion for robots", ("One",))]}


def test_a_paper_goes_under_its_second_profile_when_the_first_has_no_room():
    """Rule 19."""
    house = House(
        profiles=[
            follows("one", "diffusion", rules=(keywords("neural"),), limit=1),
            follows("two", "diffusion"),
        ],
        readers=[reader("ada", "one", "two")],
    )
    house.day("2026-08-01 06:00", "Neural diffusion A", "Neural diffusion B")

    sections = {s.title: [p.paper.title for p in s.picks] for s in house.digest("ada").sections}

    assert sections == {"One": ["Neural diffusion A"], "Two": ["Neural diffusion B"]}


def test_what_has_no_room_waits_and_is_counted():
    """Rules 17 and 18: new papers first, then the backlog by score; the backlog causes no digest."""
    house = ada(limit=2)
    house.day("2026-08-01 06:00", *numbered(1, 2, 3, 4, 5))
    waiting = house.digest("ada").waiting
    house.day("2026-08-02 06:00")
    house.day("2026-08-03 06:00", *numbered(6))

    assert waiting == 3
    assert house.slots("ada") == [
        ("2026-08-01", "sent"),
        ("2026-08-02", "skipped (empty)"),
        ("2026-08-03", "sent"),
    ]
    assert house.titles("ada") == numbered(6, 3)


def test_the_fresh_backlog_comes_before_the_old_whatever_they_score():
    """Rule 17: new papers first; of those that wait, the ones that fewer digests passed over."""
    house = ada(limit=1)
    house.profiles = [follows("diffusion", "diffusion", rules=(keywords("neural", "robots"),), limit=1)]
    house.day("2026-08-01 06:00", "Diffusion neural robots A", "Diffusion neural B")
    house.day("2026-08-02 06:00", "Diffusion neural robots C", "Diffusion D")
    house.profiles = [replace(house.profiles[0], limit=2)]
    house.day("2026-08-03 06:00", "Diffusion neural robots E")

    assert ["Diffusion neural robots E", "Diffusion D"] == house.titles("ada")


def test_a_followed_author_comes_first_even_from_the_backlog():
    people = Rule(name="authors", settings=load("authors").Settings(any=("Ada Lovelace",)))
    house = House(
        profiles=[follows("diffusion", "diffusion", rules=(people,), limit=1)],
        readers=[reader("ada", "diffusion")],
    )
    house.day(
        "2026-08-01 06:00",
        listed("Diffusion A", authors=("Ada Lovelace",)),
        listed("On engines", authors=("Ada Lovelace",)),
    )
    house.day("2026-08-02 06:00", "Diffusion diffusion B")

    assert ["On engines"] == house.titles("ada")
    assert "Diffusion diffusion B" not in house.shown("ada")


def test_a_near_repeat_counts_as_shown_and_is_released_with_what_it_was_told_with():
    """Rules 6 and 7."""
    text = " ".join(f"word{letter}{other}" for letter in "abcdefgh" for other in "abcdefgh")
    house = ada(limit=1)
    house.now = at("2026-08-01 06:00")
    house.dump(listed("Diffusion in few steps", text), listed("Few steps of diffusion", text))
    house.round("2026-08-01 06:00")
    (pick,) = house.digest("ada").sections[0].picks
    told = [pick.paper.title, *(each.title for each in pick.alike)]
    both = ["Diffusion in few steps", "Few steps of diffusion"]
    house.store.readers.fail(house.store.readers.deliveries()[0].id, "no", house.now)
    freed = house.shown("ada")
    house.day("2026-08-02 06:00")

    assert both == told
    assert [] == freed
    assert both == house.shown("ada")
    assert 0 == house.digest("ada").waiting


def test_the_backlog_grows_stale_after_fresh_but_never_before_one_more_slot():
    """Rule 18: at least one more slot is guaranteed, however far away it is."""
    house = ada(limit=1)
    house.options = {"fresh_days": 3}
    house.day("2026-08-01 06:00", *numbered(1, 2))
    house.days("2026-08-02 06:00", 8)
    house.day("2026-08-10 06:00", *numbered(3))  # nine days later, 2 is passed over a second time
    waiting = [row.passes for row in house.store.readers.backlog(house.reader_id("ada"))]
    house.day("2026-08-11 06:00", *numbered(4))

    assert waiting == [2]
    assert house.store.readers.backlog(house.reader_id("ada")) == ()
    assert house.shown("ada") == numbered(1, 3, 4)


def test_an_edited_profile_counts_for_what_earlier_slots_did_not_cover():
    """Rule 10: it brings nothing in that was passed by, and takes out of the backlog what it mutes."""
    house = ada(limit=1)
    house.day("2026-08-01 06:00", "Diffusion A", "Diffusion of molecules", "Robots A")
    house.profiles = [follows("diffusion", "diffusion", "robots", rules=(mute("molecules"),), limit=5)]
    house.day("2026-08-02 06:00", "Robots B")

    assert house.titles("ada") == ["Robots B"]
    assert house.store.readers.backlog(house.reader_id("ada"))[0].paper == 2


def test_a_backlog_paper_comes_only_through_a_profile_it_waited_under():
    """Rule 10: an edit never brings a backlog paper in."""
    house = House(
        profiles=[follows("one", "diffusion", limit=1), follows("two", "robots")],
        readers=[reader("ada", "one", "two")],
    )
    house.day("2026-08-01 06:00", "Diffusion A", "Diffusion B")
    house.profiles = [follows("one", "nothing"), follows("two", "robots", "diffusion")]
    house.day("2026-08-02 06:00", "Robots")

    assert house.titles("ada") == ["Robots"]


def test_papers_that_still_await_a_slot_are_matched_again_when_the_rules_change():
    """Rule 10: a weekly reader's waiting papers follow the edited profile."""
    house = House(profiles=[follows("one", "robots")], readers=[reader("ada", "one", every="week")])
    house.day("2026-08-03 06:00", "Robots")
    house.day("2026-08-05 06:00", "Diffusion A")
    house.profiles = [follows("one", "diffusion")]
    house.day("2026-08-10 06:00")

    assert house.titles("ada") == ["Diffusion A"]


def test_matches_of_rules_that_are_no_more_go_and_the_rules_may_come_back():
    """Rule 10: a match belongs to the hash of the rules; what waits is matched again under any."""
    house = House(
        profiles=[follows("one", "diffusion", limit=1)],
        readers=[reader("ada", "one"), reader("grace", "one", every="week")],
    )
    before = house.profiles
    house.day("2026-08-03 06:00", "Diffusion A", "Diffusion B")
    house.profiles = [follows("one", "cats")]
    house.day("2026-08-04 06:00", "Cats")
    under = {
        name
        for (name,) in house.store._database.tuples("SELECT rules FROM match UNION SELECT rules FROM judged")
    }
    house.profiles = before
    house.day("2026-08-05 06:00", "Diffusion C")
    house.day("2026-08-06 06:00", "Diffusion D")

    assert {follows("one", "cats").rules_hash} == under
    assert ["Diffusion A", "Cats", "Diffusion C", "Diffusion D"] == house.shown("ada")


def test_a_revision_is_told_once_and_only_to_readers_who_were_shown_the_paper():
    """Rule 11: one line, outside the limit, and it causes no digest."""
    house = ada(limit=1)
    key = ("arxiv:2606.00001",)
    house.day("2026-08-01 06:00", listed("Diffusion A", ids=key, version=1))
    house.readers.append(reader("grace", "diffusion"))
    house.day("2026-08-02 06:00", listed("Diffusion A, mended", ids=key, version=2, kind="replaced"))
    house.day("2026-08-03 06:00", "Diffusion B")

    told = [(r.paper.title, r.version, r.changed) for r in house.digest("ada").revised]
    others = house.digest("grace").revised
    house.day("2026-08-04 06:00", "Diffusion C")

    assert told == [("Diffusion A, mended", 2, ("title",))]
    assert others == ()
    assert house.slots("ada")[1] == ("2026-08-02", "skipped (empty)")
    assert house.digest("ada").revised == ()


def test_the_trending_block_names_what_this_reader_has_not_seen_obeys_mutes_and_counts_as_shown():
    """Rule 12."""
    house = House(
        profiles=[follows("diffusion", "diffusion", rules=(mute("cats"),))],
        readers=[reader("ada", "diffusion")],
    )
    house.day("2026-08-01 06:00", "Diffusion A", "Robots", "Cats")
    house.day("2026-08-02 06:00", "Diffusion A", "Robots", "Cats", "Diffusion B")

    block = [(trend.paper.title, trend.lists) for trend in house.digest("ada").trending]
    house.day("2026-08-03 06:00", "Robots", "Diffusion C")

    assert block == [("Robots", 2)]
    assert house.digest("ada").trending == ()
    assert "Robots" in house.shown("ada")


def test_the_trending_block_holds_five_titles():
    """Rule 12."""
    house = ada()
    robots = [f"Robots {number}" for number in range(8)]
    house.day("2026-08-01 06:00", *robots)
    house.day("2026-08-02 06:00", *robots, "Diffusion")

    assert [trend.paper.title for trend in house.digest("ada").trending] == robots[:5]


def test_a_trending_paper_from_the_backlog_goes_into_the_body_before_the_rest():
    """Rule 12: it is not named in the block."""
    house = ada(limit=2)
    house.day("2026-08-01 06:00", *numbered(1, 2, 3, 4))
    house.day("2026-08-02 06:00", *numbered(4, 5))

    assert house.titles("ada") == numbered(5, 4)
    assert house.digest("ada").trending == ()


def test_a_failed_delivery_releases_its_papers_to_the_next_digest():
    """Rule 7: as if they had never been passed over."""
    house = ada(limit=1)
    house.now = at("2026-08-01 06:00")
    house.dump(*numbered(1, 2))
    house.round("2026-08-01 06:00")
    delivery = house.store.readers.deliveries(states=("queued",))[0]
    house.store.readers.fail(delivery.id, "550 no such mailbox", house.now)

    house.day("2026-08-02 06:00")

    assert house.slots("ada") == [("2026-08-01", "failed (550 no such mailbox)"), ("2026-08-02", "sent")]
    assert house.titles("ada") == numbered(1)


def test_released_papers_cause_one_digest_not_one_each_day():
    """Rule 17: a released paper that again finds no room waits like any other."""
    house = ada(limit=1)
    house.now = at("2026-08-01 06:00")
    house.dump(*numbered(1))
    house.round("2026-08-01 06:00")
    house.store.readers.fail(house.store.readers.deliveries()[0].id, "no", house.now)
    house.day("2026-08-02 06:00", "Diffusion diffusion 2", "Diffusion neural 3")
    first = house.titles("ada")
    house.days("2026-08-03 06:00", 3)

    assert len(first) == 1
    assert [state for _, state in house.slots("ada")[2:]] == ["skipped (empty)"] * 3


def test_an_unsent_digest_joins_the_next_one():
    """Rule 14: a reader has at most one open digest; a superseded one's papers join the new one."""
    house = ada()
    house.now = at("2026-08-01 06:00")
    house.dump(*numbered(1))
    house.round("2026-08-01 06:00")
    house.now = at("2026-08-02 06:00")
    house.dump(*numbered(2))
    house.round("2026-08-02 06:00")

    assert house.slots("ada") == [("2026-08-01", "skipped (superseded)"), ("2026-08-02", "queued")]
    assert house.titles("ada") == numbered(1, 2)
    assert house.digest("ada").covers == 2


def test_a_digest_in_sending_or_in_doubt_is_never_touched():
    """Rule 14."""
    for state in ("sending", "uncertain"):
        house = ada()
        house.now = at("2026-08-01 06:00")
        house.dump(*numbered(1))
        house.round("2026-08-01 06:00")
        house.store._database.run("UPDATE delivery SET state = :state", {"state": state})
        house.day("2026-08-02 06:00", *numbered(2))

        assert house.slots("ada")[0] == ("2026-08-01", state)
        assert house.titles("ada") == numbered(2)


def test_a_removed_reader_keeps_the_ledger_and_resumes_within_fresh():
    """Rule 9."""
    house = ada()
    house.day("2026-08-01 06:00", *numbered(1))
    kept, house.readers = house.readers, []
    house.day("2026-08-02 06:00", *numbered(2))
    house.readers = kept
    house.day("2026-08-03 06:00", *numbered(3))

    assert house.titles("ada") == numbered(2, 3)


def test_a_reader_who_comes_back_late_begins_anew():
    """Rule 9."""
    house = ada()
    house.day("2026-08-01 06:00", *numbered(1))
    kept, house.readers = house.readers, []
    house.day("2026-08-02 06:00", *numbered(2))
    house.readers = kept
    house.day("2026-09-03 06:00", *numbered(1, 3))

    assert house.titles("ada") == numbered(3)


def test_removal_turns_unsent_digests_into_skipped():
    """Rule 9."""
    house = ada()
    house.now = at("2026-08-01 06:00")
    house.dump(*numbered(1))
    house.round("2026-08-01 06:00")
    house.readers = []
    house.round("2026-08-01 07:00")

    assert house.slots("ada") == [("2026-08-01", "skipped (removed)")]


def test_formerly_carries_the_ledger_to_a_new_address():
    """Rule 9."""
    house = ada()
    house.day("2026-08-01 06:00", *numbered(1))
    house.readers = [replace(reader("countess", "diffusion"), formerly="ada@example.org")]
    house.day("2026-08-02 06:00", *numbered(1, 2))

    assert house.titles("countess") == numbered(2)
    assert house.slots("countess") == [("2026-08-01", "sent"), ("2026-08-02", "sent")]


def test_a_silent_paper_is_never_mailed():
    """Rule 25: a backfill mails none of its papers ever, in no block."""
    house = ada()
    house.now = at("2026-08-01 05:00")
    house.dump(*numbered(1), day="2026-01-01", silent=True)
    house.round("2026-08-01 05:00", backfill=True)
    house.day("2026-08-01 06:00", *numbered(1, 2))

    assert house.titles("ada") == numbered(2)
    assert house.digest("ada").trending == ()


def test_the_editors_note_of_the_day_stands_on_top():
    house = ada()
    house.notes = {date(2026, 8, 1): "Welcome.", date(2026, 8, 2): "Tomorrow's."}
    house.day("2026-08-01 06:00", *numbered(1))

    assert house.digest("ada").note == "Welcome."


def test_the_health_line_tells_of_a_dump_once():
    house = ada()
    house.now = at("2026-08-01 06:00")
    house.dump(*numbered(1))
    house.store._database.run(
        'UPDATE dump SET state = \'quarantined\', problems = \'[{"dump":"x","what":"it is empty"}]\''
    )
    house.day("2026-08-01 06:00")
    first = house.digest("ada").health
    house.day("2026-08-02 06:00", *numbered(2))

    assert first == ("dump-1.txt could not be read: it is empty",)
    assert house.digest("ada").health == ()


def test_a_suppressed_reader_gets_no_digest_and_what_was_left_out_once_mail_may_go_again():
    house = ada()
    house.day("2026-08-01 06:00", *numbered(1))
    house.store.suppressions.put("ada@example.org", "550 no such user", house.now)
    quiet = house.day("2026-08-02 06:00", *numbered(2))
    house.store.suppressions.lift("ada@example.org")
    house.day("2026-08-03 06:00", *numbered(3))

    assert (0, {"suppressed": 1}) == (quiet.queued, quiet.skipped)
    assert ("2026-08-02", "skipped (suppressed)") == house.slots("ada")[1]
    assert numbered(2, 3) == sorted(house.titles("ada"))


def test_a_waiting_digest_of_an_address_that_is_suppressed_goes_with_its_papers_to_the_next_one():
    house = ada()
    house.now = at("2026-08-01 06:00")
    house.dump(*numbered(1))
    house.round("2026-08-01 06:00")
    house.store.suppressions.put("ada@example.org", "550 no such user", house.now)
    house.round("2026-08-02 06:00")
    house.store.suppressions.lift("ada@example.org")
    house.round("2026-08-03 06:00")

    assert ["skipped (superseded)", "skipped (suppressed)", "queued"] == [
        state for _, state in house.slots("ada")
    ]
    assert numbered(1) == house.titles("ada")


days = st.lists(st.lists(st.integers(0, 12), max_size=5), min_size=1, max_size=8)


@settings(max_examples=60)
@given(days, st.integers(1, 4), st.sets(st.integers(0, 7)))
def test_every_reader_gets_every_matching_paper_once(pages, limit, undelivered):
    """The law: whatever the pages, the limits and the days on which mail fails, nothing comes twice, and what
    matches is shown, waits, or grew stale.
    """
    house = House(
        profiles=[follows("one", "diffusion", limit=limit), follows("two", "neural", limit=limit)],
        readers=[reader("ada", "one", "two"), reader("grace", "one", every="week")],
    )
    counts: dict[tuple[str, str], int] = {}
    for place, page in enumerate(pages):
        house.now = at(f"2026-08-{place + 1:02} 06:00")
        house.dump(*(f"Neural diffusion {number}" for number in page))
        house.round(house.now)
        for delivery in house.store.readers.deliveries(states=("queued",)):
            if place in undelivered:
                house.store.readers.fail(delivery.id, "no", house.now)
                continue
            digest = house.store.readers.digest(delivery.id)
            house.store.readers.sent(delivery.id, house.now)
            for title in [p.paper.title for s in digest.sections for p in s.picks]:
                counts[delivery.folded, title] = counts.get((delivery.folded, title), 0) + 1

    assert set(counts.values()) <= {1}
    for name in ("ada", "grace"):
        row = house.reader_id(name)
        waiting = {w.paper for w in house.store.readers.backlog(row)}
        shown = house.store.readers.shown(row, house.store.papers.news_numbers(0))
        above = min(s.covered for s in house.store.readers.subscriptions(row))
        ahead = set(house.store.papers.news_numbers(above))
        assert waiting | shown | ahead == set(house.store.papers.news_numbers(0))
