"""What config.yaml may say, what it may not, and how a mistake is told."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from newsletter import config, config_values, config_words, rules, where
from newsletter.config_settings import names_of, settings_model
from newsletter.errors import ConfigError
from newsletter.model import Away, Rhythm
from newsletter.settings import Secret, Smtp

HERE = Path(__file__).parent
PROFILE = "profiles:\n- name: diffusion\n  rules:\n  - keywords: [diffusion]\n"
READER = PROFILE + "subscribers:\n- address: ada@example.org\n  profiles: [diffusion]\n"


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes config.yaml and what stands beside it, and goes there: `write("…", **{"profiles/a.yaml": "…"})`."""
    monkeypatch.chdir(tmp_path)

    def put(text: str | bytes, **others: str) -> Path:
        for name, content in {"config.yaml": text, **others}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Path("config.yaml")

    return put


def told(path: Path) -> list[str]:
    """The mistakes of a configuration, as people read them."""
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    return [str(mistake) for mistake in caught.value.mistakes]


# ------------------------------------------------------------------------------------------- the example


def test_the_shipped_example_is_valid():
    shipped = config.load(HERE.parent / "config.yaml")

    assert shipped.warnings == ()
    assert len(shipped.subscribers) == 3
    assert sum(profile.private for profile in shipped.profiles) == 1


def test_the_shipped_example_has_a_reader_who_gets_mail_at_any_hour():
    shipped = config.load(HERE.parent / "config.yaml")

    assert Rhythm(every="day", on=None, at=0, timezone="Europe/Paris") in [
        s.rhythm for s in shipped.subscribers
    ]


def test_the_least_config_has_every_default(write, tmp_path):
    least = config.load(write(PROFILE))

    assert least.inbox == (str(tmp_path / "dumps"),)
    assert least.state == str(tmp_path / "state/newsletter.db")
    assert least.out == tmp_path / "out"
    assert (least.notes, least.templates, least.subscribers) == (None, None, ())
    assert (least.fresh_days, least.trending_lists) == (14, 2)
    assert [profile.title for profile in least.profiles] == ["Diffusion"]


# -------------------------------------------------------------------------------------- words stay words


def test_words_that_yaml_would_turn_into_something_else_stay_words(write):
    text = """
site: {language: EN, title: 1e3, description: no}
profiles:
- name: yes
  title: on
  rules:
  - keywords: [off, 2026-12-20, 0x1F, 17:30]
subscribers:
- address: 1e3@example.org
  name: No
  profiles: yes
  every: week
  on: monday
  at: 17:30
  away:
  - 2026-12-20/2027-01-03
  - 2027-02-01
"""

    made = config.load(write(text))

    assert (made.site.language, made.site.title, made.site.description) == ("EN", "1e3", "no")
    assert (made.profiles[0].name, made.profiles[0].title) == ("yes", "on")
    assert made.profiles[0].rules[0].settings.any == ("off", "2026-12-20", "0x1F", "17:30")
    reader = made.subscribers[0]
    assert (reader.address, reader.name, reader.rhythm.on, reader.rhythm.at) == (
        "1e3@example.org",
        "No",
        0,
        1050,
    )
    assert reader.away == (
        Away(first=date(2026, 12, 20), last=date(2027, 1, 3)),
        Away(first=date(2027, 2, 1), last=date(2027, 2, 1)),
    )


@pytest.mark.parametrize(
    ("keys", "rhythm"),
    [
        ("", Rhythm()),
        ("every: weekday\n  at: 7:05", Rhythm(every="weekday", at=425)),
        ("every: week", Rhythm(every="week", on=0)),
        ("every: week\n  on: Sun", Rhythm(every="week", on=6)),
        ("every: month\n  timezone: Asia/Tokyo", Rhythm(every="month", on=1, timezone="Asia/Tokyo")),
        ("every: month\n  on: 31", Rhythm(every="month", on=31)),
        ("every: 30 7  * * 1-5", Rhythm(every="30 7 * * 1-5")),
    ],
)
def test_a_rhythm_is_read(write, keys, rhythm):
    assert config.load(write(f"{READER}  {keys}\n")).subscribers[0].rhythm == rhythm


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        ("list@example.org", ("", "list@example.org")),
        ("Reading list <List@Example.org>", ("Reading list", "List@example.org")),
        ("'\"Doe, Jane\" <jane@example.org>'", ("Doe, Jane", "jane@example.org")),
        ("Doe, Jane <jane@example.org>", ("Doe, Jane", "jane@example.org")),
        ('\'"say \\"hi\\"" <a@example.org>\'', ('say "hi"', "a@example.org")),
        ("📚 Papers <a@bücher.example>", ("📚 Papers", "a@xn--bcher-kva.example")),
    ],
)
def test_a_sender_is_a_name_and_an_address(write, written, sender):
    email = config.load(write(f"{PROFILE}email:\n  from: {written}\n")).email

    assert (email.sender_name, email.sender_address) == sender


