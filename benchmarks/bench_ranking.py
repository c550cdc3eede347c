"""Ranking at scale: many learned profiles beside many papers on one core, and against one profile at a time.

Papers and profiles are made up: the words of bench_matching.py by Zipf's law, and 200 fields with words of
their own, of which a paper takes a third. A profile likes ten papers of a field or names a topic of one. The
seed is fixed, so every run measures the same; seconds are those of the processor, on one thread.

    bench_ranking.py            10,000 profiles × 10,000 papers, and a usual day, imports included
    bench_ranking.py --small    a tenth of it
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy: processor time is that of one thread

import sys
import time

from bench_matching import Language, peak_megabytes

START = time.process_time()

from newsletter.matching import compile_profiles  # noqa: E402 - what they cost to import is measured
from newsletter.model import Paper, Profile, Rule  # noqa: E402
from newsletter.ranking.background import Background, Text, fit, from_bytes, to_bytes  # noqa: E402
from newsletter.ranking.interest import Ranker, Shelf, Taste, parts  # noqa: E402
from newsletter.ranking.packed import packed, unpacked  # noqa: E402
from newsletter.ranking.tastes import Tastes  # noqa: E402
from newsletter.rules import like  # noqa: E402

IMPORTS = time.process_time() - START
FIELDS = 200
WORDS_OF_A_FIELD = 40
ARCHIVE = 4_000
CACHED_LIMIT, COLD_LIMIT, DAY_LIMIT = 5.0, 30.0, 2.0


class Library:
    """Made-up papers, each of a field."""

    def __init__(self, seed: int) -> None:
        self.language = Language(seed)
        self.random = self.language.random
        self.fields = [
            self.random.sample(self.language.vocabulary[500:], WORDS_OF_A_FIELD) for _ in range(FIELDS)
        ]

    def text(self, field: int) -> Text:
        own = self.random.choices(self.fields[field], k=60)
        words = own + self.language.words(110)
        self.random.shuffle(words)
        return " ".join(own[:4] + self.language.words(5)), " ".join(words)

    def texts(self, count: int) -> list[Text]:
        return [self.text(number % FIELDS) for number in range(count)]

    def taste(self, number: int, archive: list[Text]) -> Taste:
        field = number % FIELDS
        if number % 2:
            return Taste(topic=" ".join(self.random.sample(self.fields[field], 5)))
        its = archive[field::FIELDS]
        return Taste(likes=tuple(self.random.sample(its, min(10, len(its)))))


def papers(texts: list[Text]) -> list[Paper]:
    return [
        Paper(number=number, slug=f"paper-{number}", title=title, abstract=abstract)
        for number, (title, abstract) in enumerate(texts, 1)
    ]


class Clock:
    """Seconds of the processor since it was last asked."""

    def __init__(self) -> None:
        self.last = time.process_time()

    def __call__(self) -> float:
        before, self.last = self.last, time.process_time()
        return self.last - before


def day(library: Library, kept: bytes, archive: list[Text]) -> None:
    """300 papers for 200 profiles whose interests are kept: matches with their reasons."""
    tastes = {f"p{n}": [library.taste(n, archive)] for n in range(200)}
    interests = [packed(each) for each in Ranker(from_bytes(kept)).interests([t for (t,) in tastes.values()])]
    news = papers(library.texts(300))
    rule = Rule(name="like", settings=like.Settings(papers=("x",)))
    profiles = [Profile(name=name, title=name, rules=(rule,), rules_hash=name) for name in tastes]
    clock = Clock()
    ready = Tastes(Ranker(from_bytes(kept)), tastes, [unpacked(each) for each in interests])
    found = sum(1 for _ in compile_profiles(profiles, ready).matches(news))
    seconds = clock() + IMPORTS
    print(
        f"a day of 300 papers × 200 learned profiles: {seconds:.2f} s, {IMPORTS:.2f} s of it imports; "
        f"{found:,} matches with reasons (limit {DAY_LIMIT:g} s)"
    )


def one_by_one(background: Background, tastes: list[Taste], rows_of: list[Text]) -> float:
    """How many times as long it takes without a crowd: each interest beside all papers, alone."""
    ranker = Ranker(background)
    interests = ranker.interests(tastes)
    rows = background.rows(rows_of)
    tastes_of = Tastes(ranker, {str(n): [taste] for n, taste in enumerate(tastes)}, interests)
    news = tastes_of.over(papers(rows_of))
    clock = Clock()
    news.pairs()
    together = clock()
    shelf = Shelf(rows)
    for interest in interests:
        parts(interest, shelf)
    return clock() / together


def main() -> None:
    scale = 10 if "--small" in sys.argv[1:] else 1
    library = Library(seed=7)
    archive = library.texts(ARCHIVE)
    clock = Clock()
    kept = to_bytes(fit(archive))
    print(f"background of {ARCHIVE:,} papers: {clock():.1f} s, {len(kept) / 1e6:.1f} MB")
    day(library, kept, archive)

    few, several = [library.taste(n, archive) for n in range(1_000 // scale)], library.texts(10_000 // scale)
    ratio = one_by_one(from_bytes(kept), few, several)
    pairs = f"{len(few):,} × {len(several):,}"
    print(f"all together against one profile after the other, {pairs}: {ratio:.1f} times as fast")

    count = 10_000 // scale
    tastes = [library.taste(number, archive) for number in range(count)]
    named = {str(number): [taste] for number, taste in enumerate(tastes)}
    clock()
    ranker = Ranker(from_bytes(kept))
    interests = [packed(each) for each in ranker.interests(tastes)]
    made = clock()
    ready = Tastes(ranker, named, [unpacked(each) for each in interests])
    read = clock()
    news = ready.over(papers(several))
    indexed = clock()
    let_in = news.pairs()
    scored = clock()
    size = sum(map(len, interests)) / 1e6
    print(f"scoring {len(several):,} papers × {count:,} learned profiles, {let_in:,} pairs let in:")
    print(f"  {read + scored:.1f} s with kept interests, {size:.0f} MB of them (limit {CACHED_LIMIT:g} s)")
    print(f"  {made + scored:.1f} s without (limit {COLD_LIMIT:g} s)")
    print(f"  and {indexed:.1f} s to read the papers; peak {peak_megabytes():.0f} MB")


if __name__ == "__main__":
    main()
