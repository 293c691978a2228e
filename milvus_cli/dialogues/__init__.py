"""Questions in place of options, each ending in the line that does the same."""
