"""From spoken sound to words: a gate for speech, recognisers behind one port, one spoken turn."""
