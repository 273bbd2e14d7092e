"""Answers to plotly figures: no data wrangling, no state, every size and colour from `style`."""
