"""The doctor: each check on something healthy and on something that is not, and what it all comes to."""

from __future__ import annotations

import ast
import os
import re
import sqlite3
import ssl
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes import at
from home import CONFIG, Home, page
from sink import DROP, Sink
from test_dkim import ED25519, RSA, pem, record

from newsletter.dkim import published
from newsletter.doctor import CHECKS, examine, fetching, machine, records, relay, site
from newsletter.doctor.remark import NOTE, OK, WARNING, WRONG, Patient, Remark, exit_code
from newsletter.errors import StateError
from newsletter.settings import Dkim, Email, Publish, Secret, Site, Smtp, Source
from newsletter.smtp import Greeting, Route
from newsletter.store.schema import MIGRATIONS
from newsletter.store.sources import SourceState

TLS = Path(__file__).parent / "tls"
SENDER = Email(sender_address="list@example.org", via="smtp", relays=(Smtp(host="mail.example.org"),))


@pytest.fixture
def home(tmp_path):
    """An installation after its first run."""
    home = Home(tmp_path / "home")
    home.put("2026-08-07.txt", page("Diffusion one"))
    home.run("2026-08-07 06:00")
    return home


def patient(home: Home, **fields) -> Patient:
    return Patient(config=replace(home.loaded(), **fields), now=datetime.now(UTC))


def mailing(home: Home, email: Email) -> Patient:
    return patient(home, email=email)


def levels(remarks) -> list[str]:
    return [remark.level for remark in remarks]


def only(remarks) -> Remark:
    (remark,) = remarks
    return remark


# ---------------------------------------------------------------------------------------------- as a whole


def test_a_healthy_installation_is_told_in_a_line_a_thing_and_nothing_is_written(home):
    before = home.everything()
    said = home.newsletter("doctor")
    kinds = {line.split()[0] for line in said.out.splitlines()}

    assert (0, "") == (said.code, said.err)
    assert kinds <= {OK, NOTE, WARNING}
    assert before.keys() == home.everything().keys()
    assert before == home.everything()


def test_before_the_first_run_nothing_is_wrong_and_nothing_is_made(tmp_path):
    home = Home(tmp_path / "home")
    said = home.newsletter("doctor")

    assert (0, True) == (said.code, "none yet" in said.out)
    assert not home.state.parent.exists()


def test_every_check_is_in_the_list(home):
    """A check is a function of a Patient in the doctor's folder; one that is forgotten looks at nothing."""
    folder = Path(machine.__file__).parent
    written = {
        function.name
        for path in folder.glob("*.py")
        for function in ast.parse(path.read_text()).body
        if isinstance(function, ast.FunctionDef)
        and [ast.unparse(each.annotation) for each in function.args.args if each.annotation] == ["Patient"]
    }

    assert written == {check.__name__ for _, check in CHECKS}
    assert len(CHECKS) <= len(list(examine(patient(home))))


def test_a_check_that_fails_is_a_remark_and_the_others_look_all_the_same(home):
    def failing(_: Patient):
        raise StateError("the disk is gone", hint="bring it back")

    found = list(examine(patient(home), (("database", failing), ("feeds", site.base_url))))

    assert ("the disk is gone", "bring it back", WRONG, 3) == (
        found[0].what,
        found[0].hint,
        found[0].level,
        found[0].exit_code,
    )
    assert ["database", "feeds"] == [remark.of for remark in found]


@pytest.mark.parametrize(
    ("codes", "code"),
    [([], 0), ([1], 1), ([1, 4], 4), ([4, 3, 1], 3)],
    ids=["nothing", "one", "config", "state"],
)
def test_the_exit_code_is_that_of_what_comes_first(codes, code):
    """Warnings and notes do not count."""
    others = [Remark(of="x", what="y", level=level, exit_code=3) for level in (OK, NOTE, WARNING)]

    assert code == exit_code([*others, *(Remark(of="x", what="y", level=WRONG, exit_code=c) for c in codes)])


# --------------------------------------------------------------------------------------------- the machine


def test_a_damaged_database_is_told(home):
    home.state.write_bytes(home.state.read_bytes()[:20_000])
    said = home.newsletter("doctor")

    assert 3 == said.code
    assert ["database"] == re.findall(r"^wrong +(\w+) .*put a backup in its place", said.out, re.MULTILINE)


