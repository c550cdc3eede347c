"""What a mail costs: rendering, ledger and SMTP together, against the way one would first write it (mail 50).

    python benchmarks/bench_mail.py [--mails N] [--sink PATH] [--many N]

The relay is Postfix's smtp-sink, which costs next to nothing. Without installing Postfix:

    apt-get download postfix && dpkg -x postfix_*.deb /tmp/postfix
    python benchmarks/bench_mail.py --sink /tmp/postfix/usr/sbin/smtp-sink

Processor time of this process alone, in one sitting: read the ratios. The papers are made up, so that the
figures need nothing but this repository. Where there is no smtp-sink, a slower relay of the tests is used.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import css_inline
import jinja2

from newsletter import press as presses
from newsletter.deliver import this_boot
from newsletter.model import Digest, Match, Paper, Pick, Reason, Section, Subscriber
from newsletter.outbox import Outbox
from newsletter.post_room import SECRET, PostRoom
from newsletter.postman import post
from newsletter.settings import Config, Email, Site, Smtp
from newsletter.store import open_store

HOME = Path(__file__).parent.parent
SINK = HOME / "tests" / "sink.py"
NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
PAPERS, SHOWN, ABSTRACT_WORDS = 120, 20, 57
MEGABYTE = 1024
"""ru_maxrss counts kilobytes."""
SITE = Site(title="Reading list", url="https://example.org/papers")
WORDS = (
    *("model", "diffusion", "noise", "learning", "sample", "graph", "policy", "reward", "kernel", "bound"),
    *("data", "image", "language", "token", "method", "result", "baseline", "training", "gradient", "latent"),
)

NAIVE = """\
<html><head><style>
.paper {padding: 20px 24px; border-bottom: 1px solid #dddddd; background-color: #ffffff; margin: 0 0 12px}
.title {font-family: Georgia, serif; font-size: 18px; line-height: 24px; color: #112233; margin: 0}
.title a {color: #0645ad; text-decoration: none; font-weight: bold}
.abstract {font-family: Helvetica, sans-serif; font-size: 15px; line-height: 23px; color: #333333}
.authors, .why {font-family: Helvetica, sans-serif; font-size: 13px; line-height: 19px; color: #666666}
.links a {display: inline-block; padding: 12px 14px 12px 0; font-size: 14px; color: #0645ad}
</style></head><body><table width="600" role="presentation"><tr><td><h1>{{ title }}</h1>
<p>Hello {{ name }}</p>
{% for paper in papers %}<div class="paper">
<p class="title"><a href="{{ paper.url }}">{{ paper.title }}</a></p>
<p class="abstract">{{ paper.abstract }}</p><p class="authors">{{ paper.authors|join(", ") }}</p>
<p class="why">{{ paper.why }}</p><p class="links"><a href="{{ paper.url }}">abstract</a>
<a href="{{ paper.url }}.pdf">PDF</a></p></div>{% endfor %}
<p><a href="https://example.org/leave?token={{ token }}">unsubscribe</a></p></td></tr></table></body></html>
"""
NAIVE_TEXT = """\
{{ title }}

Hello {{ name }}
{% for paper in papers %}
{{ paper.title|wordwrap(78) }}
{{ paper.url }}
{{ paper.abstract|wordwrap(78) }}
{{ paper.why|wordwrap(78) }}
{% endfor %}
https://example.org/leave?token={{ token }}
"""


# ------------------------------------------------------------------------------------- what is sent


def made_papers() -> tuple[Paper, ...]:
    chance = random.Random(7)  # noqa: S311 - made-up papers

    def text(words: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(words)).capitalize()

    return tuple(
        Paper(
            number=number,
            slug=f"paper-{number}",
            title=text(9),
            abstract=". ".join(text(19) for _ in range(ABSTRACT_WORDS // 19)),
            authors=tuple(text(2).title() for _ in range(5)),
            ids=(f"arxiv:2611.{number:05}",),
            recorded=NOW,
        )
        for number in range(1, PAPERS + 1)
    )


def digest(papers: tuple[Paper, ...], reader: int) -> Digest:
    """Twenty papers, others for each reader."""
    chosen = random.Random(reader).sample(papers, SHOWN)  # noqa: S311 - as above
    reason = Reason(
        rule="keywords", detail="“diffusion” in the abstract", found="diffusion", field="abstract"
    )
    picks = tuple(
        Pick(paper=paper, match=Match(paper=paper.number, profile="one", score=1.0, reasons=(reason,)))
        for paper in chosen
    )
    section = Section(profile="one", title="Diffusion models", picks=picks)
    return Digest(slot="2026-11-22", date=date(2026, 11, 22), sections=(section,))


def config(readers: int, home: Path) -> Config:
    return Config(
        path=home / "config.yaml",
        digest="",
        state=str(home / "state.db"),
        out=home / "out",
        inbox=(),
        profiles=(),
        subscribers=tuple(
            Subscriber(address=f"reader{n}@example.org", reader=f"reader{n}@example.org", name=f"Reader {n}")
            for n in range(readers)
        ),
        site=SITE,
        email=Email(
            sender_name="Reading list",
            sender_address="list@example.org",
            via="smtp",
            bounces="bounce@example.org",
            verp=True,
            unsubscribe=("https://example.org/leave", "mailto:leave@example.org"),
        ),
    )


def room(readers: int, home: Path) -> PostRoom:
    """A state on the disk in which so many digests are queued."""
    settings = config(readers, home)
    store, papers = open_store(settings.state), made_papers()
    store.runs.settled_mark(SECRET, "0" * 64)
    with store.transaction():
        for number, subscriber in enumerate(settings.subscribers):
            row = store.readers.begin(subscriber, settled=NOW, now=NOW)
            made = digest(papers, number)
            store.readers.put_queued(row.id, made, (), moment=NOW, headed=NOW, now=NOW)
    press = presses.load(SITE, None)
    return PostRoom(store=store, config=settings, press=lambda: press)


# ---------------------------------------------------------------------------------------- the relays


@contextmanager
def fast_relay(sink: str | None) -> Iterator[int]:
    """smtp-sink on a free port; else the relay of the tests."""
    if sink is None:
        with slow_relay(0.0) as (port, _):
            yield port
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    libraries = {"LD_LIBRARY_PATH": str(Path(sink).resolve().parents[1] / "lib" / "postfix")}
    process = subprocess.Popen(
        [sink, "-u", "root", f"127.0.0.1:{port}", "200"],
        env=os.environ | libraries,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield port
    finally:
        process.kill()
        process.wait()


@contextmanager
def far_relay(sink: str | None, delay: float) -> Iterator[int]:
    """A relay whose every reply arrives so much later: a wire in a process of its own stands in between."""
    with fast_relay(sink) as port:
        process = subprocess.Popen(
            [sys.executable, __file__, "--wire", str(port), str(delay)], stdout=subprocess.PIPE, text=True
        )
        if process.stdout is None:
            raise SystemExit("no wire")
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()
            process.communicate()


def wire(port: int, delay: float) -> None:
    """Pass on what comes from either side, what comes from the relay so many seconds later; for ever.

    Threads that sleep, for the timers of an event loop are rounded up to whole milliseconds: with four
    replies a mail that was another 3 ms. A reply is read when the one before has gone on: none comes early.
    """
    server = socket.create_server(("127.0.0.1", 0), backlog=200)
    print(server.getsockname()[1], flush=True)
    while True:
        near, _ = server.accept()
        far = socket.create_connection(("127.0.0.1", port))
        for source, target, wait in ((near, far, 0.0), (far, near, delay)):
            source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_pass_on, args=(source, target, wait), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, wait: float) -> None:
    with suppress(OSError):
        while chunk := source.recv(1 << 18):
            time.sleep(wait)
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            with socket.create_connection(("127.0.0.1", port), 1.0):
                return
        except OSError:
            time.sleep(0.02)
    raise SystemExit("smtp-sink does not start: it wants to be root")


@contextmanager
def slow_relay(delay: float) -> Iterator[tuple[int, list[str]]]:
    """A relay that takes so long for each reply; at the end, what it says of itself."""
    process = subprocess.Popen(
        [sys.executable, str(SINK), str(delay)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    if process.stdout is None:
        raise SystemExit("no relay")
    said: list[str] = []
    yield int(process.stdout.readline()), said
    rest, _ = process.communicate("")
    said += rest.split()


# -------------------------------------------------------------------------------------- the two ways


def ours(readers: int, port: int, **relay: float) -> tuple[float, float]:
    """Seconds by the clock and of the processor, to send to so many readers with the ledger on."""
    with tempfile.TemporaryDirectory() as folder:
        full = room(readers, Path(folder))
        settings = {"connections": 4, **relay}
        route = Smtp(host="127.0.0.1", port=port, tls="none", ehlo="bench.example.org", **settings)  # type: ignore[arg-type] # numbers by name
        clock, processor = time.perf_counter(), time.process_time()
        done = post(Outbox(full, NOW, boot=this_boot()), [route], domain="example.org")
        took = time.perf_counter() - clock, time.process_time() - processor
        if done.sent != readers:
            raise SystemExit(f"not all was sent: {done}")
        full.store.close()
    return took


def naive(readers: int, port: int) -> tuple[float, float, int]:
    """Render all for each reader, one connection a mail, nothing written down; and a message's size."""
    papers, inliner = made_papers(), css_inline.CSSInliner()
    environment = jinja2.Environment(autoescape=True)
    html_of, text_of = environment.from_string(NAIVE), jinja2.Environment().from_string(NAIVE_TEXT)  # noqa: S701 - the text part
    made = [digest(papers, number) for number in range(readers)]

    async def send_all() -> int:
        size = 0
        for number, each in enumerate(made):
            values = _values(each, number)
            message = EmailMessage()
            message["From"], message["Subject"] = "list@example.org", values["title"]
            message["To"] = f"reader{number}@example.org"
            message.set_content(text_of.render(values))
            message.add_alternative(inliner.inline(html_of.render(values)), subtype="html")
            size = len(message.as_bytes())
            await aiosmtplib.send(message, hostname="127.0.0.1", port=port, start_tls=False)
        return size

    clock, processor = time.perf_counter(), time.process_time()
    size = asyncio.run(send_all())
    return time.perf_counter() - clock, time.process_time() - processor, size


def _values(digest: Digest, number: int) -> dict[str, object]:
    picks = digest.sections[0].picks
    return {
        "title": f"{len(picks)} papers: {picks[0].paper.title}",
        "name": f"Reader {number}",
        "token": f"{number:032}",
        "papers": [
            {
                "title": pick.paper.title,
                "abstract": pick.paper.abstract,
                "authors": pick.paper.authors,
                "url": f"https://arxiv.org/abs/{pick.paper.ids[0][6:]}",
                "why": pick.match.reasons[0].detail,
            }
            for pick in picks
        ],
    }


def size_of_ours() -> int:
    with tempfile.TemporaryDirectory() as folder:
        outbox = Outbox(room(1, Path(folder)), NOW)
        parcel = outbox.prepare()
        return len(parcel.content) if parcel else 0


# ------------------------------------------------------------------------------------------ figures


def compare(mails: int, sink: str | None) -> None:
    with fast_relay(sink) as port:
        ours(20, port)
        least = min(ours(mails, port) for _ in range(3))
        first = min(naive(mails, port) for _ in range(3))
    print(f"{mails} mails; ours {size_of_ours() / 1000:.0f} KB each, naive {first[2] / 1000:.0f} KB")
    for name, took, how in (("ours", least, "4 connections, ledger on"), ("naive", first, "one a mail")):
        print(f"{name:<7} {1000 * took[1] / mails:6.2f} ms CPU a mail {mails / took[0]:6.0f} mails/s, {how}")
    print(f"ratio   {first[1] / least[1]:6.2f} × less CPU      {first[0] / least[0]:6.2f} × the mails/s")


def far_away(mails: int, sink: str | None) -> None:
    with far_relay(sink, 0.02) as port:
        took = ours(mails, port, connections=8)[0]
    print(f"20 ms a reply, 8 connections: {mails / took:.0f} mails/s (the replies alone allow 100)")


def at_a_rate() -> None:
    with slow_relay(0.0) as (port, said):
        ours(60, port, rate=20)
    count, first, last = int(said[0]), float(said[1]), float(said[2])
    rate = (count - 20) / (last - first)
    print(f"rate 20/s: {rate:.1f} mails/s after the first 20, at most {said[3]} connections")


def memory(mails: int, sink: str | None) -> None:
    """In a process of its own, so that what was measured before does not count."""
    arguments = [sys.executable, __file__, "--only-memory", str(mails), *(["--sink", sink] if sink else [])]
    subprocess.run(arguments, check=True)


def only_memory(mails: int, sink: str | None) -> None:
    with fast_relay(sink) as port:
        clock, processor = ours(mails, port)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    print(
        f"{mails} recipients: {peak:.0f} MB at most, {1000 * processor / mails:.2f} ms CPU a mail,"
        f" {mails / clock:.0f} mails/s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mails", type=int, default=400)
    parser.add_argument(
        "--many", type=int, default=10_000, help="recipients of the run whose memory is taken"
    )
    parser.add_argument("--sink", default=shutil.which("smtp-sink"), help="where smtp-sink is")
    parser.add_argument("--only-memory", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--wire", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.wire:
        wire(int(options.wire[0]), float(options.wire[1]))
        return
    if options.only_memory:
        only_memory(options.only_memory, options.sink)
        return
    if options.sink is None:
        print("no smtp-sink: the relay of the tests takes its place, and is the slower half of all rates")
    compare(options.mails, options.sink)
    far_away(options.mails, options.sink)
    at_a_rate()
    memory(options.many, options.sink)


if __name__ == "__main__":
    main()
