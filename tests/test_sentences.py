"""Sentence models: where they lie, how they are opened, what is kept, and what is said of a broken one."""

import json
import sqlite3
import zipfile
from importlib import metadata

import numpy as np
import pytest
import tiny_model
from fakes import paper, profile
from home import Home, page

from newsletter import models
from newsletter.errors import NoModel
from newsletter.kept_sentences import KeptSentences
from newsletter.leanings import Leanings
from newsletter.models import find
from newsletter.rules import keywords, like, topic
from newsletter.store import open_store


@pytest.fixture
def empty_home(tmp_path, monkeypatch):
    """A machine without any model."""
    home = tmp_path / "home"
    for name in ("XDG_CACHE_HOME", "HF_HOME", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(models, "_PACKAGES", ())
    return home


@pytest.fixture
def sentences(tmp_path):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("tokenizers")
    from newsletter.sentences import Sentences  # noqa: PLC0415 - an extra

    return Sentences(find(str(tiny_model.write(tmp_path / "tiny"))))


# ------------------------------------------------------------------------------------------------ finding


@pytest.mark.parametrize("name", ["model.onnx", "onnx/model.onnx", "model_quantized.onnx", "other.onnx"])
def test_a_folder_has_a_model_under_the_usual_names(tmp_path, name):
    folder = tiny_model.write(tmp_path / "tiny")
    (folder / "onnx").mkdir()
    (folder / "model.onnx").rename(folder / name)
    found = find(str(folder))

    assert ("tiny", folder / name) == (found.name, found.onnx)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (None, "there is no such folder"),
        (("tokenizer.json",), "no ONNX file is in it"),
        (("model.onnx",), "neither tokenizer.json nor vocab.txt is in it"),
    ],
)
def test_what_a_folder_lacks_is_said(tmp_path, files, said):
    folder = tmp_path / "model"
    for name in files or ():
        folder.mkdir(exist_ok=True)
        (folder / name).write_text("{}")

    with pytest.raises(NoModel, match=said) as caught:
        find(str(folder))
    assert "papers rank without a model" in caught.value.told


def test_auto_looks_in_the_users_caches_ours_first(empty_home):
    hub = empty_home / ".cache/huggingface/hub/models--sentence-transformers--some-model/snapshots/abc"
    (tiny_model.write(hub) / "modules.json").write_text("[]")
    theirs = find("auto")
    ours = tiny_model.write(empty_home / ".cache/newsletter/models/mine")

    assert ("sentence-transformers/some-model", "mine") == (theirs.name, find("auto").name)
    assert find("auto").onnx == ours / "model.onnx"


def test_auto_takes_the_model_that_packages_carry_between_them(empty_home, monkeypatch):
    one, other = (empty_home / name for name in ("one", "other"))
    other.mkdir(parents=True)
    tiny_model.write(one)
    with zipfile.ZipFile(other / "model.zip", "w") as packed:
        packed.writestr("tokenizer.json", "{}")
    carried = {"one": [one / "model.onnx"], "other": [other / "model.zip"]}
    monkeypatch.setattr(models, "_PACKAGES", tuple(carried))
    monkeypatch.setattr(models, "_files", carried.__getitem__)

    assert (one / "model.onnx", b"{}") == (find("auto").onnx, find("auto").tokenizer)


def test_auto_says_when_there_is_none(empty_home):
    with pytest.raises(NoModel, match="no sentence model is on this machine"):
        find("auto")


def test_packages_that_are_not_installed_carry_nothing():
    with pytest.raises(metadata.PackageNotFoundError):
        metadata.files("no-such-package-of-anybody")

    assert [] == models._files("no-such-package-of-anybody")


# ------------------------------------------------------------------------------------------------ opening


def test_texts_that_mean_the_same_have_the_same_vector(sentences):
    robot, machine, speech = sentences(["the robot", "a machine", "speech"])

    assert robot @ machine > 0.99
    assert robot @ speech < 0.9
    assert np.linalg.norm(robot) == pytest.approx(1, abs=1e-3)