def test_units_are_read(write):
    text = READER + (
        "  max_lateness: 6h\nfresh: 2w\nlimits: {dump_bytes: 64M, line_bytes: 65536, depth: 50}\n"
        "email: {smtp: {rate: 30/m, password: {file: secret.txt}}}\n"
    )

    made = config.load(write(text))

    assert (made.subscribers[0].max_lateness, made.fresh_days) == (360, 14)
    assert (made.limits.dump_bytes, made.limits.line_bytes, made.limits.depth) == (64 * 1024**2, 65536, 50)
    (relay,) = made.email.relays
    assert relay.rate == 0.5
    assert relay.password == Secret(file=made.path.parent / "secret.txt")


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("rsync -a ./ 'me@example.org:my papers/'", ("rsync", "-a", "./", "me@example.org:my papers/")),
        ("[rsync, -a, ./, 'me@example.org:my papers/']", ("rsync", "-a", "./", "me@example.org:my papers/")),
        ("sh -c 'one && two; three'", ("sh", "-c", "one && two; three")),
        ("printf '|'", ("printf", "|")),
        ("[grep, '|', 5]", ("grep", "|", "5")),
        ("bin/publish ./here", ("{folder}/bin/publish", "./here")),
    ],
)
def test_a_command_is_read_as_words(write, tmp_path, written, command):
    after = config.load(write(f"{PROFILE}publish:\n  after: {written}\n")).publish.after

    assert tuple(word.format(folder=tmp_path) for word in command) == after


def test_a_relay_may_have_another_behind_it(write):
    text = READER + (
        "email:\n  via: smtp\n  bounces: bounce@Example.org\n  verp: true\n  smtp:\n"
        "    - {host: a.example.org, port: 465, tls: implicit}\n"
        "    - {host: b.example.org, ehlo: news.example.org, messages_per_connection: 20}\n"
    )

    email = config.load(write(text)).email

    assert (email.via, email.bounces, email.verp) == ("smtp", "bounce@example.org", True)
    assert email.relays == (
        Smtp(host="a.example.org", port=465, tls="implicit"),
        Smtp(host="b.example.org", ehlo="news.example.org", messages_per_connection=20),
    )


def test_anchors_aliases_and_merge_keys_work(write):
    text = """
profiles:
- &base {name: a, limit: 3, rules: &rules [keywords: [x]]}
- {<<: *base, name: b}
- {name: c, rules: *rules}
"""

    a, b, c = config.load(write(text)).profiles

    assert (b.name, b.limit) == ("b", 3)
    assert a.rules_hash == b.rules_hash == c.rules_hash


# ------------------------------------------------------------------------------------- own interests


def test_a_readers_own_rules_make_a_private_profile_that_does_not_tell_the_address(write):
    text = (
        PROFILE
        + "subscribers:\n- {address: Ada+Papers@Example.org, limit: 5, rules: [keywords: [symmetry]]}\n"
    )

    made = config.load(write(text))
    own, reader = made.profiles[-1], made.subscribers[0]

    assert (reader.address, reader.reader) == ("Ada+Papers@example.org", "ada+papers@example.org")
    assert reader.profiles == (own.name,)
    assert (own.name, own.private, own.limit, own.title) == ("own-80766c4c1e", True, 5, "Your own interests")


@given(st.permutations(["any: [a b, c]", "weight: 2", "none: []"]), st.booleans())
def test_the_rules_hash_is_of_what_rules_mean_not_of_how_they_are_written(tmp_path_factory, keys, flow):
    """Key order, flow or block style, 2 or 2.0 make no difference."""
    path = tmp_path_factory.mktemp("config") / "config.yaml"
    long = "{" + ", ".join(keys) + "}" if flow else "\n      " + "\n      ".join(keys)
    path.write_text(
        f"profiles:\n- name: x\n  rules:\n  - keywords: {long.replace('2', '2.0') if flow else long}\n"
    )

    hashes = {profile.rules_hash for profile in config.load(path).profiles}

    assert hashes == {config_values.rules_hash([rule("keywords", any=("a b", "c"), weight=2.0)], 0.0)}


def rule(name: str, **settings) -> config.Rule:
    return config.Rule(name=name, settings=rules.load(name).Settings(**settings))


