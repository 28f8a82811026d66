"""Building blocks without a database: errors, Vietnamese text, ids, clock, legal working time, files, HTTP.

Everything here is pure Python and knows neither Django nor any module of the house; every module may import it.
"""
