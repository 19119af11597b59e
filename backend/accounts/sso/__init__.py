"""Single sign-on: what a provider's answer says, whether it is to be believed, and whose account it opens."""
