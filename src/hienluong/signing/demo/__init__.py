"""The demonstration's authority: certificates, lists of revoked ones, OCSP, time-stamps; everything it issues carries its mark."""
