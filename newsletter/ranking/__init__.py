"""What a paper is about, measured: papers and interests as vectors, how near they are, and why.

    grams        a text to its words and pairs of words
    background   what is usual in the papers at hand: how rare a gram is, what goes with what
    latent       the directions in which papers differ most
    vectors      papers and interests as points in all spaces
    interest     what a profile likes, as a vector, and how near papers are to it
    demand       what a paper must have of a topic, or of titles alone, besides being near
    crowd        the same for many interests and many papers at once
    meaning      what a sentence model is asked, where there is one
    packed       interests as bytes
    explain      which words and which liked papers brought the nearness

numpy is imported by background and what builds on it, so that profiles without learned rules never wait.
"""

MEASURE = 2
"""Raised with each change of this folder that gives other scores: what a state has kept by another measure is
then made anew.
"""
