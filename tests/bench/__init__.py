"""How fast the pastebin is, beside other servers, a plain Flask application and bare loops.

`python -m tests.bench` (or `make bench`) measures everything in one run, by
turns, so that what slows this machine down slows both sides of each ratio.
"""
