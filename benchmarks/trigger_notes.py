"""The trigger word of the notes, "activate", on the recordings of the notes' own lesson.

Run with FONDO_DATA set: python -m benchmarks.trigger_notes [--pictures FOLDER]. A network learns
from made-up voices alone and is judged on ten real recordings of the word over two real
backgrounds; the network of the notes learns from those recordings alone, as in the lesson. Both are
then let loose on the two recordings that the lesson tries its detector on, which nobody has
labelled: told only.
"""

import argparse
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.trigger_quality import (
    GAP,
    RATE,
    hiss,
    in_noises,
    in_row,
    in_rows,
    judged,
    real_digits,
)
from benchmarks.trigger_quality import made_up as spoken_parts
from fondo import Mixing, TriggerWord
from fondo.data.audio.shaping import looped, rms
from fondo.jobs.listen import draw, heard
from fondo.judge.detection import Word
from fondo.tasks.audio.recordings import read_recordings

SAID = (
    "activate",
    "active activity action captivate cultivate motivate elevate accurate adequate attic "
    "automate vacate acting tractor".split(),
)
TAKES = 4  # of each real word in a row, each over another stretch of background


def over(parts: list[Any], backgrounds: list[Any], snr: float) -> tuple[np.ndarray, list[Word]]:
    """Real words one after the other, real backgrounds under them."""
    gap = np.zeros(round(GAP * RATE), np.float32)
    pieces, words, at = [], [], 0
    for part in [part for _ in range(TAKES) for part in parts]:
        at += len(gap)
        pieces += [gap, part.word]
        words.append(Word(at / RATE, (at + len(part.word)) / RATE))
        at += len(part.word)
    mixed = np.concatenate([*pieces, gap])
    each = len(mixed) // len(backgrounds) + 1
    under = np.concatenate([looped(b.samples, each) for b in backgrounds])
    level = rms(np.concatenate([part.word for part in parts])) * 10 ** (-snr / 20)
    return (mixed + under[: len(mixed)] * level / rms(under)).astype(np.float32), words


def made_up(folder: Path) -> TriggerWord:
    """A network that has heard made-up voices alone."""
    train, held = spoken_parts(folder, SAID)
    parts = in_noises(train, held)
    mixing = Mixing(clips=2000, negatives=(0, 6), pitch=1.5, band_gaps=0.15)
    task = TriggerWord(mixing=mixing, epochs=12, members=3, negative_ramp=1.0)
    task.fit(parts[0], validation_data=(parts[1], None))
    rows = [*in_rows(held["positives"], 60), in_row(held["near_misses"], GAP, 20.0, 61, near=True)]
    rows += [(real_digits(folder, 1), []), (hiss(63, 400), [])]
    return task.choose([task.stream(samples, words) for samples, words in rows])


def of_the_lesson(folder: Path) -> TriggerWord:
    """The network of the notes, by the notes' own recipe, from the ten recordings."""
    task = TriggerWord(
        architecture="notes", front="notes_log", mixing=Mixing(clips=400, notes=True), dropout=0.5,
        negative_ramp=1.0, rounds=0, epochs=30, batch_size=5, learning_rate=1e-3,
    )  # fmt: skip
    return task.fit(folder / "audio/trigger")


def main() -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--pictures", type=Path, help="draw what was heard into this folder")
    pictures = parser.parse_args().pictures
    place = os.environ.get("FONDO_DATA")
    if not place:
        print("FONDO_DATA is not set: the real recordings are not on this machine")
        return 0
    warnings.simplefilter("ignore")
    folder = Path(place)
    real = read_recordings(folder / "audio/trigger", RATE)
    for name, train in (("made-up voices", made_up), ("the lesson's network", of_the_lesson)):
        start = time.perf_counter()
        task = train(folder)
        print(f"{name}: {time.perf_counter() - start:.0f} s; {task.choice_['words']}", flush=True)
        if train is made_up:  # the other has learnt from these very recordings
            for snr in (20.0, 10.0):
                stream = task.stream(*over(list(real.positives), list(real.backgrounds), snr))
                judged(task, f"real words, {snr:g} dB over real backgrounds", [stream])
            others = over(list(real.negatives), list(real.backgrounds), 20.0)[0]
            judged(task, "real other words", [task.stream(others)])
        for path in sorted((folder / "audio/trigger/dev").glob("*.flac")):
            times = ", ".join(f"{at.seconds:.2f}" for at in heard({"": task}, str(path)))
            print(f"{path.name}: heard at {times or 'no time'} s", flush=True)
            if pictures:
                pictures.mkdir(parents=True, exist_ok=True)
                draw(task, path, pictures / f"{name.replace(' ', '-')}-{path.stem}.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
