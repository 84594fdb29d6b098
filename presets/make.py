"""`python -m presets.make --presenter anna --out DIR`: a presenter from its description to its place in the cast."""

from __future__ import annotations

import argparse
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

from presets.cast import CAST

_PICTURES_FROM_ANOTHER = 24_000
_STEPS_FROM_LISTENER, _RATE_FROM_LISTENER = 300, 5e-4
_CRF = 23
"""Of the base clip: the cast has to be small, and drawn footage has no grain."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presenter", required=True, choices=sorted(CAST))
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument(
        "--like", choices=sorted(CAST), help="a presenter of the cast whose mouth the training begins with"
    )
    parser.add_argument(
        "--listener",
        type=Path,
        help="what the drivers begin with, from python -m presets.speech.listener",
    )
    parser.add_argument("--date", help="of the release, YYYY-MM-DD; today by default")
    chosen = parser.parse_args()
    name, folder = chosen.presenter, chosen.out
    if not (folder / "unseen.mp4").exists():
        _run("presets.build", "--presenter", name, "--out", str(folder))
    if not (folder / "package").exists():
        train(name, folder, chosen.like, chosen.listener)
    day = ["--date", chosen.date] if chosen.date else []
    _run("greenroom.cast.add", str(folder / "package"), "--name", name, *day)


def train(name: str, folder: Path, like: str | None = None, listener: Path | None = None) -> None:
    """Let image modeling learn from the footage in `folder`; a training that was cut off goes on.

    Args:
        like: a presenter that ships: with their mouth to begin with, half the pictures are enough.
        listener: the file that `presets.speech.listener` wrote.
    """
    from greenroom.cast.catalogue import ARCHIVE, CAST_FOLDER
    from greenroom.engines.matting.clip import ClipSettings
    from greenroom.engines.mouth.learning import DriverOptions, PainterOptions
    from greenroom.engines.mouth.package import PAINTER
    from greenroom.engines.mouth.trainer import TrainingOptions, train_avatar
    from greenroom.engines.protocols import AvatarSource

    def report(stage: str, done: float) -> None:
        print(f"\r{stage} {done:.0%}".ljust(70), end="", file=sys.stderr, flush=True)

    source = AvatarSource(folder / "footage.mp4", name.capitalize(), None, folder / "marks.json")
    options = TrainingOptions(clip=ClipSettings(crf=_CRF))
    if like is not None:
        with zipfile.ZipFile(CAST_FOLDER / like / ARCHIVE) as archive:
            start = Path(archive.extract(PAINTER, folder))
        options = replace(options, painter=PainterOptions(pictures=_PICTURES_FROM_ANOTHER, start=start))
    if listener is not None:
        driver = DriverOptions(steps=_STEPS_FROM_LISTENER, learning_rate=_RATE_FROM_LISTENER, start=listener)
        options = replace(options, driver=driver)
    train_avatar(source, folder / "training", folder / "package", options, report)
    print(file=sys.stderr)


def _run(module: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", module, *arguments], check=True)


if __name__ == "__main__":
    main()
