"""Which kinds of job exist and where each is defined.

The contexts are named as text and imported when a worker meets a job of theirs, so that this package imports
none of them.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from greenroom.jobs.engine import JobKind, JobQueue

KINDS: Mapping[str, tuple[JobQueue, str]] = {
    "assets.deck": (JobQueue.CPU_SHORT, "greenroom.assets.decks:READ"),
    "assets.prepare": (JobQueue.CPU_SHORT, "greenroom.assets.jobs:MAKE_READY"),
    "callbacks.send": (JobQueue.OUTGOING, "greenroom.callbacks.jobs:SEND"),
    "modeling.picture": (JobQueue.CPU_RENDER, "greenroom.modeling.pictures.jobs:MAKE"),
    "modeling.train": (JobQueue.GPU_TRAIN, "greenroom.modeling.jobs:TRAIN"),
    "subtitles.generate": (JobQueue.CPU_SHORT, "greenroom.subtitles.jobs:GENERATE"),
    "video.deliver": (JobQueue.OUTGOING, "greenroom.video.deliveries.jobs:DELIVER"),
    "video.detect-photo": (JobQueue.CPU_SHORT, "greenroom.video.photo.detection:DETECT"),
    "video.help": (JobQueue.CPU_RENDER, "greenroom.video.helping:HELP"),
    "video.review": (JobQueue.CPU_SHORT, "greenroom.video.review:REVIEW"),
    "video.preview": (JobQueue.CPU_SHORT, "greenroom.video.previews.jobs:PREVIEW"),
    "video.render": (JobQueue.CPU_RENDER, "greenroom.video.jobs:RENDER"),
    "voices.audition": (JobQueue.CPU_SHORT, "greenroom.voices.jobs:AUDITION"),
    "voices.assess": (JobQueue.CPU_SHORT, "greenroom.voices.modeling.assessments:ASSESS"),
    "voices.audit": (JobQueue.CPU_SHORT, "greenroom.voices.modeling.jobs:AUDIT"),
    "voices.train": (JobQueue.GPU_TRAIN, "greenroom.voices.modeling.training_jobs:TRAIN"),
    "voices.task": (JobQueue.CPU_SHORT, "greenroom.voices.tasks.jobs:TASK"),
    "workspace.exchange": (JobQueue.CPU_SHORT, "greenroom.workspace.jobs:EXCHANGE"),
}
"""The name of a kind, its queue, and `package.module:NAME` of its `JobKind`."""


def queue_of(kind: str, kinds: Mapping[str, tuple[JobQueue, str]] = KINDS) -> JobQueue:
    """The queue of a kind, without importing its context.

    Raises:
        KeyError: no such kind.
    """
    return kinds[kind][0]


def load_kind(kind: str, kinds: Mapping[str, tuple[JobQueue, str]] = KINDS) -> JobKind:
    """The kind's definition.

    Raises:
        KeyError: no such kind.
    """
    module_name, _, attribute = kinds[kind][1].partition(":")
    loaded: JobKind = getattr(importlib.import_module(module_name), attribute)
    return loaded
