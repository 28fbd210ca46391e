"""The partnerships as the programme's sources describe them, and bringing them into the database."""