def test_the_texts_beside_it_change_no_vector(sentences):
    """They are read together with texts of about their length, and padded."""
    texts = ["robot", "speech " * 90, "", "lemma proof " * 20, "x" * 3000, *(["voice " * 3] * 40)]
    together = sentences(texts)

    assert np.allclose(together, np.concatenate([sentences([text]) for text in texts]), atol=1e-3)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("model.onnx", b"no model", "model.onnx: no model that can be run"),
        ("tokenizer.json", b"{", "the tokenizer cannot be read"),
        ("vocab.txt", b"[UNK]\n\xff", "the tokenizer cannot be read"),
    ],
)
def test_a_broken_file_is_said_in_a_line(sentences, tmp_path, name, content, said):
    (tmp_path / "tiny" / name).write_bytes(content)

    with pytest.raises(NoModel, match=said) as caught:
        type(sentences)(find(str(tmp_path / "tiny")))
    assert "\n" not in caught.value.told


def test_another_vocabulary_is_another_model(sentences, tmp_path):
    with (tmp_path / "tiny" / "vocab.txt").open("a") as words:
        words.write("zzz\n")

    assert sentences.digest != type(sentences)(find(str(tmp_path / "tiny"))).digest


# ------------------------------------------------------------------------------------------------ keeping


class Counting:
    """A model that counts what it is asked."""

    name, digest = "counting", "0"

    def __init__(self):
        self.asked = []

    def __call__(self, texts, /):
        self.asked += texts
        return np.array([[len(text), 1.0] for text in texts], np.float32)


def test_a_text_is_put_before_the_model_once():
    store, model = open_store(None), Counting()
    first = KeptSentences(store, model, keeps=True)(["a", "bb", "a"])
    again = KeptSentences(store, model, keeps=True)(["bb", "ccc", "a"])

    assert ["a", "bb", "ccc"] == model.asked
    assert [[1, 1], [2, 1], [1, 1]] == first.tolist()
    assert [[2, 1], [3, 1], [1, 1]] == again.tolist()


def test_where_nothing_may_be_written_nothing_is_kept():
    store, model = open_store(None), Counting()
    KeptSentences(store, model, keeps=False)(["a"])
    KeptSentences(store, model, keeps=False)(["a"])

    assert ["a", "a"] == model.asked


def test_another_model_takes_the_place_of_the_one_before():
    store, model = open_store(None), Counting()
    KeptSentences(store, model, keeps=True)(["a"])
    model.digest = "1"
    KeptSentences(store, model, keeps=True)(["b"])

    assert {} == store.learning.vectors("0", [b"a"])
    assert ["a", "b"] == model.asked


def test_many_texts_are_asked_for_in_parts():
    store, model = open_store(None), Counting()
    texts = [str(number) for number in range(2500)]
    KeptSentences(store, model, keeps=True)(texts)
    KeptSentences(store, model, keeps=True)(texts)

    assert texts == model.asked


# -------------------------------------------------------------------------------------- in the whole program


def kept_vectors(store):
    return store.learning._db.value("SELECT count(*) FROM vector")


def liking(*titles):
    return profile("p", ("like", like.Settings(papers=titles)))


LIKING = """\
ranking:
  model: {model}
profiles:
  - name: robots
    rules:
      - like: ["A robot with a gripper"]
"""


def test_a_missing_model_is_a_line_and_the_default_ranks(tmp_path):
    one = profile("p", ("like", like.Settings(papers=("x",))))
    leanings = Leanings(open_store(None), [one], tmp_path, str(tmp_path / "no"))

    assert leanings.tastes() is not None
    assert f"{tmp_path}/no: there is no such folder" in leanings.without_model.told


def test_check_and_run_say_once_that_the_model_is_missing(tmp_path):
    home = Home(tmp_path, LIKING.format(model="no-such-folder"))
    home.put("2026-08-07.txt", page("Robot hands", "Voices"))
    checked, ran = home.newsletter("check"), home.run("2026-08-07 06:00")

    assert (0, 0) == (checked.code, ran.code)
    assert 1 == checked.err.count("no-such-folder: there is no such folder; it needs model.onnx")
    assert 1 == (ran.out + ran.err).count("no-such-folder: there is no such folder; it needs model.onnx")


