"""What the gates of a trigger word let through: voices and noises, one person and others.

Run with FONDO_DATA set: python -m benchmarks.trigger_gates. The protocol is in docs/trigger.md.
"""

import os
from pathlib import Path

import numpy as np

from fondo import Mixing, TriggerWord
from fondo.data.audio.clips import Sources
from fondo.data.audio.decode import Wave, decode
from fondo.data.audio.mixing import Recording
from fondo.data.audio.shaping import made_up_noise, rms, trimmed, word_of
from fondo.data.audio.sounds import Sounds
from fondo.data.audio.voices import spoken, voices
from fondo.judge.rates import Share
from fondo.tasks.audio.gates import Voice

RATE = 16_000
PEOPLE = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
WORD, DIGIT = "seven", 7
OTHERS = "one two three four five six eight nine zero hello kitchen morning heaven eleven".split()
TAKES = (5, 10)  # that a person gives
THRESHOLD = 0.4  # at which every person is heard
STEP = 320  # samples between two answers of the gate


def loaded(paths: list[str], *, word: bool = True) -> list[Recording]:
    """Recordings of files, cut to what is said where they are words."""
    seconds = Sounds.of_places(paths).survey().seconds
    made = []
    for path, length in zip(paths, seconds, strict=True):
        samples = decode(path, Wave.of_seconds(RATE, float(length)))
        if word:
            samples = word_of(trimmed(samples, RATE, 35.0), RATE)
        made.append(Recording(samples, path, path))
    return made


def in_noise(samples: np.ndarray, snr: float, rng: np.random.Generator) -> np.ndarray:
    """A word between 1.5 s and 1 s of silence, over white noise."""
    padded = np.pad(samples * (0.1 / rms(samples)), (round(1.5 * RATE), RATE))
    return np.asarray(padded + rng.normal(size=len(padded)) * 0.1 * 10 ** (-snr / 20), np.float32)


def opened(samples: np.ndarray, seconds: float) -> np.ndarray:
    """Whether the gate on voices is open, every 20 ms."""
    ends = np.arange(STEP, len(samples), STEP)
    return Voice({"seconds": seconds}, {}, RATE).feed(samples, np.zeros((0, 0)), ends)


def on_voices(folder: Path) -> None:
    """Words that open the gate, and how much of the time other sounds do."""
    rng = np.random.default_rng(0)
    words = loaded(sorted(str(p) for p in (folder / "audio/wake/alexa").glob("*.ogg")))
    for snr in (20.0, 10.0, 5.0, 0.0):
        first = round(1.5 * RATE / STEP)
        found = [opened(in_noise(w.samples, snr, rng), 0.02)[first:].any() for w in words]
        print(f"real words, {snr:g} dB: open in {Share.of(sum(found), len(found))}", flush=True)
    for place in sorted((folder / "audio/esc10").iterdir()):
        if place.is_dir():
            sounds = loaded(sorted(str(p) for p in place.glob("*"))[:20], word=False)
            share = np.mean(np.concatenate([opened(s.samples, 1.0) for s in sounds]))
            print(f"{place.name}: open for {share:.2f} of the time", flush=True)
    for name, exponent in (("white", 0.0), ("pink", 1.0), ("brown", 2.0)):
        share = opened(made_up_noise(RATE, 60.0, exponent, rng), 1.0).mean()
        print(f"{name} noise: open for {share:.2f} of the time", flush=True)


def said(folder: Path, who: str, digit: int) -> list[Recording]:
    """A digit as one person says it, twenty-five times."""
    return loaded([str(p) for p in sorted((folder / "audio/digits").glob(f"{digit}_{who}_*.flac"))])


def renamed(words: list[Recording], who: str) -> list[Recording]:
    """The same, said by this voice."""
    return [Recording(w.samples, w.source, who) for w in words]


def noises(seed: int) -> list[Recording]:
    """Backgrounds: white, pink and brown noise."""
    rng = np.random.default_rng(seed)
    return [Recording(made_up_noise(RATE, 20.0, e, rng), f"noise {seed} {e}") for e in (0.0, 1, 2)]


def detector(by: dict[str, list[Recording]], folder: Path) -> TriggerWord:
    """A network that hears "seven", from three people and made-up voices."""
    learnt = [word for who in PEOPLE[:3] for word in renamed(by[who], who)]
    rest = [
        word
        for who in PEOPLE[:3]
        for digit in range(10)
        if digit != DIGIT
        for word in renamed(said(folder, who, digit)[:12], who)
    ]
    sources = Sources(
        RATE, noises(0), learnt + spoken([WORD], voices(), 150, RATE, seed=1),
        rest + spoken(OTHERS, voices(), 200, RATE, seed=2),
    )  # fmt: skip
    task = TriggerWord(mixing=Mixing(clips=400), epochs=12, rounds=0)
    task.fit(sources)
    task.policy_ = {**task.policy_, "threshold": THRESHOLD}
    return task


def heard(task: TriggerWord, words: list[Recording]) -> int:
    """Words that give an alarm, 20 dB over noise."""
    rng, own = np.random.default_rng(3), task.detector()
    count = 0
    for word in words:
        own.reset()
        count += bool(own.feed(in_noise(word.samples, 20.0, rng))[1])
    return count


def on_a_person(folder: Path) -> None:
    """Each of six people enrolled in turn: how often they are heard, and how often others are."""
    by = {who: said(folder, who, DIGIT) for who in PEOPLE}
    task = detector(by, folder)
    made = spoken([WORD], voices(), 100, RATE, seed=5)
    all_ = [word for who in PEOPLE for word in by[who][max(TAKES) :]]
    print(f"before anybody is enrolled: {Share.of(heard(task, all_), len(all_))}", flush=True)
    for people in (0, 2):
        for takes in TAKES:
            counts = np.zeros(4, int)
            for who in PEOPLE:
                rest = [p for p in PEOPLE if p != who]
                known = [word for p in rest[:people] for word in renamed(by[p], p)]
                words = [*renamed(by[who][:takes], "me"), *made, *known]
                task.enrol(Sources(RATE, noises(1), words, []), "me")
                own, others = by[who][max(TAKES) :], [w for p in rest[2:] for w in by[p]]
                counts += [heard(task, own), len(own), heard(task, others), len(others)]
                task.forget()
            print(
                f"{takes} takes, told from made-up voices and {people} people: "
                f"own {Share.of(counts[0], counts[1])}, others {Share.of(counts[2], counts[3])}",
                flush=True,
            )


def main() -> None:
    folder = Path(os.environ["FONDO_DATA"])
    on_voices(folder)
    on_a_person(folder)


if __name__ == "__main__":
    main()
