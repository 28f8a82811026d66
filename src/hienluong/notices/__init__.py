"""Notices to people: in the product, and by mail where the province has configured a mail server."""
