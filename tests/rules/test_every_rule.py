"""What holds for every file of newsletter/rules/: a new one is tested before you know how."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path

import pytest
from fakes import paper, profile
from pydantic import TypeAdapter

from newsletter import rules
from newsletter.errors import NotFound
from newsletter.matching import compile_profiles
from newsletter.rules import View
from newsletter.terms import Lexicon, Term

every_rule = pytest.mark.parametrize("name", rules.names())


def an_example(module):
    """Settings with “diffusion” in the field that a bare string stands for."""
    return TypeAdapter(module.Settings).validate_python({module.SHORT: _value(module)})


def _value(module):
    return "diffusion" if module.Settings.__dataclass_fields__[module.SHORT].type == "str" else ["diffusion"]


def test_every_file_is_a_rule():
    files = {file.stem for file in Path(rules.__file__).parent.glob("*.py")} - {"__init__"}

    assert files == set(rules.names())


@every_rule
def test_settings_are_a_frozen_dataclass_with_defaults(name):
    settings = rules.load(name).Settings

    assert is_dataclass(settings)
    assert settings.__dataclass_params__.frozen
    assert all(field.default is not MISSING for field in fields(settings))


@every_rule
def test_short_names_a_field(name):
    module = rules.load(name)

    assert module.SHORT in {field.name for field in fields(module.Settings)}


@every_rule
def test_nothing_is_a_flaw(name):
    """A rule without anything to look for is a mistake, and says so without raising."""
    module = rules.load(name)

    assert module.check(module.Settings())


@every_rule
def test_an_example_has_no_flaw_and_judges(name):
    module = rules.load(name)
    settings = an_example(module)
    compiled = module.compile(settings)
    view = View(paper("Diffusion", "diffusion"), Lexicon(compiled.terms))
    finding = compiled.judge(view, compiled.clues & set(view.clues()))

    assert () == module.check(settings)
    assert finding is None or finding.reasons or finding.against
    assert all(name == reason.rule for reason in (finding.reasons if finding else ()))


@every_rule
def test_a_weight_must_be_above_0(name):
    module = rules.load(name)
    if "weight" not in module.Settings.__dataclass_fields__:
        pytest.skip("it scores nothing")

    for weight in (0, -1, float("nan"), float("inf")):
        settings = module.Settings(
            **{module.SHORT: getattr(an_example(module), module.SHORT), "weight": weight}
        )
        assert [("weight",)] == [flaw.path for flaw in module.check(settings)]


@every_rule
def test_a_rule_says_nothing_of_an_empty_paper(name):
    module = rules.load(name)
    matcher = compile_profiles([profile("p", (name, an_example(module)))])

    assert [] == list(matcher.matches([paper("")]))


def test_an_unknown_rule_is_guessed_at():
    with pytest.raises(NotFound) as caught:
        rules.load("keyword")

    assert "there is no rule 'keyword'" == caught.value.what
    assert "did you mean keywords?" == caught.value.hint


def test_a_rule_like_none_is_told_which_there_are():
    with pytest.raises(NotFound) as caught:
        rules.load("zzz")

    assert caught.value.hint.startswith("there are: ")


def test_a_file_of_another_package_is_no_rule():
    """The name is looked up among ours; it is never a path to import."""
    with pytest.raises(NotFound):
        rules.load("..errors")


@pytest.fixture
def offered(tmp_path, monkeypatch):
    """An installed package that offers a rule “loud”: here, our keywords under another name."""
    package = tmp_path / "loud-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: loud\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[newsletter.rules]\nloud = newsletter.rules.keywords\n")
    monkeypatch.syspath_prepend(tmp_path)


def test_an_installed_package_may_offer_a_rule(offered):
    assert rules.load("keywords") is rules.load("loud")


def test_a_term_that_was_not_found_has_no_reason():
    with pytest.raises(KeyError):
        View(paper("A"), Lexicon([])).reason("keywords", Term("absent"), 1.0)
