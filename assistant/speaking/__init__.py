"""From words to spoken sound: a voice behind a command, and sentences kept once they are said."""
