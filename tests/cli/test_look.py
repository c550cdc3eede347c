"""The commands that only look: `why`, `preview` and `status`."""

from __future__ import annotations

import json
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from fakes import at
from home import Home, page

FIRST = page("Diffusion one", "Diffusion and robots that walk", "Cats")
SECOND = page("Diffusion two", "Diffusion one", date="Aug 8")


@pytest.fixture
def home(tmp_path) -> Home:
    """One day has passed: two mails are out."""
    home = Home(tmp_path)
    home.same_secret()
    home.put("2026-08-07.txt", FIRST)
    home.run("2026-08-07 06:00")
    return home


# ---------------------------------------------------------------------------------------------- why


@pytest.mark.parametrize("name", ["Diffusion one", "diffusion-one", "fusion on", "DIFFUSION: one!", "1"])
def test_a_paper_is_found_by_title_piece_page_and_number(home, name):
    said = home.newsletter("why", name)

    assert (0, "") == (said.code, said.err)
    assert said.out.startswith("Diffusion one\n  no id; its page is papers/diffusion-one.html\n")


def test_the_whole_way_of_a_paper_is_told(home):
    said = home.newsletter("why", "diffusion-and-robots-that-walk")

    assert "Seen on 1 list\n  2026-08-07  2026-08-07.txt, line 11\n" in said.out
    assert "ada@example.org: slot 2026-08-07, sent\n" in said.out
    assert "grace@example.org: slot 2026-W32, sent\n" in said.out


def test_the_reasons_add_up_to_the_score(home):
    lines = home.newsletter("why", "diffusion-and-robots-that-walk").out.splitlines()
    scores = [float(found[1]) for line in lines if (found := re.search(r"fits with score ([\d.]+)", line))]
    sums: list[float] = []
    for line in lines:
        if ": fits with score" in line:
            sums.append(0.0)
        elif found := re.match(r"  \+([\d.]+)  ", line):
            sums[-1] += float(found[1])

    assert len(scores) == 2
    assert min(scores) > 0
    assert pytest.approx(scores) == sums


def test_the_score_of_the_digest_is_told_and_whether_todays_would_differ(home):
    asked = ("why", "diffusion-and-robots-that-walk", "--for", "ada")
    same = home.newsletter(*asked)
    config = home.folder / "config.yaml"
    config.write_text(config.read_text().replace("denois*]", "walk]"))
    edited = home.newsletter(*asked)

    assert re.search(r"sent\n  score ([\d.]+) for Diffusion models when the digest was made\n", same.out)
    assert re.search(r"when the digest was made; today it would be [\d.]+\n", edited.out)


def test_a_paper_that_fits_nothing_says_so(home):
    said = home.newsletter("why", "Cats")

    assert "Diffusion models: no match: " in said.out
    assert "ada@example.org: not shown; it fits none of their profiles" in said.out


def test_a_question_may_be_narrowed_to_a_reader_or_a_profile(home):
    for_ada = home.newsletter("why", "Cats", "--for", "ada")
    robots = home.newsletter("why", "Cats", "--profile", "robots")

    assert "grace@example.org" not in for_ada.out
    assert "Robots: " not in for_ada.out
    assert "Robots: " in robots.out
    assert "Diffusion models: " not in robots.out


@pytest.mark.parametrize(
    ("arguments", "told", "hint"),
    [
        (("Dogs",), "no paper is known as 'Dogs'", "it was in no dump that was read"),
        (
            ("iffusion",),
            "'iffusion' names 2 papers:\n  diffusion-one: Diffusion one",
            "say which by its name",
        ),
        (("Cats", "--for", "adda"), "no subscriber or profile is called 'adda'", ""),
        (
            ("Cats", "--profile", "robot"),
            "no subscriber or profile is called 'robot'",
            "did you mean robots?",
        ),
    ],
)
def test_what_is_not_known_is_told_with_what_to_do(home, arguments, told, hint):
    said = home.newsletter("why", *arguments)

    assert (2, "") == (said.code, said.out)
    assert told in said.err
    assert hint in said.err


# ------------------------------------------------------------------------------------------- why --not


def test_what_of_the_newest_list_did_not_come_to_somebody_is_told_by_reason(home):
    said = home.newsletter("why", "--not", "ada")

    assert (0, "") == (said.code, said.err)
    assert (
        "ada@example.org was not shown 1 of 3 papers on the list of 2026-08-07\n"
        "it fits none of their profiles: 1 paper\n"
        "  cats: Cats\n"
        "newsletter why PAPER --not ada tells more of one\n"
    ) == said.out


