"""The whole job: train, predict, evaluate, explain, replay, from a source to a result."""
