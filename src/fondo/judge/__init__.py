"""How good an answer is and whether to believe it: scores, intervals, baselines, leaks."""
