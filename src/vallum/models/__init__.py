"""What happens in one run: one model a file."""
