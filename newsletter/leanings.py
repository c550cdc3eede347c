"""What the learned rules of profiles mean here: liked papers found in the state or read from libraries, the
background that all papers seen so far make, and the sentence model where one is to be asked. Out comes what
matching.py asks. Database and files; no scores.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter import __version__, formats, inbox
from newsletter.errors import DumpError, NoModel, StateError
from newsletter.identity import arxiv_key, doi_key, title_key
from newsletter.idle import stood
from newsletter.matching import Matcher, compile_profiles, leanings
from newsletter.model import Dump, ListedPaper, Paper, Problem, Profile
from newsletter.ranking import MEASURE
from newsletter.ranking.grams import phrase
from newsletter.rules import Leaning, is_library
from newsletter.settings import Limits
from newsletter.store import Store
from newsletter.terms import fold, shown
from newsletter.text import clean

if TYPE_CHECKING:
    from newsletter.kept_sentences import KeptSentences
    from newsletter.models import Model
    from newsletter.ranking.background import Background
    from newsletter.ranking.interest import Interest, Ranker, Taste
    from newsletter.ranking.tastes import Tastes
    from newsletter.sentences import Sentences

Text = tuple[str, str]

GROWTH = 1.25
"""The background is made anew when the archive has grown by a quarter: until then idf hardly moves."""
_KEPT = 200
"""Of a library so many papers are kept, the latest: five times what a taste is made of."""
_BY_PEOPLE = 200
_LATEST = 40
_TOLD = 3
_PROGRAM = f"{__version__} measure {MEASURE}"
"""What works out backgrounds and interests: those of another program are made anew."""
MODEL = "model"
"""Mark: the sentence model that was asked last, its name and its hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likes:
    """What a name stands for: `texts` of papers; `trouble` in words where it stands for none, or too many."""

    texts: tuple[Text, ...] = ()
    trouble: str = ""
    title_only: bool = False


