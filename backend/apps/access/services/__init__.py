"""The only writers of access's tables and of grant tables."""
