"""Reads a notebook as Jupyter does, and prints it as JSON; an error where it is none."""

import json
import sys

import nbformat

with open(sys.argv[1]) as file:
    # Older forms would be repaired when they are read: what is written is to need none.
    document = json.load(file)
nbformat.validate(document, version=4, version_minor=5, strip_invalid_metadata=False)
notebook = nbformat.read(sys.argv[1], as_version=nbformat.NO_CONVERT)
assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5), notebook
assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
print(json.dumps(notebook))
