"""The questions of commands that ask more than one question for each option."""
