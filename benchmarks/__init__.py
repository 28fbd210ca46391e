"""How fast the product is at size: rows by the million, and each page beside a reference of the same run."""
