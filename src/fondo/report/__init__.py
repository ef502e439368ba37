"""The report: one self-contained page about one trained model. Nothing is computed here twice."""
