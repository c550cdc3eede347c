"""Reading dumps at scale: beside the bare parser over the same bytes, in flat memory, and the diff beside the
look-up of known papers that it rests on.

The dumps are made up in the layouts of the real ones, so every run measures the same; both sides of each
ratio are measured in one run, the best of several, in seconds of the processor. A bare parser is the loop
that one would write without us: it parses the same bytes and reads the same texts, and makes nothing of them.

    bench_formats.py                    ratios, and a snapshot of 300,000 papers through a fresh process
    bench_formats.py --papers 2000000   a larger snapshot
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
from lxml import etree

from newsletter import formats, inbox
from newsletter.model import Dump, ListedPaper
from newsletter.record import diff_chunk, record_dump
from newsletter.settings import Limits
from newsletter.store import Store, open_store

SLOWER = 0.5
"""How fast a format should at least be beside the bare parser of its bytes."""
DIFF_TIMES = 3.0
MEGABYTES = 300
SOME = 10_000
DUMP = 10_000
ROUNDS = 7
NOW = datetime(2026, 8, 7, 12, tzinfo=UTC)
SENTENCE = "We study how the parts of such a system behave when there are many of them."
ABSTRACT = " ".join([SENTENCE] * 16)
ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
DC = "{http://purl.org/dc/elements/1.1/}"


def arxiv_id(number: int) -> str:
    month = number // 90_000
    return f"{15 + month // 12:02}{month % 12 + 1:02}.{number % 90_000 + 1:05}"


def moment(number: int) -> datetime:
    return datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=997 * number)


def kaggle(papers: int) -> Iterator[bytes]:
    abstract = "\n".join([SENTENCE] * 16)
    for number in range(papers):
        made = moment(number)
        row = {
            "id": arxiv_id(number),
            "submitter": "Ada Li",
            "authors": "Ada Li, Bo Xu and Cy Oz",
            "title": f"Paper number {number} on the behaviour of\n  many parts",
            "comments": "12 pages, 3 figures",
            "journal-ref": None,
            "doi": f"10.1000/xyz{number}" if number % 2 else None,
            "report-no": None,
            "categories": "cs.LG stat.ML",
            "license": "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
            "abstract": f"  {abstract} {number}.\n",
            "versions": [{"version": "v1", "created": f"{made:%a, %d %b %Y %H:%M:%S GMT}"}],
            "update_date": f"{made:%Y-%m-%d}",
            "authors_parsed": [["Li", "Ada", ""], ["Xu", "Bo", ""], ["Oz", "Cy", ""]],
        }
        yield json.dumps(row).encode() + b"\n"


def atom(papers: int) -> Iterator[bytes]:
    yield b"<?xml version='1.0' encoding='UTF-8'?>\n<feed xmlns='http://www.w3.org/2005/Atom' "
    yield b"xmlns:arxiv='http://arxiv.org/schemas/atom'>\n  <id>http://arxiv.org/api/x</id>\n"
    yield b"  <title>arXiv Query</title>\n"
    for number in range(papers):
        paper, made = f"{arxiv_id(number)}v1", f"{moment(number):%Y-%m-%dT%H:%M:%SZ}"
        yield f"""  <entry>
    <id>http://arxiv.org/abs/{paper}</id>
    <title>Paper number {number}</title>
    <updated>{made}</updated>
    <link href="https://arxiv.org/abs/{paper}" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/{paper}" rel="related" type="application/pdf" title="pdf"/>
    <summary>{ABSTRACT}</summary>
    <category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
    <category term="stat.ML" scheme="http://arxiv.org/schemas/atom"/>
    <published>{made}</published>
    <arxiv:comment>12 pages, 3 figures</arxiv:comment>
    <arxiv:primary_category term="cs.LG"/>
    <author>
      <name>Ada Li</name>
    </author>
    <author>
      <name>Bo Xu</name>
    </author>
    <author>
      <name>Cy Oz</name>
    </author>
  </entry>
""".encode()
    yield b"</feed>\n"


def rss(papers: int) -> Iterator[bytes]:
    yield b"<?xml version='1.0' encoding='UTF-8'?>\n<rss xmlns:arxiv='http://arxiv.org/schemas/atom' "
    yield b"xmlns:dc='http://purl.org/dc/elements/1.1/' version='2.0'>\n  <channel>\n"
    yield b"    <title>cs.LG updates on arXiv.org</title>\n"
    for number in range(papers):
        paper = arxiv_id(number)
        yield f"""    <item>
      <title>Paper number {number}</title>
      <link>https://arxiv.org/abs/{paper}</link>
      <description>arXiv:{paper}v1 Announce Type: new
Abstract: {ABSTRACT}</description>
      <guid isPermaLink="false">oai:arXiv.org:{paper}v1</guid>
      <category>cs.LG</category>
      <category>stat.ML</category>
      <pubDate>Wed, 04 Jun 2025 00:00:00 -0400</pubDate>
      <arxiv:announce_type>new</arxiv:announce_type>
      <dc:rights>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</dc:rights>
      <dc:creator>Ada Li, Bo Xu, Cy Oz</dc:creator>
    </item>
