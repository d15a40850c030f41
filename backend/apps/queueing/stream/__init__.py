"""The live feed of lines: a process of its own that reads Redis and never the database."""