class Leanings:
    """The learned rules of some profiles, with what they name. `folder` is where paths begin; `model` is
    the sentence model that is asked, if any; `keeps` whether libraries and what a model says are kept where
    no transaction is open. In one, all is.
    """

    def __init__(
        self, store: Store, profiles: Iterable[Profile], folder: Path, model: str = "", *, keeps: bool = False
    ) -> None:
        self._store = store
        self._folder = folder
        self._model = model
        self._keeps = keeps
        self.without_model: NoModel | None = None
        """Why the model that was asked for is not asked, once tastes() has tried."""
        self._profiles = tuple(profiles)
        self.by_profile = {each.name: found for each in self._profiles if (found := leanings(each))}
        self._likes: dict[str, Likes] = {}

    def tastes(self) -> Tastes | None:
        """The tastes of the profiles that have learned rules; None where none has."""
        if not self.by_profile:
            return None
        from newsletter.ranking.tastes import Tastes  # noqa: PLC0415 - numpy, for those who need it

        found = {name: tuple(self._tastes(each)) for name, each in self.by_profile.items()}
        ranker, named = self._ranker()
        interests = self._interests(ranker, named, list(chain.from_iterable(found.values())))
        return Tastes(ranker, found, interests)

    def _ranker(self) -> tuple[Ranker, str]:
        """What scores papers here, and a name for what it measures by."""
        from newsletter.ranking.interest import Ranker  # noqa: PLC0415 - as above

        usual, named = background(self._store)
        if self._embedder is None:
            return Ranker(usual), named
        return Ranker(usual, self._embedder, self._usual_texts()), f"{named} {self._embedder.told}"

    def _usual_texts(self) -> list[Text]:
        """Papers of the archive that say what is usual for a model."""
        from newsletter.ranking.interest import REFERENCE  # noqa: PLC0415 - as above

        return self._store.papers.texts(sampled(settled_size(self._store.papers.count()), REFERENCE))

    @cached_property
    def _embedder(self) -> KeptSentences | None:
        """The sentence model that is to be asked; None where none is, or none can be."""
        if not self._model or not self.by_profile:
            return None
        try:
            embedder = kept_sentences(self._store, self._model, keeps=self._keeps or self._store.writing)
        except NoModel as error:
            self.without_model = error
            return None
        if self._store.writing:
            self._store.runs.set_mark(MODEL, embedder.told)
        return embedder

    def read_ahead(self, papers: Iterable[Paper]) -> None:
        """Ask the sentence model what it will be asked of these papers and of the profiles, and keep it.

        A model takes 30 ms a text, and nobody else can write while a transaction is open.
        """
        if self._embedder is None:
            return
        from newsletter.ranking.meaning import said  # noqa: PLC0415 - numpy, as above
        from newsletter.ranking.tastes import text_of  # noqa: PLC0415 - as above

        tastes = chain.from_iterable(map(self._tastes, self.by_profile.values()))
        texts = [*self._usual_texts(), *(text for taste in tastes for text in taste.read)]
        self._embedder([said(text) for text in (*texts, *map(text_of, papers))])

    def _interests(self, ranker: Ranker, usual: str, tastes: Sequence[Taste]) -> list[Interest]:
        """The tastes as vectors, worked out where neither they nor what is usual stood so before."""
        from newsletter.ranking.packed import packed, unpacked  # noqa: PLC0415 - numpy, as above

        by_name = {_made_of(usual, taste): taste for taste in tastes}
        kept = self._store.learning.interests(by_name)
        found = {name: unpacked(content) for name, content in kept.items()}
        new = [name for name in by_name if name not in kept]
        made = dict(zip(new, ranker.interests([by_name[name] for name in new]), strict=True))
        if self._store.writing:
            self._store.learning.put_interests({n: packed(each) for n, each in made.items()}, by_name)
        found |= made
        return [found[_made_of(usual, taste)] for taste in tastes]

    def _tastes(self, several: Sequence[Leaning]) -> Iterator[Taste]:
        """One interest of likes and topic; where there are several topics, each makes its own."""
        from newsletter.ranking.interest import Taste  # noqa: PLC0415 - as above

        topics = [each for each in several if each.topic]
        liking = [each for each in several if each.liked]
        likes = self.texts(name for each in liking for name in each.liked)
        dislikes = self.texts(name for each in several for name in each.disliked)
        heavy = max((each.weight for each in liking), default=0.0)
        joined = topics[0] if len(topics) == 1 and likes else None
        if likes:
            yield Taste(
                topic=joined.topic if joined else "",
                likes=likes,
                dislikes=dislikes,
                weight=max(heavy, joined.weight if joined else 0.0),
            )
        for each in topics:
            if each is not joined:
                yield Taste(topic=each.topic, dislikes=dislikes, weight=each.weight)
        for each in several:
            if each.people and (theirs := self._by(each)):
                yield Taste(likes=theirs, dislikes=dislikes, whose="", weight=each.weight)

    def texts(self, names: Iterable[str]) -> tuple[Text, ...]:
        """The papers that names stand for, the latest first: the last name is the latest."""
        found = [text for name in reversed(list(names)) for text in self.likes(name).texts]
        return tuple(dict.fromkeys(found))

    def likes(self, name: str) -> Likes:
        """What one name of a liked paper or library stands for."""
        if name not in self._likes:
            self._likes[name] = self._library(name) if is_library(name) else self._paper(name)
        return self._likes[name]

    def _paper(self, name: str) -> Likes:
        key = arxiv_key(name) or doi_key(name)
        wanted = key or title_key(name)
        numbers = self._store.papers.named([wanted]).get(wanted, ())
        telling = phrase(name)
        if not numbers and not key and telling:
            numbers = self._store.papers.beginning(wanted)
        if len(numbers) == 1:
            (paper,) = self._store.papers.load(numbers).values()
            return Likes(texts=((paper.title, paper.abstract),))
        if key:
            return Likes(trouble=f"{name} was in no dump yet; it counts once it was, a title counts at once")
        if not telling:
            return Likes(trouble=f"“{shown(name)}” says nothing of what a paper is about")
        return Likes(texts=((clean(name), ""),), title_only=True)

    def _library(self, name: str) -> Likes:
        path = self.path(name)
        try:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            kept = self._store.learning.library(content)
            if kept is None:
                kept = read_library(path)
                self._keep_library(content, kept)
        except (OSError, DumpError) as error:
            why = error.what if isinstance(error, DumpError) else (error.strerror or "cannot be read")
            return Likes(trouble=f"{name}: {why}")
        if not kept:
            return Likes(trouble=f"{name}: no papers are in it")
        more = f"{name}: only the latest 40 of its papers count" if len(kept) > _LATEST else ""
        return Likes(texts=kept, trouble=more)

    def _keep_library(self, content: str, texts: tuple[Text, ...]) -> None:
        if self._store.writing:
            self._store.learning.put_library(content, texts)
        elif self._keeps:
            # Whoever has the state just now, and whatever is wrong with it: the library was read.
            with suppress(StateError), self._store.transaction():
                self._store.learning.put_library(content, texts)

    def path(self, name: str) -> Path:
        """Where a library's file is."""
        return Path(self._folder, Path(name).expanduser())

    def _by(self, leaning: Leaning) -> tuple[Text, ...]:
        """The papers of the people that one leans to, the latest first."""
        found: dict[int, Paper] = {}
        for surname in leaning.surnames:
            for paper in self._store.papers.naming(surname, _BY_PEOPLE):
                if leaning.wrote(paper.authors):
                    found[paper.number] = paper
        newest = sorted(found.values(), key=lambda paper: -paper.number)
        return tuple((paper.title, paper.abstract) for paper in newest)

    def libraries(self) -> tuple[tuple[str, int, int], ...]:
        """The files of liked papers with their sizes and times; those that are missing have none."""
        names = {name for several in self.by_profile.values() for each in several for name in each.liked}
        names |= {name for several in self.by_profile.values() for each in several for name in each.disliked}
        return tuple(stood(str(self.path(name))) for name in sorted(names) if is_library(name))

    def hashed(self, profile: Profile) -> Profile:
        """The profile with all that its learned rules hang on in its hash: when a library's content changes,
        or another sentence model is asked, its rules have.
        """
        several = self.by_profile.get(profile.name, ())
        names = sorted({n for each in several for n in (*each.liked, *each.disliked) if is_library(n)})
        besides = [repr(self.likes(name).texts) for name in names]
        if several and self._embedder is not None:
            besides.append(self._embedder.digest)
        if not besides:
            return profile
        digest = hashlib.blake2b(profile.rules_hash.encode(), digest_size=8)
        for each in besides:
            digest.update(each.encode())
        return replace(profile, rules_hash=digest.hexdigest())

    def troubles(self, named: Callable[[str], str] = str) -> Iterator[str]:
        """What is wrong with what profiles like, in words; the rest of them counts. `named` is what a profile
        is called there.
        """
        muting = compile_profiles(self._profiles)
        for name, several in self.by_profile.items():
            for trouble in self._troubles(name, several, muting):
                yield f"{named(name)}: {trouble}"

    def _troubles(self, name: str, several: Sequence[Leaning], muting: Matcher) -> Iterator[str]:
        yield from self._contradictions(several)
        yield from self._not_met(several)
        yield from self._unanswered(several)
        for each in several:
            yield from filter(None, (self.likes(liked).trouble for liked in (*each.liked, *each.disliked)))
            for liked in each.liked:
                yield from self._muted(name, liked, muting)
            if each.topic and _kept_out(name, muting, each.topic):
                yield f"the topic “{shown(each.topic)}” itself is kept out by mute or none"
            if each.people and not self._by(each):
                yield f"no paper of {', '.join(each.people)} was in a dump yet"

    def _muted(self, profile: str, liked: str, muting: Matcher) -> Iterator[str]:
        """What a profile likes and keeps out at once."""
        for title, abstract in self.likes(liked).texts[:_LATEST]:
            if _kept_out(profile, muting, title, abstract):
                yield f"“{shown(title)}” is liked, and papers like it are kept out by mute or none"

    def _contradictions(self, several: Sequence[Leaning]) -> Iterator[str]:
        """What a profile likes and dislikes at once."""
        liked = self.texts(name for each in several for name in each.liked)
        disliked = self.texts(name for each in several for name in each.disliked)
        both = {fold(title) for title, _ in liked} & {fold(title) for title, _ in disliked}
        for title in dict.fromkeys(title for title, _ in liked if fold(title) in both):
            yield f"“{shown(title)}” is both liked and disliked; take it out of one"

    def _not_met(self, several: Sequence[Leaning]) -> Iterator[str]:
        """The titles that no dump had: they may be slips of the keyboard."""
        named = [name for each in several for name in (*each.liked, *each.disliked) if not is_library(name)]
        unmet: dict[str, str] = {}
        for name in named:
            if self.likes(name).title_only:
                unmet.setdefault(fold(name), name)
        names = list(unmet.values())
        if names:
            told = ", ".join(f"“{shown(name)}”" for name in names[:_TOLD])
            more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
            yield f"no dump had {told}{more} yet; only the words of the title count"

    def _unanswered(self, several: Sequence[Leaning]) -> Iterator[str]:
        """The topics that no paper so far would have come for. What a model would say is not asked here."""
        papers = self._store.papers.count()
        topics = [taste for taste in self._tastes(several) if not taste.likes] if papers else []
        for taste in topics if not self._model else ():
            if not self._without_model.has(self._without_model.interest(taste)):
                yield _unanswered(taste.topic, papers)

    @cached_property
    def _without_model(self) -> Ranker:
        from newsletter.ranking.interest import Ranker  # noqa: PLC0415 - as above

        return Ranker(background(self._store)[0])

    def unread(self) -> Iterator[str]:
        """The libraries that could not be read, each with why."""
        names = {n for several in self.by_profile.values() for e in several for n in (*e.liked, *e.disliked)}
        for name in sorted(filter(is_library, names)):
            if not (likes := self.likes(name)).texts:
                yield likes.trouble


