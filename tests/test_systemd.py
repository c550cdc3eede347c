"""What systemd hears: datagrams on a real socket, as systemd listens on one."""

from __future__ import annotations

import os
import socket
import sys

import pytest

from newsletter.systemd import Systemd


@pytest.fixture
def ear():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.settimeout(5)
        yield listening


def test_what_is_told_arrives_as_lines(ear, tmp_path):
    ear.bind(str(tmp_path / "notify"))
    Systemd({"NOTIFY_SOCKET": str(tmp_path / "notify")}, 1).tell(READY=1, STATUS="3 mails\nREADY=0")

    assert b"READY=1\nSTATUS=3 mails READY=0" == ear.recv(4096)


@pytest.mark.skipif(sys.platform != "linux", reason="sockets without a file are Linux's own")
def test_a_socket_without_a_file_is_found_too(ear):
    name = f"newsletter-test-{os.getpid()}"
    ear.bind(f"\0{name}")
    Systemd({"NOTIFY_SOCKET": f"@{name}"}, 1).tell(RELOADING=1, MONOTONIC_USEC=17)

    assert b"RELOADING=1\nMONOTONIC_USEC=17" == ear.recv(4096)


def test_without_systemd_nothing_is_told_and_nothing_is_wrong(ear, tmp_path):
    ear.bind(str(tmp_path / "notify"))
    ear.settimeout(0)
    Systemd({}, 1).tell(READY=1)
    Systemd({"NOTIFY_SOCKET": str(tmp_path / "nobody")}, 1).tell(READY=1, STATUS="")

    with pytest.raises(BlockingIOError):
        ear.recv(4096)
    assert not (tmp_path / "nobody").exists()


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, 0.0),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "17"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "18"}, 0.0),
    ],
)
def test_the_watchdog_is_ours_or_somebody_elses(environment, seconds):
    assert seconds == Systemd(environment, 17).watchdog