""".encode()
    yield b"  </channel>\n</rss>\n"


def placed(folder: Path, name: str, pieces: Iterator[bytes]) -> Dump:
    path = folder / name
    with path.open("wb") as file:
        file.writelines(pieces)
    return taken(path)


def taken(path: Path) -> Dump:
    status = path.stat()
    found = inbox.Found(name=path.name, path=str(path), size=status.st_size, mtime_ns=status.st_mtime_ns)
    dump = inbox.take(found, limits=Limits())
    if not isinstance(dump, Dump):
        raise SystemExit(str(dump))
    return dump


def best(*works: Callable[[], object]) -> list[float]:
    """The least time each takes, in turns: what else the machine does then meets them all alike."""
    rounds = [[timed(work) for work in works] for _ in range(ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def parsed(dump: Dump) -> int:
    found = formats.load(formats.recognise(dump)).read(dump)
    return sum(isinstance(one, ListedPaper) for one in found)


def bare_json(dump: Dump) -> None:
    with dump.open() as file:
        deque((orjson.loads(line) for line in file), maxlen=0)


def bare_atom(dump: Dump) -> None:
    texts = [f"{ATOM}{name}" for name in ("id", "title", "updated", "published", "summary")]
    texts += [f"{ARXIV}{name}" for name in ("doi", "journal_ref", "comment")]
    with dump.open() as file:
        for _, entry in etree.iterparse(file, tag=f"{ATOM}entry"):
            for name in texts:
                one_line(entry.findtext(name))
            for person in entry.iterfind(f"{ATOM}author"):
                one_line(person.findtext(f"{ATOM}name"))
                person.findtext(f"{ARXIV}affiliation")
            for name in (f"{ARXIV}primary_category", f"{ATOM}category"):
                deque((category.get("term") for category in entry.iterfind(name)), maxlen=0)
            deque(((link.get("title"), link.get("href")) for link in entry.iterfind(f"{ATOM}link")), maxlen=0)
            entry.clear()


def bare_rss(dump: Dump) -> None:
    texts = ["title", "description", "guid", "link", "pubDate", f"{ARXIV}announce_type", f"{ARXIV}DOI"]
    texts += [f"{ARXIV}journal_reference", f"{DC}rights", f"{DC}creator"]
    with dump.open() as file:
        for _, record in etree.iterparse(file, tag="item"):
            for name in texts:
                one_line(record.findtext(name))
            for category in record.iterfind("category"):
                one_line(category.text)
            record.clear()


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def ratio(dump: Dump, bare: Callable[[Dump], None], beside: str) -> None:
    read = formats.load(formats.recognise(dump)).read
    ours, theirs = best(lambda: deque(read(dump), maxlen=0), lambda: bare(dump))
    told = f"{theirs / ours:.2f} of the bare {beside} loop (should be {SLOWER} or more)"
    print(f"{dump.name}: {dump.size / ours / 1e6:.0f} MB/s, {told}")


def diffed(folder: Path) -> None:
    """The diff of a dump against as many known papers, beside the look-up that it rests on."""
    dump = placed(folder, "diff.json", kaggle(DUMP))
    listings = [one for one in formats.load("kaggle").read(dump) if isinstance(one, ListedPaper)]
    with closing(open_store(None)) as store:
        record_dump(store, dump, NOW)
        chunks = [listings[start : start + 1000] for start in range(0, DUMP, 1000)]
        ours, theirs = best(
            lambda: [diff_chunk(store, chunk, dump.name) for chunk in chunks],
            lambda: [look_up(store, chunk) for chunk in chunks],
        )
    times = ours / theirs
    print(
        f"diff of {DUMP:,} papers: {ours:.2f} s, {times:.1f} × its look-up (should be at most {DIFF_TIMES})"
    )


def look_up(store: Store, chunk: list[ListedPaper]) -> object:
    return store.papers.known({key for listed in chunk for key in listed.ids})


def flat(folder: Path, papers: int) -> None:
    """The most memory that a process of its own takes to read a snapshot."""
    path = folder / "arxiv-metadata-oai-snapshot.json"
    with path.open("wb") as file:
        file.writelines(kaggle(papers))
    began = time.monotonic()
    told = subprocess.run(
        [sys.executable, __file__, "--read", path], check=True, capture_output=True, text=True
    ).stdout
    megabytes, listed = map(int, told.split())
    took = time.monotonic() - began
    print(
        f"snapshot of {listed:,} papers, {path.stat().st_size / 1e6:,.0f} MB: {took:.0f} s, "
        f"{megabytes} MB of memory (should be at most {MEGABYTES})"
    )


def read_alone(path: Path) -> None:
    listed = parsed(taken(path))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(megabytes, listed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=300_000, help="how many the snapshot holds")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.read:
        read_alone(asked.read)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ratio(placed(folder, "kaggle.json", kaggle(SOME)), bare_json, "orjson")
        ratio(placed(folder, "atom.xml", atom(SOME)), bare_atom, "lxml")
        ratio(placed(folder, "rss.xml", rss(SOME)), bare_rss, "lxml")
        diffed(folder)
        flat(folder, asked.papers)


if __name__ == "__main__":
    main()
