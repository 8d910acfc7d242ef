"""What a meeting came to: the journal folded, for the index, the page and the archive."""