def test_the_rules_hash_changes_with_rules_their_order_weight_and_threshold(write):
    a, b = rule("keywords", any=("a",)), rule("mute", any=("b",))
    variants = [
        ((a, b), 0.0),
        ((b, a), 0.0),
        ((a,), 0.0),
        ((a,), 1.0),
        ((rule("keywords", any=("a",), weight=2.0),), 0),
    ]

    assert len({config_values.rules_hash(listed, threshold) for listed, threshold in variants}) == len(
        variants
    )


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("authors: Jonathan Ho", "authors: {any: [Jonathan Ho]}"),
        ("keywords: [a, b]", "keywords: {any: [a, b], weight: 1}"),
        ("query: 2026", "query: {query: '2026'}"),
        ("mute: [protein*]", "mute: {any: [protein*]}"),
    ],
)
def test_a_short_form_means_its_long_form(write, short, long):
    text = f"profiles:\n- name: short\n  rules:\n  - {short}\n- name: long\n  rules:\n  - {long}\n"

    one, other = config.load(write(text)).profiles

    assert one.rules == other.rules
    assert one.rules_hash == other.rules_hash


# ------------------------------------------------------------------------------------------- mistakes


def test_all_mistakes_are_told_at_once(write, golden):
    text = """\
site:
  titel: Reading list
  timezone: Europe/Pariss
profiles:
  - name: Score Matching
    limit: 0
    rules:
      - keyword: [diffusion]
      - keywords: 5
subscribers:
  - address: ada@example
    profiles: [difusion]
    every: week
    on: mondya
    at: 25:00
"""

    golden("config_mistakes.txt", "\n".join(told(write(text))) + "\n")


