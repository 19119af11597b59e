"""How long data is kept: `policies` declares it, `periods` is what people decided, `preview` tells what would go, and
`engine` removes it at night.
"""
