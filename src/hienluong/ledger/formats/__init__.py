"""What the log consists of, without a database: the tree (RFC 6962), the addresses of its tiles, the public record of an entry."""
