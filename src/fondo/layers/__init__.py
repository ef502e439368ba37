"""Keras layers that the tasks need and Keras lacks, or does slowly."""
