"""The command line: a command is a module in this folder, its file's name is its name. Here: finding and
starting them, and turning what went wrong into a message and an exit code. The only printing of the program
is in this folder. No decisions about papers.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click

from newsletter import __version__, open_set
from newsletter.errors import NewsletterError

_HELP = """New research papers from dump files, by interest profile, to mail, feeds and a static site.

Put saved pages into the inbox, say in config.yaml who wants what, and run: newsletter run
"""
_INTERRUPTED = 128
# numpy's threads wait for each other in a busy loop: on a machine with other work, ten times the time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


class Commands(click.Group):
    """The modules of this folder as commands; only the one that is called gets imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(open_set.names(__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"{__name__}.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            code: object = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # Somebody read only the beginning of our output (`| head`): no error, and nothing left to say.
            # Caught here because click would make exit code 1 of it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        return code


@click.group(cls=Commands, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="newsletter")
@click.option(
    "-c",
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default=Path("config.yaml"),
    envvar="NEWSLETTER_CONFIG",
    help="The configuration file.  [default: config.yaml]",
)
@click.pass_context
def program(ctx: click.Context, config_path: Path) -> None:
    ctx.obj = config_path


def main() -> NoReturn:
    """Run the command that was asked for, and leave with its exit code."""
    stop_in_order()
    sys.exit(guarded(lambda: program(standalone_mode=False)))


def stop_in_order() -> None:
    """Let SIGTERM end what runs in good order."""
    signal.signal(signal.SIGTERM, _stop)


def guarded(work: Callable[[], int | None]) -> int:
    """The exit code of some work; what goes wrong in it is said, with a hint."""
    try:
        code = work()
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except NewsletterError as error:
        code = tell(error)
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped; what is recorded is safe, the next run goes on from there", err=True)
        code = _INTERRUPTED + signal.SIGINT
    except Exception as error:  # noqa: BLE001 - the last resort, so that nobody has to read a traceback
        code = _fault(error)
    return code or 0


def tell(error: NewsletterError) -> int:
    """Say what went wrong and what to do now; the exit code it means."""
    click.echo(error.what, err=True)
    if error.hint:
        click.echo(f"hint: {error.hint}", err=True)
    return error.exit_code


def _fault(error: Exception) -> int:
    if os.environ.get("NEWSLETTER_DEBUG"):
        traceback.print_exception(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    click.echo(f"a fault in newsletter itself: {type(error).__name__}: {error} ({place})", err=True)
    click.echo("hint: what is recorded is safe; set NEWSLETTER_DEBUG=1 for the details to report", err=True)
    return 1


def _stop(number: int, frame: object) -> NoReturn:  # noqa: ARG001 - the signal module's signature
    """SIGTERM ends a run like Ctrl-C: transactions roll back, locks are let go of.

    SystemExit passes every `except Exception`: a dump that is being read just then is not to blame.
    """
    click.echo("stopped; what is recorded is safe, the next run goes on from there", err=True)
    raise SystemExit(_INTERRUPTED + number)