def test_five_mistakes_in_five_places_are_five_lines(write, golden):
    text = """\
profiles:
  - name: diffusion
    treshold: 1
    rules:
      - query: '(diffusion AND score'
subscribers:
  - address: ada@example.org
    profiles: [diffusion, difusion]
    at: 7.30
  - address: ADA@example.org
    profiles: [diffusion]
"""

    golden("config_five_mistakes.txt", "\n".join(told(write(text))) + "\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "config.yaml:1:1: the file holds nothing"),
        ("# only a comment\n", "config.yaml:1:1: the file holds nothing"),
        ("- a\n- b\n", "config.yaml:1:1: expected keys such as `profiles:`, got a list"),
        ("just words", "config.yaml:1:1: expected keys such as `profiles:`, got a text"),
        ("site: {}\n", "config.yaml:1:1: there is no profile: nobody would get anything (newsletter init shows some)"),
        (
            "site:\n\ttitle: x\n",
            "config.yaml:2:1: this is not YAML: a tab stands where spaces belong (indent with spaces, not tabs)",
        ),
        ("a: b\n---\nc: d\n", "config.yaml:2:1: a second document begins (take the line `---` away)"),
        ("a: \x07", "config.yaml:1:4: the character U+0007 may not stand in YAML (take it out)"),
        (b"site:\n  title: caf\xe9\n", "config.yaml:2:13: the byte 0xE9 is not UTF-8 (save the file as UTF-8)"),
        ("[" * 100_000, "config.yaml:1:51: lists and mappings nest deeper than 50"),
        ("a: &a [*a]", "config.yaml:1:8: *a stands inside itself"),
        ("a: *b", "config.yaml:1:4: nothing above is marked &b"),
        (READER.replace("[diffusion]\nsub", "5\nsub"), "config.yaml:4:15: keywords: expected a list of words, got a number"),
        (READER + "limits: [1]\n", "config.yaml:8:9: limits: expected a mapping of keys, got a list"),
        (READER + "inbox: {a: b}\n", "config.yaml:8:8: inbox: expected a list of words, got a mapping of keys"),
        (
            READER + "site: {title: a}\nsite: {title: b}\n",
            "config.yaml:9:1: the key `site` stands twice (first on line 8)",
        ),
        (READER + "site: {timezone: Europe/Pariss}\n", "config.yaml:8:18: timezone: there is no time zone `Europe/Pariss` (did you mean `Europe/Paris`?)"),
        (READER + "site: {url: example.org}\n", "config.yaml:8:13: url: `example.org` is no address of a site (it begins with https://)"),
        (READER + "sites: {}\n", "config.yaml:8:1: unknown key `sites` (did you mean `site`?)"),
        (READER + "outputs: [site, rrs]\n", "config.yaml:8:17: outputs: there is no output `rrs` (did you mean rss?)"),
        (READER + "state: postgresql://db/x\n", "config.yaml:8:8: state: a state on PostgreSQL is not supported yet in this version (the path of a file, as state/newsletter.db)"),
        (READER + "state: out/site/x.db\n", "config.yaml:8:8: the state would stand inside out/, which may be published (another folder)"),
        (READER + "inbox: [dumps, 'https://x.org/rss']\n", "config.yaml:8:16: `https://x.org/rss` is an address, and no folder (sources: [feed: ADDRESS])"),
    (READER + "inbox: [dumps, out/in/*.txt]\n", "config.yaml:8:16: the inbox would stand inside out/, which is written anew (another folder)"),
        (READER + "templates: mine\n", "config.yaml:8:12: there is no folder `mine` (make it, or take the key away)"),
        (READER + "email: {via: smpt}\n", "config.yaml:8:14: via: `smpt` is none of the words that may stand here (did you mean `smtp`?)"),
        (READER + "email: {smtp: [{port: 25}, {prot: 25}]}\n", "config.yaml:8:29: unknown key `prot` (did you mean `port`?)"),
        (READER + "email: {smtp: mail.example.org}\n", "config.yaml:8:15: smtp: expected a mapping of keys, or a list of them, got `mail.example.org`"),
        (READER + "email: {smtp: {ehlo: a b}}\n", "config.yaml:8:22: ehlo: `a b` is no name of a machine (such as mail.example.org)"),
        (READER + "email: {from: list}\n", "config.yaml:8:15: from: `list` is no e-mail address (it needs an @ and a domain, as in ada@example.org)"),
        (READER + 'email: {from: "a\\r\\nBcc: x <a@example.org>"}\n', "config.yaml:8:15: from: a line break or control character (U+000D) may not stand here (take it out)"),
        (READER + "email: {unsubscribe: [leave@example.org]}\n", "config.yaml:8:23: unsubscribe: `leave@example.org` is no way to unsubscribe (mailto:leave@example.org)"),
        (READER + f"email: {{unsubscribe: 'https://example.org/{'a' * 5000}'}}\n", "config.yaml:8:22: unsubscribe: an address of 5,020 characters fits into no mail (at most 900)"),
        (READER + f"email: {{unsubscribe: 'mailto:a@example.org?subject={'é' * 500}'}}\n", "config.yaml:8:22: unsubscribe: an address of 3,029 characters fits into no mail (at most 900)"),
        (READER + "email: {unsubscribe: 'http://example.org'}\n", "config.yaml:8:22: unsubscribe: `http://example.org` is no way to unsubscribe (https://, for mail programs follow no other without asking (RFC 8058))"),
        (READER + "email: {smtp: {port: 0, rate: 5}}\n", "config.yaml:8:22: port: must be at least 1"),
        (READER + "email: {smtp: {password: {env: A, file: B}}}\n", "config.yaml:8:26: password: a secret is named in one of two ways ({env: NAME} or {file: PATH})"),
        (READER + "fresh: 14\n", "config.yaml:8:8: fresh: `14` is no length of time (a number and a letter: 90m, 6h, 2d)"),
        (READER + "  every: daily\n", "config.yaml:8:10: every: `daily` is no cadence: day, weekday, week, month or a cron line of five fields (did you mean `day`?)"),
        (READER + "  every: 61 7 * * *\n", "config.yaml:8:10: every: `61 7 * * *` is no cron line: bad minute (minute hour day-of-month month day-of-week, as in 30 7 * * 1-5)"),
        (READER + "  every: 0 7 30 2 *\n", "config.yaml:8:10: every: `0 7 30 2 *` is no cron line: bad day-of-month (minute hour day-of-month month day-of-week, as in 30 7 * * 1-5)"),
        (READER + "  every: 0 7 * * *\n  at: 07:00\n", "config.yaml:9:7: at: a cron line names its own time (take `at` away)"),
        (READER + "  on: monday\n", "config.yaml:8:7: on: `on` belongs to every: week and every: month (take it away, or change `every`)"),
        (READER + "  every: month\n  on: 32\n", "config.yaml:9:7: on: `32` is no day of a month (a number from 1 to 31)"),
        (READER + "  away: [2027-01-03/2026-12-20]\n", "config.yaml:8:10: away: `2027-01-03/2026-12-20` ends before it begins (2026-12-20/2027-01-03?)"),
        (READER + "  away: [2026-02-30]\n", "config.yaml:8:10: away: `2026-02-30` is no date (2026-12-20, or 2026-12-20/2027-01-03 for a range)"),
        (READER + "  limit: 3\n", "config.yaml:8:3: `limit` goes with a subscriber's own `rules` (a profile has its own; take it away here)"),
        (READER + "  surprise: perhaps\n", "config.yaml:8:13: surprise: expected true or false, got `perhaps`"),
        (READER + "  at_most: 0\n", "config.yaml:8:12: at_most: must be at least 1"),
        (READER + "diversity: 2\n", "config.yaml:8:12: diversity: must be at most 1"),
        (READER + "publish: {after: rsync -a ./ host:dir && echo done}\n", "config.yaml:8:18: after: `&&` is for a shell, and none reads this (name it: sh -c 'one && two')"),
        (READER + "publish: {after: 'rsync \"a'}\n", "config.yaml:8:18: after: a quotation mark is not closed (close it, or write a list of words)"),
        (READER + "publish: {after: []}\n", "config.yaml:8:18: after: there is no command in this list (such as [rsync, -a, ./, HOST:DIR/])"),
        (READER + "publish: {after: {run: x}}\n", "config.yaml:8:18: after: expected a command: a text, or a list of words, got a mapping of keys"),
        (READER + "publish: {after: \"'' x\"}\n", "config.yaml:8:18: after: the command has no name (such as rsync -a ./ HOST:DIR/)"),
        (READER + "publish: {after: ls, timeout: 10}\n", "config.yaml:8:31: timeout: `10` is no length of time (a number and a letter: 90m, 6h, 2d)"),
        (READER + "- {address: b@example.org}\n", "config.yaml:8:3: this subscriber has no interests (give profiles, rules or both)"),
        (READER + "- {name: Bob, profiles: [diffusion]}\n", "config.yaml:8:3: the key `address` is missing"),
        (READER + "- {address: a b@example.org, profiles: [diffusion]}\n", "config.yaml:8:13: address: `a b@example.org` is no e-mail address (the email address contains invalid characters before the @-sign: SPACE)"),
        (READER + "- {address: Ada@EXAMPLE.org, profiles: [diffusion]}\n", "config.yaml:8:13: the subscriber `ada@example.org` stands twice (take one away, or put both together)"),
        (PROFILE + "- {name: diffusion, rules: [keywords: [x]]}\n", "config.yaml:5:10: the profile `diffusion` stands twice (take one away, or put both together)"),
        (PROFILE + "- {name: État d'art, rules: [keywords: [x]]}\n", "config.yaml:5:10: name: `État d'art` cannot be a name: it takes small letters, digits and hyphens, at most 60 (such as `etat-d-art`; what people read goes into `title`)"),
        (PROFILE + "- {name: b, limit: 1001, rules: [keywords: [x]]}\n", "config.yaml:5:20: limit: must be at most 1000"),
        (PROFILE + "- {name: b, threshold: -1, rules: [keywords: [x]]}\n", "config.yaml:5:24: threshold: must be at least 0"),
        (PROFILE + "- {name: b, threshold: nan, rules: [keywords: [x]]}\n", "config.yaml:5:24: threshold: expected a number, got `nan`"),
        (PROFILE + "- {name: b, limit: many, rules: [keywords: [x]]}\n", "config.yaml:5:20: limit: expected a whole number, got `many`"),
        (PROFILE + "- {name: b}\n", "config.yaml:5:3: the key `rules` is missing"),
        (PROFILE + "- {name: b, rules: []}\n", "config.yaml:5:20: rules: there is none (such as - keywords: [diffusion])"),
        (PROFILE + "- {name: b, rules: {keywords: [x]}}\n", "config.yaml:5:20: rules: expected a list of rules, got a mapping of keys (a dash before each rule: - keywords: [diffusion])"),
        (PROFILE + "- {name: b, rules: [keywords]}\n", "config.yaml:5:21: rules: expected a rule with its settings, got a word (such as - keywords: [diffusion])"),
        (PROFILE + "- name: b\n  rules:\n  - mute:\n", "config.yaml:7:5: nothing stands behind the rule `mute`"),
        (PROFILE + "- {name: b, rules: [keywords: {any: [x], weight: 0}]}\n", "config.yaml:5:50: weight: must be above 0"),
        (PROFILE + "- {name: b, rules: [keywords: {anny: [x]}]}\n", "config.yaml:5:32: unknown key `anny` (did you mean `any`?)"),
        (PROFILE + "- {name: b, formerly: diffusion, rules: [keywords: [x]]}\n", "config.yaml:5:23: formerly: a profile `diffusion` is still there (rename it, or take `formerly` away)"),
        (PROFILE + "- {name: own-0123456789, rules: [keywords: [x]]}\n", "config.yaml:5:10: `own-0123456789` is kept for readers' own interests (another name)"),
        (READER + "site: {title: ''}\n", "config.yaml:8:15: title: this is empty (write a word, or take the key away)"),
        (READER + "site: {language: no}\n", "config.yaml:8:18: the pages have no words in the language `no` (at hand: de, en; docs/howto/translate.md adds one)"),
        (READER + "site: {subscribe: list@example.org}\n", "config.yaml:8:19: subscribe: `list@example.org` is no way to subscribe (mailto:list@example.org)"),
        (READER + "site: {language: English please}\n", "config.yaml:8:18: language: `English please` is no language tag (such as en, de or pt-BR)"),
        (READER + 'site: {description: "a\\e[2J"}\n', "config.yaml:8:21: description: the control character U+001B may not stand in a text (take it out)"),
        (READER + "email: {smtp: {tls: startls}}\n", "config.yaml:8:21: tls: `startls` is none of the words that may stand here (did you mean `starttls`?)"),
        (READER + "email: {smtp: {rate: 5}}\n", "config.yaml:8:22: rate: `5` is no rate (messages a second or a minute: 10/s, 30/m)"),
        (READER + "limits: {dump_bytes: big}\n", "config.yaml:8:22: dump_bytes: `big` is no size (bytes, or 64K, 16M, 8G)"),
        (READER + "fresh: 36h\n", "config.yaml:8:8: fresh: `36h` is not a number of whole days (such as 14d)"),
        (READER + "state: sqlite:///x.db\n", "config.yaml:8:8: state: `sqlite:///x.db` is no path (the path of a file, as state/newsletter.db)"),
        (READER + "  formerly: ada@example.org\n", "config.yaml:8:13: formerly: this address is still a subscriber (take one of the two away)"),
        (READER + "a: &a [x]\nsite: {<<: *a}\n", "config.yaml:8:8: `<<` takes a mapping, got a word"),
        ("profiles: profiles/*.yaml\n", "config.yaml:1:11: no file is found by `profiles/*.yaml` (paths are relative to config.yaml)"),
        ("a: !env X\n" + READER, "config.yaml:1:4: the tag !env has no meaning here (a secret is written {env: NAME} or {file: PATH})"),
        ("{{ x }}: y\n", "config.yaml:1:2: a key must be a word (a text in {…} or […] needs quotes)"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_what_to_do(write, text, expected):
    assert expected in told(write(text))


def test_a_flaw_inside_a_query_points_at_its_column(write):
    (mistake,) = told(write("profiles:\n- name: b\n  rules:\n  - query: 'diffusion AND (score'\n"))

    assert mistake.startswith("config.yaml:4:2")
    assert "query: " in mistake


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("|\n      diffusion\n      AND (score\n", "6:11"),
        (">-  # what I read\n\n      diffusion AND\n        (score OR\n      é\n\n", "7:9"),
        ("|2-\n        (score\n", "5:9"),
        ("diffusion AND\n      (score\n", "5:7"),
        ('"diffusion AND\n      (score"\n', "5:7"),
        ("'diffusion AND\n      author:\"O''Hara\" (score'\n", "4:12"),
        ("&a diffusion AND\n      (score\n", "4:12"),
    ],
)
def test_a_flaw_in_a_query_of_several_lines_points_at_its_line_and_column(write, query, place):
    """Where letters stand otherwise in the file than they mean, it is the beginning of the text."""
    (mistake,) = told(write(f"profiles:\n- name: b\n  rules:\n  - query: {query}"))

    assert mistake.startswith(f"config.yaml:{place}: query: a parenthesis is not closed")