def test_a_state_that_a_newer_program_made_is_told_and_left_alone(home):
    store = home.store()
    store._database.run(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    store.close()
    before = home.state.read_bytes()
    found = only(machine.database(patient(home)))

    assert (WRONG, 3, True) == (found.level, found.exit_code, "newer version" in found.hint)
    assert [OK] == levels(machine.clock(patient(home)))
    assert before == home.state.read_bytes()


def test_a_state_that_a_run_is_writing_is_told_and_not_wrong(home):
    with closing(sqlite3.connect(home.state, isolation_level=None)) as run:
        run.execute("BEGIN IMMEDIATE")
        sound, busy = machine.database(patient(home))

    assert (OK, NOTE) == (sound.level, busy.level)
    assert busy.what.endswith("is being written by a run")


def test_a_state_that_the_disk_does_not_let_be_written_is_told(home, monkeypatch):
    """Rights say yes on a disk that is mounted read-only: only SQLite's own word counts."""
    connect = sqlite3.connect
    monkeypatch.setattr(
        machine.sqlite3, "connect", lambda path, **how: connect(f"file:{path}?mode=ro", uri=True, **how)
    )
    remark = machine._refused(home.state)

    assert (WRONG, 3) == (remark.level, remark.exit_code)
    assert "cannot be written: attempt to write a readonly database" in remark.what


def test_the_journal_is_tried_out_and_leaves_nothing(home):
    before = sorted(home.state.parent.iterdir())
    found = only(machine.journal(patient(home)))

    assert (OK, before) == (found.level, sorted(home.state.parent.iterdir()))
    assert machine.journalled(home.folder, "DELETE")
    assert not machine.journalled(home.folder / "nowhere", "WAL")


def test_where_no_file_can_be_made_no_state_can_be(home):
    found = only(machine.journal(patient(home, state="/proc/newsletter.db")))

    assert (WRONG, 3) == (found.level, found.exit_code)


def test_an_inbox_that_is_missing_is_told(home):
    found = [r for r in machine.folders(patient(home, inbox=(str(home.folder / "gone"),))) if r.of == "inbox"]

    assert [WRONG] == levels(found)
    assert "gone" in found[0].what


@pytest.mark.parametrize(("more", "told"), [([], "1 file, all"), (["b.txt"], "2 files, all")])
def test_the_files_of_an_inbox_are_counted(tmp_path, more, told):
    home = Home(tmp_path)
    for name in ("a.txt", *more):
        home.put(name, page("Diffusion one"))
    found = only(r for r in machine.folders(patient(home)) if r.of == "inbox")

    assert found.what.startswith(told)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write anywhere")
def test_what_this_user_may_not_read_or_write_is_told(home):
    home.put("2026-08-08.txt", page("Diffusion two")).chmod(0)
    shut = home.folder / "shut"
    shut.mkdir(mode=0o500)
    found = list(machine.folders(patient(home, out=shut / "out")))

    assert {("inbox", WRONG), ("out", WRONG)} == {(remark.of, remark.level) for remark in found}


def test_a_state_that_would_be_published_through_a_link_is_told(home):
    (home.folder / "elsewhere").symlink_to(home.folder / "out")
    state = str(home.folder / "elsewhere" / "site" / "newsletter.db")

    assert [("state", 4)] == [
        (remark.of, remark.exit_code)
        for remark in machine.folders(patient(home, state=state))
        if remark.level == WRONG
    ]


@pytest.mark.parametrize(
    ("free", "state", "level"),
    [(10**7, 0, WRONG), (10**9, 10**9, WARNING), (10**9, 10**8, OK), (10**11, 10**9, OK)],
)
def test_a_disk_has_room_for_what_is_to_come(free, state, level):
    assert level == machine.room(Path("/"), free, state).level


def test_a_clock_that_went_back_is_told(home):
    early = Patient(config=home.loaded(), now=at("2024-01-01 00:00"))
    found = list(machine.clock(early))

    assert {"the program", "config.yaml", "the last run"} == {
        of for of in ("the program", "config.yaml", "the last run") for r in found if of in r.what
    }
    assert {WRONG, WARNING} == set(levels(found))
    assert [OK] == levels(machine.clock(patient(home)))


@pytest.mark.parametrize(("year", "level"), [(2026, OK), (2024, OK), (2023, WARNING), (None, OK)], ids=str)
def test_zone_data_of_long_ago_is_told(year, level):
    assert level == machine.zones_of(year, 2026, 3).level


def test_the_zones_of_this_machine_are_known(home):
    assert [OK] == levels(machine.zones(patient(home)))


# ---------------------------------------------------------------------------------------------- the site


def test_a_template_with_a_slip_is_told_with_its_line(home):
    own = home.folder / "mine" / "site"
    own.mkdir(parents=True)
    (own / "about.html").write_text("<p>\n{% if %}")
    home.edit(f"templates: mine\n{CONFIG}")
    said = home.newsletter("doctor")

    assert 4 == said.code
    assert re.search(r"^wrong +templates .*about\.html:2", said.out, re.MULTILINE)


@pytest.mark.parametrize(
    ("url", "level"),
    [
        ("", WARNING),
        ("http://localhost:8000", WARNING),
        ("https://example.org/papers", WARNING),
        ("http://papers.example", WARNING),
        ("https://papers.example", OK),
    ],
)
def test_feeds_need_an_address_that_others_can_reach(home, url, level):
    assert level == only(site.base_url(patient(home, site=Site(url=url)))).level


@pytest.mark.parametrize(
    ("after", "level", "told"),
    [
        ((), None, ""),
        (("sh", "-c", "true"), OK, "publish.after runs /"),
        (("no-such-rsync", "-a"), WRONG, "there is no program no-such-rsync"),
        ((__file__,), WRONG, "none that this user may run"),
    ],
)
def test_the_program_that_hosts_the_site_is_looked_for(home, after, level, told):
    found = list(site.publishing(patient(home, publish=Publish(after=after))))

    assert ([level] if level else []) == levels(found)
    assert all(told in remark.what for remark in found)


MOVED = {"trouble": "gone", "told": "there is nothing at its address", "failures": 2}
BUSY = {
    "trouble": "busy",
    "told": "it cannot answer now",
    "not_before": at("2026-08-07 09:00"),
    "failures": 1,
}


@pytest.mark.parametrize(
    ("hours", "fields", "level", "told"),
    [
        (1, {}, OK, "journal: last answered well 2026-08-07 05:00 UTC, no dump yet"),
        (1, {"dump": "a.xml"}, OK, "journal: last answered well 2026-08-07 05:00 UTC, last dump a.xml"),
        (23, {}, OK, "last answered well 2026-08-06 07:00"),
        (25, {}, WARNING, "journal: nobody has asked it since 2026-08-06 05:00 UTC"),
        (
            1,
            MOVED,
            WARNING,
            "journal: there is nothing at its address; it last answered well 2026-08-07 05:00",
        ),
        (1, MOVED | {"succeeded": None}, WARNING, "it has never answered well"),
        (1, BUSY, NOTE, "asked again from 2026-08-07 09:00 UTC on"),
        (None, {}, WARNING, "journal: it was never asked"),
    ],
)
def test_a_source_is_told_with_what_is_wrong(hours, fields, level, told):
    now = at("2026-08-07 06:00")
    tried = None if hours is None else now - timedelta(hours=hours)
    source = Source(name="journal", kind="feed", settings=None, every=60, into=Path("dumps"))
    state = SourceState(name="journal", **{"tried": tried, "succeeded": tried} | fields)
    said = fetching.standing(source, state, now)

    assert (level, True) == (said.level, told in said.what)
    assert bool(said.hint) == (level == WARNING)


def test_a_source_that_was_never_asked_stands_there_and_nobody_is_asked(home, monkeypatch):
    home.edit(f"{home.config}sources:\n- feed: http://127.0.0.1:9/feed\n")
    asked = only(fetching.sources(patient(home)))
    home.state.unlink()
    without_state = only(fetching.sources(patient(home)))
    monkeypatch.setattr(fetching, "find_spec", lambda _: None)
    without_extra = levels(fetching.sources(patient(home)))

    assert asked == without_state
    assert (WARNING, "feed: it was never asked") == (asked.level, asked.what)
    assert [WRONG, WARNING] == without_extra


def test_extras_are_named_with_what_they_need():
    lines = ("click>=8", "pyarrow>=17; extra == 'parquet'", 'tokenizers<1,>=0.21; extra == "semantic"')

    assert {"parquet": ["pyarrow"], "semantic": ["tokenizers"]} == site.needed(lines)


# --------------------------------------------------------------------------------------------- the relay


def relayed(home: Home, sink: Sink, **fields) -> list[Remark]:
    fields.setdefault("tls", "none")
    one = Smtp(host="127.0.0.1", port=sink.port, **fields)
    return list(relay.relays(mailing(home, replace(SENDER, relays=(one,)))))


@pytest.fixture
def tls(monkeypatch) -> ssl.SSLContext:
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "localhost.crt"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "localhost.crt", TLS / "localhost.key")
    return context


