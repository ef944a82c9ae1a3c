"""Signals at the worst moments."""

import io
import signal
import sys

import pytest

from tierkeep.drill.interrupt import noting_signals


class _Interrupted(io.RawIOBase):
    """A terminal that is written to when Ctrl-C comes."""

    def writable(self) -> bool:
        return True

    def write(self, text: object) -> int:
        signal.raise_signal(signal.SIGINT)
        return len(bytes(text))  # type: ignore[call-overload]


def test_a_signal_while_progress_is_printed_breaks_nothing(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The handler may not write where the interrupted line is being written: Python refuses that."""
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BufferedWriter(_Interrupted())))
    with noting_signals() as signals:
        print("restore job started", file=sys.stderr, flush=True)
        assert signals.stop()
    monkeypatch.undo()
    assert "interrupted: stopping and tearing down" in capfd.readouterr().err
