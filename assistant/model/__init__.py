"""The optional language model: it words what records say, and never says anything itself."""
