"""Pictures of vectors, distances and recall: in the terminal, as images, and as pages of HTML."""