def test_a_model_beside_the_config_is_asked_and_told(sentences, tmp_path):
    """Its vectors are in the state afterwards, and status names it."""
    home = Home(tmp_path, LIKING.format(model="tiny"))
    home.put("2026-08-07.txt", page("Robot hands", "Voices"))
    checked, ran = home.newsletter("check"), home.run("2026-08-07 06:00")
    status = home.newsletter("status")
    connection = sqlite3.connect(tmp_path / "state/newsletter.db")
    kept = connection.execute("SELECT DISTINCT model FROM vector").fetchall()

    assert (0, 0) == (checked.code, ran.code)
    assert "model" not in checked.err + ran.err
    assert f"Sentence model: tiny ({sentences.digest})" in status.out
    assert [(sentences.digest,)] == kept


def test_what_is_read_ahead_is_not_asked_in_the_round(sentences, tmp_path):
    """Nobody else could write while the model thinks."""
    store = open_store(None)
    several = [
        liking("A robot with a gripper"),
        profile("q", ("topic", topic.Settings(text="voices"))),
    ]
    papers = [paper("Utterance", "A lemma.", number=1), paper("Machine", number=2)]

    def asked() -> Leanings:
        return Leanings(store, several, tmp_path, str(tmp_path / "tiny"), keeps=True)

    asked().read_ahead(papers)
    ahead = kept_vectors(store)
    with store.transaction():
        asked().tastes().over(papers).let_in()

    assert 4 == ahead == kept_vectors(store)


def test_another_model_is_another_hash_of_learned_rules_alone(sentences, tmp_path):
    """What waits for a reader is judged again by the model that judges what comes."""
    learned, plain = liking("One"), profile("k", ("keywords", keywords.Settings(any=("one",))))
    tiny = str(tmp_path / "tiny")

    def hashes(model: str) -> list[str]:
        leanings = Leanings(open_store(None), (learned, plain), tmp_path, model)
        return [leanings.hashed(each).rules_hash for each in (learned, plain)]

    without, tiny_one, missing = hashes(""), hashes(tiny), hashes(str(tmp_path / "no"))
    (tmp_path / "tiny" / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nother\n")
    other = hashes(tiny)

    assert without == missing
    assert 3 == len({each[0] for each in (without, tiny_one, other)})
    assert 1 == len({each[1] for each in (without, tiny_one, other)})


def test_rank_asks_the_model_it_is_given_and_keeps_its_vectors(sentences, tmp_path):
    papers = [{"id": f"o{n}", "title": f"Proof {n} of lemma {n}", "abstract": ""} for n in range(20)]
    papers += [
        {"id": "near", "title": "Utterance", "abstract": ""},
        {"id": "far", "title": "Theorem", "abstract": ""},
    ]
    (tmp_path / "papers").write_text("\n".join(map(json.dumps, papers)))
    (tmp_path / "profiles").write_text(
        json.dumps({"id": "p", "topic": "voice", "candidates": ["far", "near"]})
    )
    home = Home(tmp_path)
    files = [f"--{name}={tmp_path / name}" for name in ("papers", "profiles", "vectors")]
    said = home.newsletter("rank", *files, f"--model={tmp_path / 'tiny'}")
    kept = sqlite3.connect(tmp_path / "vectors").execute("SELECT count(*) FROM vector").fetchone()

    assert ["near", "far"] == [line.split()[2] for line in said.out.splitlines()]
    assert (0, "", (23,)) == (said.code, said.err, kept)


def test_rank_without_the_model_it_is_given_says_so(tmp_path):
    (tmp_path / "papers").write_text(json.dumps({"id": "a", "title": "One", "abstract": ""}))
    (tmp_path / "profiles").write_text(json.dumps({"id": "p", "topic": "one"}))
    home = Home(tmp_path)
    files = [f"--{name}={tmp_path / name}" for name in ("papers", "profiles")]
    said = home.newsletter("rank", *files, "--model", "nowhere")

    assert (0, 1) == (said.code, len(said.out.splitlines()))
    assert said.err.startswith("warning: nowhere: there is no such folder")
