"""Filters, the same for pages, exports and the API."""
