"""How knowledge gets into the desk: the national portal's records, and the office's own files."""
