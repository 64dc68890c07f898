"""The chat on the office's own web page: who may embed it, and what is embedded."""
