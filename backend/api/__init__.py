"""HTTP only: authentication, one error shape, a router an area, and the webhooks' door."""
