"""The tables, as migrations: the schema of version N is what the first N of them made, in order.

Forward only. A released migration never changes; a new one is appended. Times are ISO 8601 texts in UTC,
dates ISO dates, all passed in: the database never asks a clock.
"""

from __future__ import annotations

APPLICATION_ID = 0x4E4C5054
"""'NLPT': marks the file as ours (PRAGMA application_id)."""

_FIRST = """
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row a run: what it did, as its summary.
CREATE TABLE run (
    id       INTEGER PRIMARY KEY,
    started  TEXT NOT NULL,
    finished TEXT,
    exit     INTEGER,
    summary  TEXT
) STRICT;

-- Files of the inbox as they were when last taken: unchanged ones are not even opened. refused: version and
-- limits of the program that could not read all of one; a newer one, or one with other limits, looks again.
CREATE TABLE inbox_file (
    path     TEXT PRIMARY KEY,
    size     INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    refused  TEXT
) STRICT, WITHOUT ROWID;

-- One row a content, whatever names it came under (or a problem, for a file that never became a dump).
CREATE TABLE dump (
    id       INTEGER PRIMARY KEY,
    sha256   TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL,
    size     INTEGER NOT NULL,
    date     TEXT,
    format   TEXT,
    state    TEXT NOT NULL CHECK (state IN ('started', 'read', 'partly', 'quarantined')),
    starts   INTEGER NOT NULL DEFAULT 0,
    listed   INTEGER NOT NULL DEFAULT 0,
    new      INTEGER NOT NULL DEFAULT 0,
    revised  INTEGER NOT NULL DEFAULT 0,
    again    INTEGER NOT NULL DEFAULT 0,
    problems TEXT NOT NULL DEFAULT '[]',
    program  TEXT NOT NULL,
    recorded TEXT NOT NULL
) STRICT;

-- news: the place in the order in which papers became news; a fuller abstract moves a paper to the end.
-- merged, origins: all listings of it in one, raw, and where each field came from.
-- revised, changed: when a later version came, and what it changed. silent: backfilled, never mailed.
-- joined: the paper that this one turned out to be.
CREATE TABLE paper (
    id       INTEGER PRIMARY KEY,
    news     INTEGER NOT NULL,
    slug     TEXT NOT NULL UNIQUE,
    title    TEXT NOT NULL,
    abstract TEXT NOT NULL,
    merged   TEXT NOT NULL,
    origins  TEXT NOT NULL,
    version  INTEGER,
    recorded TEXT NOT NULL,
    revised  TEXT,
    changed  TEXT NOT NULL DEFAULT '[]',
    silent   INTEGER NOT NULL DEFAULT 0,
    joined   INTEGER REFERENCES paper
) STRICT;
CREATE INDEX paper_news ON paper (news) WHERE joined IS NULL;
CREATE INDEX paper_joined ON paper (joined) WHERE joined IS NOT NULL;

CREATE TABLE alias (
    key   TEXT NOT NULL,
    paper INTEGER NOT NULL REFERENCES paper,
    PRIMARY KEY (key, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_paper ON alias (paper);

CREATE TABLE sighting (
    paper INTEGER NOT NULL REFERENCES paper,
    dump  INTEGER NOT NULL REFERENCES dump,
    date  TEXT NOT NULL,
    line  INTEGER,
    votes INTEGER,
    stars INTEGER,
    PRIMARY KEY (paper, dump)
) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_date ON sighting (date);

-- slug is for ever; name is what config.yaml calls it now; begins: the news number before its time.
CREATE TABLE profile (
    slug        TEXT PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    title       TEXT NOT NULL,
    description TEXT NOT NULL,
    former      TEXT NOT NULL DEFAULT '[]',
    private     INTEGER NOT NULL,
    place       INTEGER,
    begins      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE edition (
    id     INTEGER PRIMARY KEY,
    date   TEXT NOT NULL,
    number INTEGER NOT NULL,
    made   TEXT NOT NULL,
    health TEXT NOT NULL DEFAULT '[]',
    UNIQUE (date, number)
) STRICT;

-- complete: 1 where the paper stands in full, 0 where only its title does.
CREATE TABLE edition_pick (
    edition  INTEGER NOT NULL REFERENCES edition,
    profile  TEXT NOT NULL REFERENCES profile,
    place    INTEGER NOT NULL,
    paper    INTEGER NOT NULL REFERENCES paper,
    complete INTEGER NOT NULL,
    score    REAL NOT NULL,
    reasons  TEXT NOT NULL,
    PRIMARY KEY (edition, profile, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX edition_pick_paper ON edition_pick (paper, profile);

-- Papers that have a page although no edition lists them: a digest or the trending list showed them.
CREATE TABLE page (
    paper INTEGER PRIMARY KEY REFERENCES paper
) STRICT;

-- A paper fits a profile under one hash of its rules.
CREATE TABLE match (
    profile TEXT NOT NULL,
    rules   TEXT NOT NULL,
    paper   INTEGER NOT NULL REFERENCES paper,
    score   REAL NOT NULL,
    reasons TEXT NOT NULL,
    PRIMARY KEY (profile, rules, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX match_paper ON match (paper);

-- Which papers a profile, under one hash of its rules, has judged: news numbers above low, up to high.
CREATE TABLE judged (
    profile TEXT NOT NULL,
    rules   TEXT NOT NULL,
    low     INTEGER NOT NULL,
    high    INTEGER NOT NULL,
    PRIMARY KEY (profile, rules)
) STRICT, WITHOUT ROWID;

-- A reader is a folded address. settled: every slot whose moment is not later has been dealt with.
CREATE TABLE reader (
    id      INTEGER PRIMARY KEY,
    folded  TEXT NOT NULL UNIQUE,
    begun   TEXT NOT NULL,
    settled TEXT NOT NULL,
    removed TEXT
) STRICT;

-- begins, covered: news numbers. Papers above `covered` await the reader's next digest.
CREATE TABLE subscription (
    reader  INTEGER NOT NULL REFERENCES reader,
    profile TEXT NOT NULL,
    begins  INTEGER NOT NULL,
    covered INTEGER NOT NULL,
    ended   TEXT,
    PRIMARY KEY (reader, profile)
) STRICT, WITHOUT ROWID;

-- digest: the content as values; letter: as first rendered, the same on every try; both kept until final.
CREATE TABLE delivery (
    id      INTEGER PRIMARY KEY,
    reader  INTEGER NOT NULL REFERENCES reader,
    slot    TEXT NOT NULL,
    moment  TEXT NOT NULL,
    date    TEXT NOT NULL,
    state   TEXT NOT NULL CHECK (state IN ('queued', 'claimed', 'sending', 'sent', 'deferred', 'failed',
                                           'uncertain', 'skipped')),
    reason  TEXT NOT NULL DEFAULT '',
    covers  INTEGER NOT NULL DEFAULT 1,
    made    TEXT NOT NULL,
    headed  TEXT,
    final   TEXT,
    digest  TEXT,
    letter  TEXT,
    UNIQUE (reader, slot)
) STRICT;
CREATE INDEX delivery_open ON delivery (state) WHERE state NOT IN ('sent', 'failed', 'skipped');

CREATE TABLE delivery_paper (
    delivery INTEGER NOT NULL REFERENCES delivery,
    paper    INTEGER NOT NULL REFERENCES paper,
    role     TEXT NOT NULL CHECK (role IN ('body', 'trending', 'revised')),
    profiles TEXT NOT NULL DEFAULT '[]',
    version  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (delivery, paper, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_paper_paper ON delivery_paper (paper);

-- A matching paper that waits for a reader's next digest. released: it stood in a digest that never
-- arrived, so it is as good as new. Else passed, passed_by: the first digest that had no room for it, its
-- local date; passes: how many had none.
CREATE TABLE backlog (
    reader    INTEGER NOT NULL REFERENCES reader,
    profile   TEXT NOT NULL,
    paper     INTEGER NOT NULL REFERENCES paper,
    released  INTEGER NOT NULL DEFAULT 0,
    passed    TEXT,
    passed_by INTEGER REFERENCES delivery,
    passes    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (reader, profile, paper)
) STRICT, WITHOUT ROWID;
"""

