"""Reading dumps at scale: beside the bare parser over the same bytes, and in flat memory.

The dumps are made up in the layouts of the real ones, so every run measures the same; both sides of each
ratio are measured in one run, the best of many short rounds, in seconds of the processor. A bare parser is
the loop that one would write without us: it parses the same bytes, of XML also the same texts, and makes
nothing of them.

    bench_formats.py                    ratios, and a snapshot of 300,000 papers through a fresh process
    bench_formats.py --papers 2000000   a larger snapshot
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
from lxml import etree

from newsletter import formats, inbox
from newsletter.model import Dump, ListedPaper
from newsletter.settings import Limits

SLOWER = 0.5
"""How fast a format should at least be beside the bare parser of its bytes."""
NESTED = 0.04
"""The same, where a parser in C gives a table or a tree and nearly all the work is to read it: an abstract
put together again word by word, names, ids and addresses in cells of any kind. These make 5,000 papers a
second, as fast as papers are recorded."""
PURE = 0.3
"""The same for BibTeX, whose bare parser leaves braces, macros and names as they are."""
MEGABYTES = 300
SOME = 2000
ROUNDS = 40
SENTENCE = "We study how the parts of such a system behave when there are many of them."
ABSTRACT = " ".join([SENTENCE] * 16)
ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
OAI = "{http://arxiv.org/OAI/arXiv/}"
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


def oai(papers: int) -> Iterator[bytes]:
    yield b"<?xml version='1.0' encoding='UTF-8'?>\n<OAI-PMH xmlns='http://www.openarchives.org/OAI/2.0/'>\n"
    yield b"<responseDate>2026-08-07T00:00:00Z</responseDate>\n<ListRecords>\n"
    for number in range(papers):
        paper, made = arxiv_id(number), f"{moment(number):%Y-%m-%d}"
        yield f"""<record><header><identifier>oai:arXiv.org:{paper}</identifier>
<datestamp>{made}</datestamp><setSpec>cs</setSpec></header>
<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/">
<id>{paper}</id><created>{made}</created><authors><author><keyname>Li</keyname><forenames>Ada</forenames>
</author><author><keyname>Xu</keyname><forenames>Bo</forenames></author></authors>
<title>Paper number {number}</title><categories>cs.LG stat.ML</categories><comments>12 pages</comments>
<license>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</license>
<abstract>{ABSTRACT}</abstract></arXiv></metadata></record>
""".encode()
    yield b"</ListRecords></OAI-PMH>\n"


def openalex(papers: int) -> Iterator[bytes]:
    words: dict[str, list[int]] = {}
    for place, word in enumerate(ABSTRACT.split()):
        words.setdefault(word, []).append(place)
    for number in range(papers):
        people = [
            {
                "author": {"id": f"https://openalex.org/A{number}", "display_name": name},
                "institutions": [{"display_name": "University of Somewhere"}],
                "raw_author_name": name,
            }
            for name in ("Ada Li", "Bo Xu", "Cy Oz")
        ]
        row = {
            "id": f"https://openalex.org/W{number + 1000}",
            "doi": f"https://doi.org/10.1000/xyz{number}",
            "title": f"Paper number {number}",
            "display_name": f"Paper number {number}",
            "publication_date": f"{moment(number):%Y-%m-%d}",
            "ids": {"openalex": f"https://openalex.org/W{number + 1000}"},
            "primary_location": {"landing_page_url": f"https://doi.org/10.1000/xyz{number}", "pdf_url": None},
            "locations": [{"landing_page_url": f"http://arxiv.org/abs/{arxiv_id(number)}"}],
            "authorships": people,
            "topics": [{"display_name": "Many Parts"}],
            "keywords": [{"display_name": "parts"}],
            "abstract_inverted_index": words,
            "updated_date": "2026-08-07T00:00:00",
        }
        yield json.dumps(row).encode() + b"\n"


def bibtex(papers: int) -> Iterator[bytes]:
    for number in range(papers):
        yield f"""@article{{li{number},
  title = {{Paper number {{{number}}}}},
  author = {{Li, Ada and Xu, Bo and Oz, Cy}},
  journal = {{Journal of Parts}},
  year = {{2025}},
  doi = {{10.1000/xyz{number}}},
  eprint = {{{arxiv_id(number)}}},
  abstract = {{{ABSTRACT}}},
}}

""".encode()


def table(papers: int) -> Iterator[bytes]:
    yield b"title,authors,abstract,doi,url,date\n"
    for number in range(papers):
        people, address = "Ada Li; Bo Xu; Cy Oz", f"https://arxiv.org/abs/{arxiv_id(number)}"
        yield (
            f'"Paper number {number}","{people}","{ABSTRACT}",10.1000/xyz{number},{address},'
            f"{moment(number):%Y-%m-%d}\n"
        ).encode()


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


def bare_oai(dump: Dump) -> None:
    texts = [f"{OAI}{name}" for name in ("id", "doi", "title", "abstract", "categories", "journal-ref")]
    texts += [f"{OAI}{name}" for name in ("comments", "license", "created", "updated")]
    with dump.open() as file:
        for _, record in etree.iterparse(file, tag=f"{OAI}arXiv"):
            for name in texts:
                one_line(record.findtext(name))
            for person in record.iterfind(f"{OAI}authors/{OAI}author"):
                for name in ("forenames", "keyname", "suffix"):
                    one_line(person.findtext(f"{OAI}{name}"))
            record.clear()


def bare_bibtex(dump: Dump) -> None:
    from bibtexparser.entrypoint import parse_string  # noqa: PLC0415 - slow, and only this needs it

    with dump.open() as file:
        deque(parse_string(file.read().decode()).entries, maxlen=0)


def bare_csv(dump: Dump) -> None:
    with dump.open() as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
        deque(csv.DictReader(text), maxlen=0)


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def ratio(dump: Dump, bare: Callable[[Dump], None], beside: str, least: float = SLOWER) -> None:
    read = formats.load(formats.recognise(dump)).read
    ours, theirs = best(lambda: deque(read(dump), maxlen=0), lambda: bare(dump))
    told = f"{theirs / ours:.2f} of the bare {beside} loop (should be {least} or more)"
    print(f"{dump.name}: {dump.size / ours / 1e6:.0f} MB/s, {told}")


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
        ratio(placed(folder, "oai.xml", oai(SOME)), bare_oai, "lxml")
        ratio(placed(folder, "openalex.jsonl", openalex(SOME)), bare_json, "orjson", NESTED)
        ratio(placed(folder, "library.bib", bibtex(SOME // 10)), bare_bibtex, "bibtexparser", PURE)
        ratio(placed(folder, "table.csv", table(SOME)), bare_csv, "csv", NESTED)
        flat(folder, asked.papers)


if __name__ == "__main__":
    main()
