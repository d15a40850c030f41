"""Local stand-ins that speak the providers' real wire protocols. Imports nothing else of the project."""
