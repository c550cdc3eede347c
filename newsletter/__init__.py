"""Newsletter: new research papers from dump files, by interest profile, to mail, feeds and a static site."""

__version__ = "0.1.0"
