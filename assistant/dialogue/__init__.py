"""The steps from an understood message to an answer; each gives a reply, or None to pass it on."""