def test_an_alias_bomb_is_one_mistake_and_takes_no_time(write):
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]" for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    ]
    begun = time.process_time()

    (mistake,) = told(write("\n".join(lines)))

    assert "the aliases here make too many values" in mistake
    assert time.process_time() - begun < 10


def test_merge_keys_are_no_bomb_either(write):
    many = ", ".join(f"k{number}: v" for number in range(2000))
    lines = [f"a0: &a0 {{{many}}}"]
    lines += [f"a{n}: &a{n} {{<<: *a{n - 1}, x{n}: y}}" for n in range(1, 2000)]

    (mistake,) = told(write("\n".join(lines)))

    assert "the aliases here make more than a million values" in mistake


def test_a_missing_config_points_to_init(tmp_path):
    with pytest.raises(ConfigError) as caught:
        config.load(tmp_path / "config.yaml")

    assert "newsletter init" in caught.value.hint
    assert [mistake.what for mistake in caught.value.mistakes] == ["there is no such file"]


def test_a_folder_is_no_config(tmp_path):
    with pytest.raises(ConfigError) as caught:
        config.load(tmp_path)

    assert [mistake.what for mistake in caught.value.mistakes] == ["it cannot be read: is a directory"]


def test_a_password_in_clear_is_a_warning_that_does_not_repeat_it(write):
    made = config.load(
        write(PROFILE + "site: {url: 'https://example.org'}\nemail: {smtp: {password: hunter2}}\n")
    )

    assert made.warnings == (
        "config.yaml:6:26: a password in clear ({env: NAME} or {file: PATH} keeps it out of this file)",
    )