@pytest.mark.parametrize("kind", ["starttls", "implicit"])
def test_a_relay_is_asked_as_a_run_would_and_sent_nothing(home, tls, kind):
    with Sink(context=tls, implicit=kind == "implicit", extensions=("AUTH PLAIN",)) as sink:
        found = relayed(home, sink, tls=kind, user="list", password="secret")  # noqa: S106
        said = [line.split()[0] for line in sink.said]

    assert [OK, OK] == levels(found)
    assert "TLSv1.3, logged in as list" in found[0].what
    assert re.search(r"holds for \d+ days", found[1].what)
    assert {"EHLO", "AUTH", "QUIT"} <= set(said) <= {"EHLO", "STARTTLS", "AUTH", "QUIT"}
    assert "secret" not in str(found)


def test_a_relay_that_refuses_the_login_is_the_configurations_fault(home):
    with Sink(extensions=("AUTH PLAIN",)) as sink:
        sink.on("AUTH", "535 5.7.8 no")
        found = relayed(home, sink, user="list", password="wrong")  # noqa: S106

    assert [(WRONG, 4)] == [(remark.level, remark.exit_code) for remark in found]
    assert 1 == len(sink.commands("AUTH"))


def test_a_relay_without_encryption_is_told_where_it_was_to_be(home):
    with Sink() as sink:
        found = relayed(home, sink, tls="starttls")

    assert [(WRONG, 4, True)] == [(r.level, r.exit_code, "email.smtp.tls" in r.hint) for r in found]


