"""The HTTP frame, told from outside: what a client sends and what it gets.

client.py    a client that notes which operations and codes were reached      coverage.py  what nobody reached
world.py     a Runtime of twins, tenants and their keys                       matrix.py    what a stranger may find
registry.py  an id for every placeholder, a body for every operation          shop.py      a small API to try the rim on
native/      the native API as its users find it, operation by operation
"""
