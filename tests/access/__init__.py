"""Nobody reads what is not theirs: the access table and the crawls that hold the product to it."""