def _made_of(usual: str, taste: Taste) -> str:
    """A name for all that an interest is made of."""
    parts = (_PROGRAM, usual, taste.topic, taste.likes[:_LATEST], taste.dislikes[:_LATEST])
    return hashlib.blake2b(repr(parts).encode(errors="replace"), digest_size=16).hexdigest()


def _unanswered(topic: str, papers: int) -> str:
    from newsletter.ranking.background import LATENT_FROM  # noqa: PLC0415 - numpy, for those who need it

    seen = f"none of the {papers:,} papers so far has" if papers > 1 else "the only paper so far has not"
    more = f"below {LATENT_FROM} only words count, and fewer find more"
    more = more if papers < LATENT_FROM else "is it written as papers write it?"
    return f"{seen} enough of the words of the topic “{shown(topic)}”; {more}"


def _kept_out(profile: str, muting: Matcher, title: str, abstract: str = "") -> bool:
    return profile in muting.kept_out(Paper(number=0, slug="", title=title, abstract=abstract))


def background(store: Store) -> tuple[Background, str]:
    """The background that the papers of a state make, and a name for it.

    A function of the papers alone: it is made of the first so many, and their number only takes the values of
    a series that grows by a quarter, so that it stays the same from day to day and after any crash.
    """
    from newsletter.ranking import background as backgrounds  # noqa: PLC0415 - numpy, for those who need it

    size = settled_size(store.papers.count())
    kept = store.learning.background(size, _PROGRAM)
    if kept is None:
        texts = store.papers.texts(sampled(size, backgrounds.SAMPLE))
        kept = backgrounds.to_bytes(backgrounds.fit(texts))
        if store.writing:
            store.learning.put_background(size, _PROGRAM, kept)
    return backgrounds.from_bytes(kept), hashlib.blake2b(kept, digest_size=16).hexdigest()


