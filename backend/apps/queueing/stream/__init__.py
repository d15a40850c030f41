"""The live feed of queues: a process of its own that reads Redis and never the database."""
