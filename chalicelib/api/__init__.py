"""HTTP. A request passes the rim (who, may they, is it well-formed), then one handler, then the rim again.

route.py    what a route is: data          routes.py  all of them (native/routes/*.py, one table per resource)
mounts.py   routes into Chalice            rim.py     one request from credential to answer, and every failure
bodies.py   JSON within bounds             faults.py  what is wrong with a field: code and sentence
query.py    declared query parameters, typed
codes.py    every error code               problems.py  errors as the one error object
calls.py    what a handler gets and gives  openapi.py the document, built by `make docs`, served as a file
schemas.py  models as JSON schemas         native/    the handlers of /v1: one module per area, imported on its
                                                      first call, and what the document shows as examples
"""
