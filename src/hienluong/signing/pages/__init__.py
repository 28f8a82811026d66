"""Pages: any file checked; one's own signature; the register of certificates; the trust list."""