@given(st.text(max_size=200))
def test_any_text_is_a_config_or_a_list_of_mistakes(tmp_path_factory, text):
    """Nothing else is ever raised, and locate never raises at all."""
    path = tmp_path_factory.getbasetemp() / "config.yaml"
    path.write_text(text, encoding="utf-8", errors="replace", newline="")

    with pytest.raises(ConfigError) as caught:
        config.load(path)

    assert caught.value.mistakes
    where.locate(path)


SCRAPS = st.sampled_from(
    [
        None,
        "",
        "x",
        "5",
        "a@example.org",
        "diffusion",
        "a\x00b",
        [],
        {},
        ["x", None, {}],
        {"any": 5},
        {"x": ["y"]},
    ]
)
KEYS = st.sampled_from(
    [
        "name",
        "title",
        "rules",
        "limit",
        "formerly",
        "address",
        "profiles",
        "every",
        "on",
        "at",
        "away",
        "timezone",
        "x",
    ]
)


@given(
    st.dictionaries(
        st.sampled_from([*config.RootKeys.model_fields, "x"]),
        st.one_of(SCRAPS, st.lists(st.dictionaries(KEYS, SCRAPS))),
    )
)
def test_any_tree_is_a_config_or_a_list_of_mistakes(tmp_path_factory, tree):
    """JSON is YAML: whatever hangs where, the answer is a Config or mistakes."""
    path = tmp_path_factory.getbasetemp() / "config.yaml"
    path.write_text(json.dumps(tree), encoding="utf-8")

    try:
        made = config.load(path)
    except ConfigError as error:
        assert error.mistakes  # noqa: PT017 - either outcome is right
    else:
        assert made.profiles


