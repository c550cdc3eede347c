"""`newsletter rank`: any papers for any profiles."""

import json

import pytest
from click.testing import CliRunner

from newsletter.cli.rank import command
from newsletter.errors import NewsletterError

PAPERS = [
    {"id": "a", "title": "Grasping with a gripper", "abstract": "A robot arm."},
    {"id": "b", "title": "Bounds on polytopes", "abstract": "A lemma of duality."},
    {"id": "c", "title": "Robot arms that grasp", "abstract": "Torque of a gripper."},
]


@pytest.fixture
def rank(tmp_path):
    def ranked(profiles, papers=PAPERS):
        for name, records in (("papers", papers), ("profiles", profiles)):
            lines = (each if isinstance(each, str) else json.dumps(each) for each in records)
            (tmp_path / name).write_text("\n".join(lines))
        arguments = ["--papers", str(tmp_path / "papers"), "--profiles", str(tmp_path / "profiles")]
        return (
            CliRunner()
            .invoke(
                command,
                arguments,
                catch_exceptions=False,
                standalone_mode=False,
                obj=tmp_path / "config.yaml",
            )
            .output
        )

    return ranked


def test_each_candidate_has_a_line_the_nearest_first(rank):
    lines = rank(
        [{"id": "p", "topic": "robot grasping", "likes": [], "candidates": ["b", "a", "c"]}]
    ).splitlines()

    assert ["1", "2", "3"] == [line.split()[3] for line in lines]
    assert "b" == lines[-1].split()[2]
    assert {("p", "Q0", "newsletter")} == {(*line.split()[:2], line.split()[5]) for line in lines}


def test_a_like_ranks_what_resembles_it(rank):
    lines = rank([{"id": "p", "topic": "", "likes": ["a"], "candidates": ["b", "c"]}]).splitlines()

    assert ["c", "b"] == [line.split()[2] for line in lines]


def test_without_candidates_all_papers_are_ranked(rank):
    assert 3 == len(rank([{"id": "p", "topic": "robots"}]).splitlines())


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ({"id": "p", "likes": ["zzz"]}, "profiles:1: there is no paper 'zzz' in the file of papers"),
        ({"topic": "x"}, "profiles:1: expected `id` to be a word, got null"),
        ("{", "profiles:1: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("[]", "profiles:1: expected an object with an id"),
    ],
)
def test_a_wrong_line_is_told_with_its_number(rank, profile, said):
    with pytest.raises(NewsletterError) as caught:
        rank([profile])

    assert caught.value.what.endswith(said)
