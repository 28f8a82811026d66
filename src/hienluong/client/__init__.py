"""What an agency's own system does on the axis, and the commands `hienluong exchange …`: no Django, no database.

The REST API of the exchange from the other side (docs/contracts/openapi.json; RFC 6749 for its tokens).
"""
