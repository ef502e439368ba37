"""Features of sounds by librosa, for tests/layers/test_mel.py and its neighbours.

Not run by the tests. Needs librosa 0.11.0, SciPy 1.17.1, NumPy 2.4.6.

    python tests/golden/make_sounds.py
"""

from pathlib import Path

import librosa
import numpy as np
import scipy

HERE = Path(__file__).parent
RATE = 16000
A = {"n_fft": 512, "win_length": 400, "hop_length": 160}
B = {"n_fft": 400, "hop_length": 160}


def wave() -> np.ndarray:
    """A rising tone over a little noise, by a formula that the tests have too."""
    n = np.arange(4000)
    t = n / RATE
    noise = ((7 * n * n + 13 * n) % 251) / 251 - 0.5
    return 0.5 * np.sin(2 * np.pi * (200 * t + 6000 * t * t)) + 0.02 * noise


def features() -> dict[str, np.ndarray]:
    y, double = wave(), {"dtype": np.float64}
    htk = {"n_mels": 23, "htk": True, "norm": None, "fmin": 20, "fmax": 7600}
    mel = librosa.feature.melspectrogram(y=y, sr=RATE, **A, n_mels=40, **double)
    large = mel * 2**31  # as librosa's documentation advises
    return {
        "filters_slaney": librosa.filters.mel(sr=RATE, n_fft=512, n_mels=40, **double),
        "filters_htk": librosa.filters.mel(sr=22050, n_fft=1024, **htk, **double),
        "mels": librosa.hz_to_mel(np.array([0.0, 60, 999, 1000, 1001, 4000, 11025])),
        "mel": mel,
        "mel_htk": librosa.feature.melspectrogram(y=y, sr=RATE, **B, power=1, **htk, **double),
        "decibels": librosa.power_to_db(mel, top_db=60),
        "mfcc": librosa.feature.mfcc(S=librosa.power_to_db(mel, top_db=60), n_mfcc=13),
        "pcen": librosa.pcen(large, sr=RATE, hop_length=160),
        "pcen_other": librosa.pcen(
            mel, gain=0.8, bias=10, power=0.25, b=0.1, eps=1e-3, sr=RATE, hop_length=160
        ),
    }


if __name__ == "__main__":
    parents = f"librosa {librosa.__version__}, numpy {np.__version__}, scipy {scipy.__version__}"
    found = {name: array.T for name, array in features().items()}  # time first, as we have it
    np.savez_compressed(HERE / "sounds.npz", **found, made_by=np.array(parents))
    print(parents, (HERE / "sounds.npz").stat().st_size, "bytes")