@given(
    st.from_regex(r"[a-z0-9]{1,8}([.+_-][a-z0-9]{1,8}){0,2}", fullmatch=True),
    st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}\.(org|com|net|de)", fullmatch=True),
)
def test_what_is_plainly_an_address_is_one_for_the_validator_too(local, domain):
    checked = validate_email(f"{local}@{domain}", check_deliverability=False)

    assert config_words.address(f"{local}@{domain}") == f"{checked.local_part}@{checked.ascii_domain}"


# ---------------------------------------------------------------------------------------- several files


def test_profiles_and_subscribers_may_stand_in_files_of_their_own(write):
    made = config.load(
        write(
            "profiles: [profiles/*.yaml, {name: c, rules: [keywords: [z]]}]\nsubscribers: readers.yaml\n",
            **{
                "profiles/b.yaml": "name: b\nrules: [keywords: [y]]\n",
                "profiles/a.yaml": "- name: a\n  rules: [keywords: [x]]\n",
                "readers.yaml": "- {address: ada@example.org, profiles: [a, b, c]}\n",
            },
        )
    )

    assert [profile.name for profile in made.profiles] == ["a", "b", "c"]
    assert made.subscribers[0].profiles == ("a", "b", "c")


def test_subscribers_may_stand_in_a_table(write):
    table = (
        "\ufeffaddress,name,profiles,every,on,at,timezone\r\n"
        'ada@example.org,"Lovelace, Ada",diffusion,week,fri,17:30,Europe/London\r\n'
        "\r\n"
        "bob@example.org,,diffusion;diffusion,,,,\r\n"
    )

    ada, bob = config.load(
        write(PROFILE + "subscribers: readers.csv\n", **{"readers.csv": table})
    ).subscribers

    assert (ada.name, ada.rhythm) == (
        "Lovelace, Ada",
        Rhythm(every="week", on=4, at=1050, timezone="Europe/London"),
    )
    assert (bob.profiles, bob.rhythm) == (("diffusion",), Rhythm())


def test_mistakes_in_other_files_name_them_in_their_order(write):
    path = write(
        "profiles: profiles/*.yaml\nsubscribers: readers.csv\nlanguage: en\n",
        **{
            "profiles/a.yaml": "- name: a\n  limit: 0\n  rules: [keywords: [x]]\n",
            "readers.csv": "address,profile,at\nada@example.org,a,7\n",
        },
    )

    assert [line.partition(" ")[0] for line in told(path)] == [
        "config.yaml:3:1:",
        "profiles/a.yaml:2:10:",
        "readers.csv:1:9:",
        "readers.csv:2:1:",
        "readers.csv:2:17:",
        "readers.csv:2:19:",
    ]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("", "readers.csv:1:1: the table holds nothing"),
        ("address\nada@example.org,x\n", "readers.csv:2:17: a cell without a column (a comma inside a cell needs quotes around it)"),
        ('address,name\nada@example.org,"Ada\n', "readers.csv:2:1: this is no table: unexpected end of data"),
        ("address,profiles\nada@example.org,diffusion art\n", "readers.csv:2:17: profiles: there is no profile `art` (there are: diffusion)"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_table_is_told_with_its_place(write, table, expected):
    assert expected in told(write(PROFILE + "subscribers: readers.csv\n", **{"readers.csv": table}))


def test_another_file_that_is_no_list_is_told(write):
    expected = ["profiles.yaml:1:1: expected a list or a mapping, got a word"]

    assert expected == told(write("profiles: profiles.yaml\n", **{"profiles.yaml": "diffusion\n"}))


# -------------------------------------------------------------------------------------- a quick look


def test_a_quick_look_and_a_load_agree(write, tmp_path):
    (tmp_path / "mine").mkdir()
    path = write(
        "inbox: [in, /srv/dumps/*.txt]\nstate: ../x.db\nout: public\nnotes: ~/notes\ntemplates: mine\n"
        "profiles: profiles/*.yaml\n",
        **{"profiles/a.yaml": "- name: a\n  rules: [keywords: [x]]\n"},
    )

    looked, made = where.locate(path), config.load(path)

    assert looked is not None
    for name in ("path", "digest", "state", "out", "inbox", "notes", "templates"):
        assert getattr(looked, name) == getattr(made, name)
    assert looked.files == (tmp_path / "config.yaml", tmp_path / "profiles/a.yaml")


def test_a_quick_look_at_the_shipped_example_agrees_with_a_load():
    path = HERE.parent / "config.yaml"
    looked, made = where.locate(path), config.load(path)

    assert looked is not None
    assert (looked.digest, looked.state, looked.inbox) == (made.digest, made.state, made.inbox)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n",
        "a: [",
        "state: [x]\n",
        "inbox: {a: b}\n",
        "templates: nowhere\n",
        "profiles: no/*.yaml\n",
        "a: 1\na: 2\n",
    ],
)
def test_a_quick_look_says_nothing_where_something_is_off(write, text):
    assert where.locate(write(text)) is None


