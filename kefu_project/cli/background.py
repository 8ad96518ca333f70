"""A Celery worker with beat as a thread inside it, as `kefu up` runs them on one machine: a process of its own would
load everything once more, 100 MB and a second of start. Larger installations run `kefu worker` and one `kefu beat`."""

import logging
import os
import signal
import sys
from threading import Thread

from celery.beat import Service
from celery.signals import worker_ready, worker_shutting_down

from kefu_project.celery import app

from .roles import worker_arguments

logger = logging.getLogger(__name__)
LONGEST_SLEEP = 1  # seconds; also how long stopping may wait for the thread


class Beat(Thread):
    def __init__(self, schedule_file: str) -> None:
        super().__init__(name="beat", daemon=True)
        self.service = Service(app, max_interval=LONGEST_SLEEP, schedule_filename=schedule_file)

    def run(self) -> None:
        app.set_current()
        try:
            self.service.start(embedded_process=False)
        except BaseException:
            # A worker without beat would look well while no sweep runs: end, so that the supervisor starts both again.
            logger.exception("beat failed")
            os.kill(os.getpid(), signal.SIGTERM)

    def stop(self) -> None:
        self.service.stop(wait=True)


def main() -> None:
    beat = Beat(sys.argv[1])

    @worker_ready.connect(weak=False)
    def start_beat(**_: object) -> None:
        beat.start()

    @worker_shutting_down.connect(weak=False)
    def stop_beat(**_: object) -> None:
        if beat.is_alive():
            Thread(target=beat.stop, daemon=True).start()  # the signal comes in a handler, which may not wait

    app.worker_main(["--quiet", *worker_arguments()])


if __name__ == "__main__":
    main()
