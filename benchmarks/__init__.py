"""Speed, measured by hand: `make bench`."""