def test_who_was_shown_all_of_it_is_told_so(home):
    home.put("2026-08-08.txt", page("Diffusion two", date="Aug 8"))
    home.run("2026-08-08 06:00")
    said = home.newsletter("why", "--not", "ada@example.org")

    assert "ada@example.org was not shown 0 of 1 paper on the list of 2026-08-08\n" == said.out


def test_why_one_paper_did_not_come_is_told_with_what_each_profile_says(home):
    said = home.newsletter("why", "Cats", "--not", "grace")

    assert said.out.startswith("Cats\ngrace@example.org: not shown; it fits none of their profiles\n")
    assert "Diffusion models: no match: " in said.out
    assert "Robots: no match: " in said.out


def test_a_paper_that_waits_for_the_next_digest_is_told_so(home):
    """It came after the week's digest went out."""
    home.put("2026-08-08.txt", SECOND)
    home.run("2026-08-08 06:00")
    said = home.newsletter("why", "--not", "grace")

    assert "it comes with their next digest: 1 paper\n  diffusion-two: Diffusion two\n" in said.out


def test_nothing_comes_to_who_has_left(home):
    home.newsletter("unsubscribe", "ada@example.org")
    said = home.newsletter("why", "--not", "ada")

    assert "nothing is sent to them (unsubscribed): " in said.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "which PAPER? Only `newsletter why --not SUBSCRIBER` goes without"),
        (("--for", "ada"), "which PAPER?"),
        (("--not", "adda"), "no subscriber or profile is called 'adda'"),
        (("--not", "emmy@example.org"), "emmy@example.org is no subscriber any more"),
        (("Dogs", "--not", "ada"), "no paper is known as 'Dogs'"),
    ],
)
def test_who_or_what_is_not_known_is_told(home, arguments, told):
    config = home.folder / "config.yaml"
    config.write_text(home.config + "  - {address: emmy@example.org, profiles: [robots]}\n")
    home.run("2026-08-07 07:00")
    config.write_text(home.config)
    said = home.newsletter("why", *arguments)

    assert (2, "") == (said.code, said.out)
    assert told in said.err


@pytest.mark.parametrize("hostile", ["%", "_", "\\", "' OR 1=1 --", "?" * 5000, "\udcff"])
def test_no_word_is_taken_for_a_pattern_or_a_statement(home, hostile):
    said = home.newsletter("why", hostile)

    assert 2 == said.code
    assert "no paper is known as" in said.err


@pytest.mark.parametrize(
    "command", [("why", "Cats"), ("why", "--not", "ada"), ("status",), ("preview", "ada")]
)
def test_before_the_first_run_there_is_nothing_to_look_at(tmp_path, command):
    home = Home(tmp_path)
    said = home.newsletter(*command)

    assert 2 == said.code
    assert "there is no state yet at" in said.err
    assert "hint: newsletter run makes it" in said.err
    assert not home.state.exists()


# ------------------------------------------------------------------------------------------ preview


def test_a_preview_is_byte_for_byte_what_is_sent(home):
    """Mail 22: of a digest that waits to go."""
    home.put("2026-08-08.txt", SECOND)
    home.run("2026-08-08 06:00", "--no-send")
    said = home.newsletter("preview", "ada@example.org")
    previewed = mail_of_ada(home, "2026-08-08", folder="preview")
    none_yet = mail_of_ada(home, "2026-08-08")
    home.run("2026-08-08 07:00")

    assert 0 == said.code
    assert said.out.rstrip().endswith(".html")
    assert none_yet is None
    assert previewed
    assert previewed == mail_of_ada(home, "2026-08-08")


def test_a_preview_of_the_next_slot_is_what_the_next_slot_brings(tmp_path):
    """Mail 22: papers that wait for tomorrow; nothing is queued yet, and still the bytes are the same."""
    home = Home(tmp_path)
    home.same_secret()
    today = datetime.now(UTC).replace(second=0, microsecond=0)
    tomorrow = (today + timedelta(days=1)).replace(hour=0, minute=30)
    home.put("first.txt", FIRST)
    home.newsletter("run", "--as-of", today.isoformat())
    home.put("second.txt", SECOND)
    home.newsletter("run", "--as-of", today.isoformat())
    before = home.query("SELECT * FROM delivery")
    home.newsletter("preview", "Ada")
    previewed = mail_of_ada(home, f"{tomorrow:%Y-%m-%d}", folder="preview")
    after = home.query("SELECT * FROM delivery")
    home.newsletter("run", "--as-of", tomorrow.isoformat())

    assert before == after
    assert previewed
    assert previewed == mail_of_ada(home, f"{tomorrow:%Y-%m-%d}")


