"""The measures of the notebooks, one module an analysis; formulas name their source."""
