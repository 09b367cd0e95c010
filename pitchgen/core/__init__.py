"""The nouns: what a run is about. Standard library and numpy only."""
