"""SCIM 2.0 (RFC 7643, RFC 7644): by it the directory tells who joins, who leaves, and who is in which group."""