_LEARNING = """
-- What is usual in the first `size` papers; made anew by another version of the program.
CREATE TABLE background (
    size    INTEGER PRIMARY KEY,
    program TEXT NOT NULL,
    content BLOB NOT NULL
) STRICT;

-- Titles and abstracts of a file of liked papers, by its content.
CREATE TABLE library (
    sha256 TEXT PRIMARY KEY,
    texts  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

_REPEATS = """
-- The words of titles, to find near-equal ones: SQLite's full text search without the texts. Every paper that
-- was not joined is in it, by its id, under the title it has now. New ones are written by the thousand, at a
-- fifth of what a trigger for each would cost.
CREATE VIRTUAL TABLE title_word USING fts5 (
    title, content = '', detail = none, columnsize = 0, tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER title_changes AFTER UPDATE OF title ON paper WHEN new.title <> old.title
AND old.joined IS NULL
BEGIN INSERT INTO title_word (title_word, rowid, title) VALUES ('delete', old.id, old.title); \
INSERT INTO title_word (rowid, title) VALUES (new.id, new.title); END;
CREATE TRIGGER title_goes AFTER UPDATE OF joined ON paper WHEN old.joined IS NULL AND new.joined IS NOT NULL
BEGIN INSERT INTO title_word (title_word, rowid, title) VALUES ('delete', old.id, old.title); END;
INSERT INTO title_word (rowid, title) SELECT id, title FROM paper WHERE joined IS NULL;

-- In how many titles a word stands. The search itself could tell, but reads a word's whole list for it.
CREATE TABLE title_count (
    word   TEXT PRIMARY KEY,
    papers INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE temp.title_count_now USING fts5vocab (main, title_word, row);
INSERT INTO title_count SELECT term, doc FROM title_count_now;
DROP TABLE temp.title_count_now;

-- Two papers with near-equal titles, and the dump that brought the newer: marked, never merged.
CREATE TABLE possible_repeat (
    newer INTEGER NOT NULL REFERENCES paper,
    older INTEGER NOT NULL REFERENCES paper,
    dump  INTEGER NOT NULL REFERENCES dump,
    PRIMARY KEY (newer, older)
) STRICT, WITHOUT ROWID;
CREATE INDEX possible_repeat_older ON possible_repeat (older);
"""

_SENDING = """
-- tries, tried: how often a delivery was tried, and first when; not_before: a deferred one's next try.
-- boot: of the machine that claimed it for a relay; after a power cut a mark that it was sent may be lost.
ALTER TABLE delivery ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN tried TEXT;
ALTER TABLE delivery ADD COLUMN not_before TEXT;
ALTER TABLE delivery ADD COLUMN boot TEXT;

-- letter: packed, for ten thousand readers are a gigabyte of HTML.
ALTER TABLE delivery DROP COLUMN letter;
ALTER TABLE delivery ADD COLUMN letter BLOB;

-- Addresses that nothing is sent to any more (suppressed 1), or that refused mail lately: strikes in a row.
CREATE TABLE suppression (
    folded     TEXT PRIMARY KEY,
    suppressed INTEGER NOT NULL,
    strikes    INTEGER NOT NULL,
    reason     TEXT NOT NULL,
    since      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Bounces that were counted, by their Message-ID: the same mailbox may be read twice.
CREATE TABLE bounce (
    message TEXT PRIMARY KEY,
    seen    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

_CONTENT = """
-- What a delivery is made of, apart from its state: a mark then rewrites a row of 200 bytes and not of 60 KB.
-- digest: the content as values; letter: as first rendered, packed; both kept until the next one is sent.
CREATE TABLE content (
    delivery INTEGER PRIMARY KEY REFERENCES delivery,
    digest   TEXT NOT NULL,
    letter   BLOB
) STRICT;
INSERT INTO content SELECT id, digest, letter FROM delivery WHERE digest IS NOT NULL;
ALTER TABLE delivery DROP COLUMN digest;
ALTER TABLE delivery DROP COLUMN letter;
"""

_DRAFTS = """
-- The pages of the site that stand published: what each was made of, and the files that it goes on in.
CREATE TABLE draft (
    path    TEXT PRIMARY KEY,
    made_of TEXT NOT NULL,
    further TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
"""

_TRENDED = """
-- Papers that came to trend, once and for all; of one round in the order of its trending list.
CREATE TABLE trended (
    id    INTEGER PRIMARY KEY,
    paper INTEGER NOT NULL UNIQUE REFERENCES paper,
    since TEXT NOT NULL
) STRICT;
"""

_INTERESTS = """
-- What profiles like as vectors, by all that one is made of: what is liked, and the background.
CREATE TABLE interest (
    made_of TEXT PRIMARY KEY,
    content BLOB NOT NULL
) STRICT, WITHOUT ROWID;
"""

_SIMILAR = """
-- The papers that were compared with others, and their words by number and count, to compare newer ones with.
CREATE TABLE compared (
    paper INTEGER PRIMARY KEY REFERENCES paper,
    grams BLOB NOT NULL
) STRICT;

-- When `paper` got its page, `other` was one of the nearest.
CREATE TABLE similar (
    paper INTEGER NOT NULL REFERENCES paper,
    other INTEGER NOT NULL REFERENCES paper,
    near  REAL NOT NULL,
    PRIMARY KEY (paper, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX similar_other ON similar (other);
"""

_SCORES = """
-- What each of the profiles gave the paper when the digest was made, in their order.
ALTER TABLE delivery_paper ADD COLUMN scores TEXT NOT NULL DEFAULT '[]';
"""

_PRIVATE = """
-- Digests of readers with a private feed: their deliveries' own content goes when the next one has arrived.
CREATE TABLE private_entry (
    delivery INTEGER PRIMARY KEY REFERENCES delivery,
    digest   TEXT NOT NULL
) STRICT;
"""

_VECTORS = """
-- What a sentence model says of a text, both by their hashes: numbers of half precision.
CREATE TABLE vector (
    model   TEXT NOT NULL,
    text    BLOB NOT NULL,
    numbers BLOB NOT NULL,
    PRIMARY KEY (model, text)
) STRICT, WITHOUT ROWID;
"""

_SOURCES = """
-- Where dumps are fetched from. tried, succeeded, brought: when it was last asked, answered as it should,
-- gave a dump. trouble, told: the kind of what went wrong last, and its words. The rest is what to tell it
-- the next time, which holds as long as the same is asked_for; sizes: of its last good answers, as a list.
CREATE TABLE source (
    name       TEXT PRIMARY KEY,
    tried      TEXT,
    succeeded  TEXT,
    brought    TEXT,
    dump       TEXT NOT NULL,
    failures   INTEGER NOT NULL,
    not_before TEXT,
    trouble    TEXT NOT NULL,
    told       TEXT NOT NULL,
    asked_for  TEXT NOT NULL,
    etag       TEXT NOT NULL,
    modified   TEXT NOT NULL,
    cursor     TEXT NOT NULL,
    resume     TEXT NOT NULL,
    sizes      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

_TOLD = """
-- What went wrong and is not mended, by its kind: the words without what changes from night to night.
-- told: when an operator was told of it.
CREATE TABLE failure (
    kind   TEXT PRIMARY KEY,
    about  TEXT NOT NULL,
    family TEXT NOT NULL,
    what   TEXT NOT NULL,
    hint   TEXT NOT NULL,
    look   TEXT NOT NULL,
    since  TEXT NOT NULL,
    told   TEXT
) STRICT, WITHOUT ROWID;
"""

_THINNED = """
-- Papers whose abstracts were dropped to save room. Listed again, such a one gets it back, and is no news.
CREATE TABLE thinned (
    paper INTEGER PRIMARY KEY REFERENCES paper
) STRICT;
"""

MIGRATIONS: tuple[str, ...] = (
    *(_FIRST, _REPEATS, _LEARNING, _SENDING, _CONTENT),
    *(_DRAFTS, _TRENDED, _INTERESTS, _SIMILAR, _SCORES, _PRIVATE, _VECTORS),
    *(_SOURCES, _TOLD, _THINNED),
)
