"""The staff console at `/staff`: what a clerk, an editor, a publisher, an admin may see and do."""
