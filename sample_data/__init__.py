"""The sample company: generated exports and the program that writes them."""
