"""The table of a training's states."""

from __future__ import annotations

import pytest

from greenroom.modeling.models import TRANSITIONS, TrainingEvent, TrainingJob, TrainingState


def test_every_state_can_be_reached() -> None:
    reached = {TrainingState.WAIT_FILE_UPLOAD}
    for _ in TrainingState:
        reached |= {target for (source, _), target in TRANSITIONS.items() if source in reached}
    assert reached == set(TrainingState)


def test_every_running_state_can_fail_and_is_not_uploaded_into() -> None:
    running = [state for state in TrainingState if state.is_running]
    assert len(running) == 4
    for state in running:
        assert (state, TrainingEvent.FAILED) in TRANSITIONS
        assert (state, TrainingEvent.UPLOAD) not in TRANSITIONS
        assert (state, TrainingEvent.SUBMIT) not in TRANSITIONS


def test_a_way_that_is_not_in_the_table_is_refused() -> None:
    job = TrainingJob(state=TrainingState.JOB_FINISH)
    assert not job.can(TrainingEvent.SUBMIT)
    with pytest.raises(ValueError, match="JOB_FINISH cannot take SUBMITVERIFYING"):
        job.advance(TrainingEvent.SUBMIT)
    assert job.state == TrainingState.JOB_FINISH
