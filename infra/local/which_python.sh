#!/bin/sh
# The Python that the Makefile works with: the system's own where it is new enough, else the first on the path. Distributions
# build theirs with profile-guided optimisation, version managers most often do not: our tests take four fifths of the time with it.
for python in /usr/bin/python3 python3; do
    if "$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        break
    fi
done
echo "$python"
