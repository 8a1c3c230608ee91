"""Print the table of all reality checks: `python -m tests.reality`."""

import sys

import pytest

sys.exit(pytest.main(["-q", "tests/reality", "tests/models/theatre/test_replay_2022.py"]))
