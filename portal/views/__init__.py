"""Views, one file for each noun of a desk."""
