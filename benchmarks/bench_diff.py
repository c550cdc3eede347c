"""Finding what is new in a dump: the store's look-up beside one bare statement of SQLite, in one run.

A dump lists 10,000 papers, of which 8,232 are among the papers known already.

Ours: `Papers.named`, the look-up that decides what is new: all aliases of each listing (its arXiv id, a DOI
for half of them, its folded title), a thousand listings at a time as a dump is recorded, against the keys of
all known papers. It answers, for each key, which papers it names. Not in it: computing the aliases, reading
the records of known papers and merging, and the writing of new rows.

Bare: the statement one would write if a paper had one key and nothing else were asked:

    INSERT INTO paper (key, title) SELECT … FROM json_each(:rows) WHERE true
    ON CONFLICT DO NOTHING RETURNING key

over a table of the same number of papers (id, key of 32 hexadecimal digits with its index, title). It is
rolled back after each round, so that it finds the same new papers again.

Both are warm, and the best of several rounds in seconds of the processor. What a whole diff of the dump
costs, aliases, records and merging included, is printed beside.

    bench_diff.py                       among 300,000 known papers
    bench_diff.py --papers 3000000      among three million; takes 2 GB of disk and some minutes
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

from newsletter.diff import diff
from newsletter.identity import aliases
from newsletter.model import ListedPaper
from newsletter.record import diff_chunk
from newsletter.store import Store, open_store
from newsletter.store.paper_rows import Clean

TIMES = 3.0
"""How many times the bare statement the look-up may take."""
DUMP, KNOWN = 10_000, 8_232
CHUNK = 1000
ROUNDS = 9
NOW = datetime(2026, 8, 7, 12, tzinfo=UTC)
ABSTRACT = "We study how the parts of such a system behave when there are many of them."
INSERT = (
    "INSERT INTO paper (key, title) SELECT value ->> 0, value ->> 1 FROM json_each(:rows) WHERE true"
    " ON CONFLICT DO NOTHING RETURNING key"
)


def listed(number: int) -> ListedPaper:
    """A paper: its title begins with a hash, for real titles do not come in alphabetical order either."""
    title = f"{hashed(number)[:12]} on the behaviour of many parts in a system of kind {number}"
    month, arxiv = number // 90_000, f"{number % 90_000 + 1:05}"
    ids = (f"arxiv:{15 + month // 12:02}{month % 12 + 1:02}.{arxiv}", f"doi:10.1000/{hashed(number)[:10]}")
    has_doi = hashed(number)[0] in "01234567"
    return ListedPaper(title=title, abstract=ABSTRACT, authors=("Ada Li",), ids=ids[: 1 + has_doi])


def hashed(number: int) -> str:
    return hashlib.blake2b(str(number).encode(), digest_size=16).hexdigest()


def dump(papers: int) -> list[ListedPaper]:
    """Known papers from all over, with new ones between them."""
    step = papers // KNOWN
    known = [listed(number * step) for number in range(KNOWN)]
    new = [listed(number) for number in range(papers, papers + DUMP - KNOWN)]
    return sorted([*known, *new], key=key_of)


def chunks(papers: Iterable[ListedPaper]) -> Iterator[list[ListedPaper]]:
    papers = iter(papers)
    while chunk := list(islice(papers, CHUNK)):
        yield chunk


def ours(folder: Path, papers: int) -> Store:
    """A state that knows so many papers, written as a dump's are."""
    store = open_store(folder / "newsletter.db")
    row = store.dumps.start(name="known", sha256="known", size=1, program="bench", now=NOW)
    with store.transaction():
        for chunk in chunks(map(listed, range(papers))):
            found = diff(chunk, (), "known")
            texts = {r.number: Clean(title=r.merged.title, abstract=r.merged.abstract) for r in found.records}
            store.papers.write(found, texts, dump=row.id, day=date(2026, 8, 7), now=NOW, silent=False)
    return store


def bare(folder: Path, papers: int) -> sqlite3.Connection:
    """A table of so many papers."""
    database = sqlite3.connect(folder / "bare.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE paper (id INTEGER PRIMARY KEY, key TEXT UNIQUE, title TEXT) STRICT")
    database.execute("BEGIN")
    for chunk in chunks(map(listed, range(papers))):
        database.execute(INSERT, {"rows": rows(chunk)}).fetchall()
    database.execute("COMMIT")
    return database


def rows(papers: Iterable[ListedPaper]) -> str:
    return json.dumps([[key_of(paper), paper.title] for paper in papers])


def key_of(paper: ListedPaper) -> str:
    return hashlib.blake2b(paper.title.encode(), digest_size=16).hexdigest()


def best(*works: Callable[[], object]) -> list[float]:
    """The least time each takes, in turns: what else the machine does then meets them all alike."""
    rounds = [[timed(work) for work in works] for _ in range(ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def measured(store: Store, database: sqlite3.Connection, papers: list[ListedPaper]) -> None:
    parts = list(chunks(papers))
    keys = [[key for paper in part for key in aliases(paper)] for part in parts]
    given = {"rows": rows(papers)}

    def statement() -> int:
        database.execute("BEGIN IMMEDIATE")
        new = len(database.execute(INSERT, given).fetchall())
        database.execute("ROLLBACK")
        return new

    def look_up() -> int:
        found = [store.papers.named(part) for part in keys]
        return sum(
            not any(key in named for key in aliases(paper))
            for part, named in zip(parts, found, strict=True)
            for paper in part
        )

    if not statement() == look_up() == DUMP - KNOWN:
        raise SystemExit("the two do not find the same new papers")
    theirs, look, whole = best(
        statement,
        lambda: [store.papers.named(part) for part in keys],
        lambda: [diff_chunk(store, part, "dump") for part in parts],
    )
    count = sum(map(len, keys))
    print(f"bare statement, {DUMP:,} papers: {theirs * 1000:.0f} ms")
    print(
        f"look-up of their {count:,} keys: {look * 1000:.0f} ms, {look / theirs:.1f} × that"
        f" (should be at most {TIMES})"
    )
    print(f"a whole diff: {whole * 1000:.0f} ms, {whole / DUMP * 1e6:.0f} µs a paper")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=300_000, help="how many papers are known")
    known = parser.parse_args().papers
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.process_time()
        with closing(ours(folder, known)) as store:
            took = time.process_time() - began
            size = (folder / "newsletter.db").stat().st_size
            print(f"{known:,} papers written: {took:.0f} s, {size / 1e6:,.0f} MB")
            with closing(bare(folder, known)) as database:
                measured(store, database, dump(known))


if __name__ == "__main__":
    main()
