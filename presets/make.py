"""`python -m presets.make --presenter anna --out DIR`: a presenter from its description to its place in the cast."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from presets.cast import CAST


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presenter", required=True, choices=sorted(CAST))
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--date", help="of the release, YYYY-MM-DD; today by default")
    chosen = parser.parse_args()
    name, folder = chosen.presenter, chosen.out
    if not (folder / "unseen.mp4").exists():
        _run("presets.build", "--presenter", name, "--out", str(folder))
    if not (folder / "package").exists():
        train(name, folder)
    day = ["--date", chosen.date] if chosen.date else []
    _run("greenroom.cast.add", str(folder / "package"), "--name", name, *day)


def train(name: str, folder: Path) -> None:
    """Let image modeling learn from the footage in `folder`; a training that was cut off goes on."""
    from greenroom.engines.mouth.trainer import TrainingOptions, train_avatar
    from greenroom.engines.protocols import AvatarSource

    def report(stage: str, done: float) -> None:
        print(f"\r{stage} {done:.0%}".ljust(70), end="", file=sys.stderr, flush=True)

    source = AvatarSource(folder / "footage.mp4", name.capitalize(), None, folder / "marks.json")
    train_avatar(source, folder / "training", folder / "package", TrainingOptions(), report)
    print(file=sys.stderr)


def _run(module: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", module, *arguments], check=True)


if __name__ == "__main__":
    main()
