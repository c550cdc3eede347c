"""Matching at scale: many profiles over many papers on one core, and against asking every profile in turn.

Papers and profiles are made up: words by Zipf's law over 60,000, texts as long as real ones with a dozen of
300,000 set phrases in each, terms as people write them (set phrases, rare words, some prefixes). A profile
then matches some fifty of 20,000 papers, three times what a digest holds. The seed is fixed, so every run
measures the same; seconds are those of the processor, since other programs may be running.

    bench_matching.py            10,000 profiles × 20 terms over 20,000 papers, and a usual day
    bench_matching.py --small    a tenth of it
"""

from __future__ import annotations

import itertools
import random
import resource
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence

from newsletter.matching import Matcher, compile_profiles
from newsletter.model import Paper, Profile, Rule
from newsletter.rules import keywords

VOCABULARY = 60_000
PHRASES = 300_000
ABSTRACT_WORDS = 165
ABSTRACT_PHRASES = 12
TITLE_WORDS = 11
LIMIT_SECONDS = 15.0
LIMIT_MEGABYTES = 1024
DAY_LIMIT_SECONDS = 0.5


class Language:
    """Made-up words, drawn as often as their rank in a vocabulary says."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a benchmark, no secret
        syllables = [a + b for a in "bcdfglmnprstv" for b in "aeiou"]
        spelled = ("".join(parts) for n in (2, 3) for parts in itertools.product(syllables, repeat=n))
        self.vocabulary = list(itertools.islice(spelled, VOCABULARY))
        self.random.shuffle(self.vocabulary)
        self.weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(VOCABULARY)))

        self.phrases = [" ".join(self.words(2)) for _ in range(PHRASES)]
        frequent = set(self.vocabulary[:100])
        self.sought = [phrase for phrase in self.phrases if frequent.isdisjoint(phrase.split())]
        self.seldom = self.vocabulary[20_000:]

    def words(self, count: int) -> list[str]:
        return self.random.choices(self.vocabulary, cum_weights=self.weights, k=count)

    def abstract(self) -> str:
        parts = self.words(ABSTRACT_WORDS) + self.random.choices(self.phrases, k=ABSTRACT_PHRASES)
        self.random.shuffle(parts)
        return " ".join(parts).capitalize() + "."

    def phrase(self) -> str:
        """A set phrase such as people look for: no “of the”, whose words stand side by side by chance."""
        return self.random.choice(self.sought)

    def uncommon(self) -> str:
        """A word such as people look for: none of the 20,000 most frequent."""
        return self.random.choice(self.seldom)


def papers(language: Language, count: int) -> Iterator[Paper]:
    for number in range(1, count + 1):
        title = " ".join(language.words(TITLE_WORDS)).capitalize()
        slug, abstract = f"paper-{number}", language.abstract()
        yield Paper(number=number, slug=slug, title=title, abstract=abstract, authors=("Ada Lovelace",))


def terms(language: Language, count: int) -> Iterator[str]:
    for _ in range(count):
        kind = language.random.random()
        if kind < 0.88:  # noqa: PLR2004 - most of what people look for are phrases
            yield language.phrase()
        elif kind < 0.99:  # noqa: PLR2004 - and hardly any are prefixes
            yield language.uncommon()
        else:
            yield language.uncommon() + "*"


def profiles(language: Language, count: int, terms_each: int = 20) -> list[Profile]:
    return [profile(f"p{number}", tuple(terms(language, terms_each))) for number in range(count)]


def profile(name: str, wanted: tuple[str, ...]) -> Profile:
    rule = Rule(name="keywords", settings=keywords.Settings(any=wanted))
    return Profile(name=name, title=name, rules=(rule,), rules_hash=name)


def timed_matching(profiles: Sequence[Profile], papers: Sequence[Paper]) -> tuple[float, float, int]:
    """Seconds to make the profiles ready, seconds to match, and the number of matches."""
    start = time.process_time()
    matcher = compile_profiles(profiles)
    ready = time.process_time()
    count = sum(1 for _ in matcher.matches(papers))
    return ready - start, time.process_time() - ready, count


def seconds_in_turn(profiles: Sequence[Profile], papers: Sequence[Paper]) -> float:
    """The same matches with a matcher for each profile: what a loop over profiles costs."""
    matchers = [Matcher.matches(compile_profiles([each]), papers) for each in profiles]
    start = time.process_time()
    for matches in matchers:
        deque(matches, maxlen=0)
    return time.process_time() - start


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    scale = 10 if "--small" in sys.argv[1:] else 1
    language = Language(seed=7)
    day_papers, day_profiles = list(papers(language, 300)), profiles(language, 200)
    made_ready, matched, found = timed_matching(day_profiles, day_papers)
    day = made_ready + matched
    print(f"matching 300 papers × 200 profiles: {day:.2f} s, {found:,} matches (limit {DAY_LIMIT_SECONDS} s)")

    few = day_papers[:50]
    once = sum(timed_matching(day_profiles, few)[:2])
    ratio = seconds_in_turn(day_profiles, few) / once
    print(f"one pass for all against profile by profile, 50 papers × 200 profiles: {ratio:.0f} times as fast")

    many_profiles = profiles(language, 10_000 // scale)
    many_papers = list(papers(language, 20_000 // scale))
    made_ready, matched, found = timed_matching(many_profiles, many_papers)
    whole, peak = made_ready + matched, peak_megabytes()
    print(
        f"matching {len(many_papers):,} papers × {len(many_profiles):,} profiles of 20 terms: {whole:.1f} s "
        f"({made_ready:.1f} s to make ready), {found:,} matches, peak {peak:.0f} MB "
        f"(limits {LIMIT_SECONDS:g} s, {LIMIT_MEGABYTES} MB)"
    )


if __name__ == "__main__":
    main()
