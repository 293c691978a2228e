"""What people write to search with, and what they see of the hits."""
