"""The only writers of identity's tables; one file per use case."""
