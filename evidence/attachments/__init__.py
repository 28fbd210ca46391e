"""Looking into attached files, and copying them without what is hidden. Knows nothing of Django."""
