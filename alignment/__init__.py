"""The dashboard that marketing and sales both look at. Everything a page shows can be made without it."""
