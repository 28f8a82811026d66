"""To whom documents go together: groups of agencies, of the province or of one agency, by list or by rule."""
