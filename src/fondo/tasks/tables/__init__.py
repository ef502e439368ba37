"""Tasks on tables: classes and numbers. Series, texts and pictures have folders of their own."""

from fondo.tasks.tables.classify import TableClassifier
from fondo.tasks.tables.regress import TableRegressor

__all__ = ["TableClassifier", "TableRegressor"]
