"""Template tags of the desk: how sums, days and standings appear on a page."""
