"""Proves who is there: sign-in of people, of agencies' systems (OAuth2, RFC 6749), and their rights to send for others.

Who a person is, which posts they hold and what they may do is the directory's.
"""
