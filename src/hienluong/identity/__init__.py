"""Proves who is there: sign-in of people, their second factors and sessions, and sign-on of systems with their accounts.

Who a person is, which posts they hold and what they may do is the directory's.
"""
