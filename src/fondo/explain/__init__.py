"""Why a model answers as it does: importances of columns, reasons for single rows."""