@pytest.mark.parametrize("action", ["421 4.3.2 not now", DROP])
def test_a_relay_that_takes_nothing_now_is_told(home, action):
    with Sink() as sink:
        sink.on("CONNECT", action)
        found = relayed(home, sink)

    assert [(WRONG, 1)] == [(remark.level, remark.exit_code) for remark in found]


def test_a_relay_that_is_not_there_is_told(home):
    with Sink() as sink:
        pass

    assert [(WRONG, 1)] == [(remark.level, remark.exit_code) for remark in relayed(home, sink)]


def test_a_secret_that_is_missing_is_told_by_name(home):
    with Sink() as sink:
        found = relayed(home, sink, user="list", password=Secret(env="NO_SUCH_SECRET_HERE"))

    assert [(WRONG, 4, True)] == [(r.level, r.exit_code, "NO_SUCH_SECRET_HERE" in r.what) for r in found]
    assert 0 == sink.connections


def test_a_relay_whose_certificate_ends_soon_is_told():
    now = at("2026-08-07 06:00")
    route = Route(Smtp(host="mail.example.org"), "example.org", relay.WAITS)

    def of(days: int) -> list[str]:
        greeting = Greeting(encryption="TLSv1.3", until=now + timedelta(days=days))
        return levels(relay.remarks_of(route, greeting, now))

    assert ([WARNING], [OK]) == (of(13), of(14))


def test_mail_in_clear_to_another_machine_and_a_login_nobody_uses_are_told():
    route = Route(Smtp(host="mail.example.org", tls="none"), "example.org", relay.WAITS)
    found = relay.remarks_of(route, Greeting(logins=("plain",)), at("2026-08-07 06:00"))

    assert [WARNING, NOTE] == levels(found)


# ------------------------------------------------------------------------------------------- the records


def signing(key, monkeypatch) -> Email:
    monkeypatch.setenv("KEY", pem(key))
    return replace(SENDER, dkim=Dkim(selector="news", domain="example.org", key=Secret(env="KEY")))


def test_the_record_of_a_key_is_what_verifiers_want(monkeypatch):
    wanted = tuple(records.records(signing(RSA, monkeypatch)))

    assert ["example.org", "news._domainkey.example.org", "_dmarc.example.org"] == [r.name for r in wanted]
    assert record().decode() == wanted[1].text
    assert "v=spf1 a:mail.example.org ~all" == wanted[0].text
    assert published(pem(ED25519)).startswith("v=DKIM1; k=ed25519; p=")


def test_records_that_are_there_are_well_and_others_are_told(monkeypatch):
    wanted = tuple(records.records(signing(RSA, monkeypatch)))
    there = {each.name: (each.text,) for each in wanted}
    other = {**there, "news._domainkey.example.org": (published(pem(ED25519)),)}
    twice = {**there, "example.org": ("v=spf1 -all", "v=spf1 ~all", "something else")}

    def of(zone) -> list[str]:
        return levels(records.compared(wanted, lambda name: zone.get(name, ())))

    assert [OK, OK, OK] == of(there)
    assert [OK, WARNING, OK] == of(other)
    assert [WARNING, OK, OK] == of(twice)
    assert [WARNING, WARNING, WARNING] == of({})


def test_where_nobody_answers_the_records_are_said_and_asked_for_once():
    asked = []

    def silent(name: str) -> None:
        asked.append(name)

    found = list(records.compared(tuple(records.records(SENDER)), silent))

    assert [NOTE, NOTE, NOTE] == levels(found)
    assert ["example.org"] == asked
    assert 'set example.org TXT "v=spf1 a:mail.example.org ~all"' in found[0].hint


def test_what_a_name_server_says_cannot_write_over_the_terminal():
    hostile = "v=spf1 \x1b[2J\r" + "x" * 999
    found = next(records.compared(tuple(records.records(SENDER)), lambda _: (hostile,)))

    assert found.what.isprintable()
    assert len(found.what) < 120


def test_mail_to_files_asks_no_name_server(home):
    assert [] == list(records.dns(patient(home)))