def test_a_preview_goes_where_it_is_told(home):
    """Mail 22: to a file alone, or with its page to a folder."""
    sent = mail_of_ada(home, "2026-08-07")
    said = home.newsletter("preview", "ada", "--out", str(home.folder / "look" / "one.eml"))
    home.newsletter("preview", "ada", "--out", str(home.folder / "both"))

    assert said.out.rstrip().endswith("one.eml")
    assert sent == (home.folder / "look" / "one.eml").read_bytes()
    assert [".eml", ".html"] == sorted(path.suffix for path in (home.folder / "both").iterdir())
    assert [sent] == [path.read_bytes() for path in (home.folder / "both").glob("*.eml")]


def test_a_place_that_cannot_be_written_is_told(home):
    (home.folder / "file").write_text("in the way")
    said = home.newsletter("preview", "ada", "--out", str(home.folder / "file" / "one.eml"))

    assert 1 == said.code
    assert "name another place with --out" in said.err


def mail_of_ada(home: Home, slot: str, *, folder: str = "mail") -> bytes | None:
    found = list((home.folder / "out" / folder).glob(f"{slot}_ada*.eml"))
    return found[0].read_bytes() if found else None


def test_with_nothing_new_the_last_message_is_shown(home):
    said = home.newsletter("preview", "ada")

    assert "Nothing new waits; this is what was sent last." in said.err
    assert mail_of_ada(home, "2026-08-07") == mail_of_ada(home, "2026-08-07", folder="preview")


def test_a_profile_is_previewed_by_its_page(home):
    said = home.newsletter("preview", "robots", "--no-open")

    assert said.out.rstrip().endswith("out/site/profiles/robots/index.html")


def test_a_preview_of_nobody_is_answered_with_a_guess(home):
    said = home.newsletter("preview", "difusion")

    assert 2 == said.code
    assert "hint: did you mean diffusion?" in said.err


# ------------------------------------------------------------------------------------------- status


def test_status_tells_runs_dumps_and_deliveries(home):
    home.put("empty.txt", "")
    home.run("2026-08-07 07:00")
    said = home.newsletter("status")

    assert (0, "") == (said.code, said.err)
    assert "exit 1  1 file set aside." in said.out
    assert "exit 0  1 dump: 3 new papers." in said.out
    assert "2026-08-07.txt: 2026-08-07, 3 listings, 3 new\n" in said.out
    assert (
        "empty.txt: set aside\n    empty.txt: the file is empty\n      hint: save the page again" in said.out
    )
    assert "Deliveries: 2 sent" in said.out


def test_of_a_run_that_has_no_end_status_cannot_know_that_it_never_will(home):
    """While a relay lets it wait, somebody looks at how it is getting on."""
    with closing(home.store()) as store:
        store.runs.start(at("2026-08-07 07:00"))
    said = home.newsletter("status").out

    assert "  has not finished\n" in said


def test_status_is_there_for_programs_too(home):
    home.run("2026-08-08 06:00")
    told = json.loads(home.newsletter("status", "--json").out)

    assert {"sent": 2, "failed": 0, "deferred": 0, "uncertain": 0, "skipped": 1, "queued": 0} == told[
        "deliveries"
    ]
    assert [("ada@example.org", "2026-08-08", "skipped", "empty")] == [
        (row["address"], row["slot"], row["state"], row["reason"]) for row in told["not_sent"]
    ]
    assert [("2026-08-07.txt", "read", 3, 3)] == [
        (row["name"], row["state"], row["listed"], row["new"]) for row in told["dumps"]
    ]
    assert [0, 0] == [row["exit"] for row in told["runs"]]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_status_of_a_slot_that_is_none_says_so_and_names_the_last(home, options):
    said = home.newsletter("status", *options, "2026-99")

    assert (2, "") == (said.code, said.out)
    assert said.err == (
        "no delivery is of slot '2026-99'\n"
        "hint: the last ones are 2026-W32, 2026-08-07; newsletter status tells of all\n"
    )


def test_status_of_a_slot_names_its_deliveries(home):
    said = home.newsletter("status", "2026-W32")

    assert "2026-W32          sent  grace@example.org" in said.out
    assert "ada@example.org" not in said.out


def test_looking_changes_nothing(home):
    before = home.everything()
    for command in (("status",), ("status", "--json"), ("why", "Cats"), ("check",)):
        home.newsletter(*command)

    assert home.everything() == before
