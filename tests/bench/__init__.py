"""Measures speed, memory and size against budgets: `python -m tests.bench --help`. No test depends on a time."""
