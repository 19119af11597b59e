"""What scripts/appliance does on the host: a module a verb. Python 3.9 and openssl, and no package of the project."""