def sampled(size: int, most: int) -> list[int]:
    """The numbers of at most `most` of the first so many papers, evenly spread."""
    from newsletter.ranking.background import spread_evenly  # noqa: PLC0415 - as above

    return [place + 1 for place in spread_evenly(size, most)]


def kept_sentences(store: Store, model: str, *, keeps: bool) -> KeptSentences:
    """The model of that folder, or the one that `auto` finds, with its vectors in a state. Raises NoModel."""
    from newsletter.kept_sentences import KeptSentences  # noqa: PLC0415 - an extra, and its libraries
    from newsletter.models import find  # noqa: PLC0415 - beside it

    found = find(model)
    return KeptSentences(store, _opened(found, stood(str(found.onnx))), keeps=keeps)


@lru_cache(maxsize=1)
def _opened(model: Model, stood: tuple[str, int, int]) -> Sentences:  # noqa: ARG001 - another file, another model
    """A model ready to be asked; a run asks before its round and in it."""
    from newsletter.sentences import Sentences  # noqa: PLC0415 - an extra, and its libraries

    return Sentences(model)


def settled_size(papers: int) -> int:
    """The number of papers a background is made of: the last of 1, 2, 3, 4, 5, 6, 8, 10, … not above."""
    size = 0
    following = 1
    while following <= papers:
        size = following
        following = max(size + 1, round(size * GROWTH))
    return size


def read_library(path: Path) -> tuple[Text, ...]:
    """The latest papers of a library's file: by their dates where they have some, else the last first.

    Raises DumpError where no format knows the file, OSError where it cannot be read.
    """
    status = path.stat()
    found = inbox.Found(name=path.name, path=str(path), size=status.st_size, mtime_ns=status.st_mtime_ns)
    dump = inbox.take(found, Limits())
    if not isinstance(dump, Dump):
        raise DumpError(dump.what if isinstance(dump, Problem) else "it changes while it is read")
    listed = [
        each for each in formats.load(formats.recognise(dump)).read(dump) if isinstance(each, ListedPaper)
    ]
    latest = sorted(enumerate(listed), key=lambda each: (_dated(each[1]), each[0]), reverse=True)
    return tuple((clean(each.title), clean(each.abstract)) for _, each in latest[:_KEPT])


def _dated(listed: ListedPaper) -> str:
    day = listed.listed or listed.published or listed.updated
    return day.isoformat() if day else ""