def test_the_digest_changes_with_any_file_and_not_with_the_folder(write, tmp_path):
    files = {"a.yaml": "- name: a\n  rules: [keywords: [x]]\n"}
    path = write("profiles: a.yaml\n", **files)
    first = config.load(path).digest
    (tmp_path / "moved").mkdir()
    for name in ("config.yaml", "a.yaml"):
        (tmp_path / "moved" / name).write_bytes((tmp_path / name).read_bytes())
    moved = config.load(tmp_path / "moved" / "config.yaml").digest
    write("profiles: a.yaml\n", **{"a.yaml": files["a.yaml"] + "  limit: 3\n"})

    assert moved == first
    assert config.load(path).digest != first


def test_a_quick_look_does_not_import_pydantic():
    code = (
        "import sys; from pathlib import Path; from newsletter.where import locate; "
        f"assert locate(Path({str(HERE.parent / 'config.yaml')!r})); assert 'pydantic' not in sys.modules"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_ten_thousand_subscribers_load_in_three_seconds(write):
    readers = "".join(
        f"- {{address: reader{number}@example.org, profiles: [diffusion], every: week, at: 07:30}}\n"
        for number in range(10_000)
    )
    begun = time.process_time()

    made = config.load(write(f"{PROFILE}subscribers:\n{readers}"))

    assert len(made.subscribers) == 10_000
    assert time.process_time() - begun < (
        3 if sys.gettrace() is None else 30
    )  # measuring coverage takes its time


# --------------------------------------------------------------------------------------- for editors


def test_the_schema_for_editors_is_what_the_code_gives(request):
    """`newsletter check --schema` and docs/config.schema.json say the same."""
    path = HERE.parent / "docs" / "config.schema.json"
    made = json.dumps(config.schema(), indent=2, ensure_ascii=False) + "\n"
    if request.config.getoption("--update-golden"):
        path.write_text(made, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == made


def test_every_key_stands_in_the_reference():
    reference = (HERE.parent / "docs" / "reference" / "config.md").read_text(encoding="utf-8")
    models = [config.RootKeys, *config.KEYS_AT.values(), *map(settings_model, map(rules.load, rules.names()))]
    keys = {key for model in models for key in names_of(model)}

    assert {key for key in keys if f"`{key}`" not in reference} == set()
    assert {name for name in rules.names() if f"`{name}`" not in reference} == set()


def test_how_the_scheduler_looks_about(write):
    made = config.load(write(f"{READER}schedule: {{poll: 1m, settle: 30s, timeout: 1h}}\n"))
    least = config.load(write(READER))

    assert (60, 30, 3600) == (made.schedule.poll, made.schedule.settle, made.schedule.timeout)
    assert (5, 2, 7200) == (least.schedule.poll, least.schedule.settle, least.schedule.timeout)


@pytest.mark.parametrize("word", ["5", "5d", "soon"])
def test_a_time_for_the_scheduler_is_seconds_minutes_or_hours(write, word):
    with pytest.raises(ConfigError) as told:
        config.load(write(f"{READER}schedule: {{poll: {word}}}\n"))

    assert f"`{word}` is no length of time (a number and a letter: 5s, 2m, 1h)" in str(told.value)


def test_no_time_at_all_is_refused_with_the_least_there_is(write):
    with pytest.raises(ConfigError, match=r"`0m` is too short \(1s is the least\)"):
        config.load(write(f"{READER}schedule: {{poll: 0m}}\n"))


def test_how_a_digest_is_filled(write):
    made = config.load(write(f"{READER}  at_most: 20\n  surprise: yes\ndiversity: 0.6\n"))
    least = config.load(write(READER))

    assert (20, True, 0.6) == (made.subscribers[0].at_most, made.subscribers[0].surprise, made.diversity)
    assert (None, False, 0.0) == (
        least.subscribers[0].at_most,
        least.subscribers[0].surprise,
        least.diversity,
    )


@pytest.mark.parametrize(("own", "expected"), [("", True), ("  surprise: false\n", False)])
def test_a_reader_may_do_without_the_surprise_that_all_others_get(write, own, expected):
    made = config.load(write(f"{READER}{own}surprise: true\n"))

    assert expected is made.subscribers[0].surprise
