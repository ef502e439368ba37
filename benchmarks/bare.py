"""A bare Keras script: read a CSV file, one epoch of a 64-64 network, say so when it is done.

Run with KERAS_BACKEND=jax: python bare.py FILE TARGET
"""

import sys

import keras
import numpy as np
import polars as pl

frame = pl.read_csv(sys.argv[1], infer_schema_length=None)
target = frame[sys.argv[2]].to_numpy().astype(np.int32)
inputs = frame.drop(sys.argv[2]).to_numpy().astype(np.float32)
rows = np.random.default_rng(0).permutation(len(inputs))[: int(0.68 * len(inputs))]  # as fondo's
inputs, target = inputs[rows], target[rows]
inputs = (inputs - inputs.mean(0)) / inputs.std(0)

network = keras.Sequential(
    [
        keras.Input((inputs.shape[1],)),
        keras.layers.Dense(64, "relu"),
        keras.layers.Dense(64, "relu"),
        keras.layers.Dense(1, "sigmoid"),
    ]
)
network.compile("adam", "binary_crossentropy", metrics=["accuracy"])


class FirstEpoch(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print(f"epoch {epoch + 1} of 1: {logs}", file=sys.stderr, flush=True)


network.fit(inputs, target, batch_size=256, epochs=1, verbose=0, callbacks=[FirstEpoch()])
