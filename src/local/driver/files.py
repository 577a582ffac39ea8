"""Jars and files that a session is given while it runs."""

import importlib
import os
import zipfile


def add_jar(context, path):
    """Gives it to Spark's tasks; where it lies on this machine. A compiler that is shown what is no
    jar compiles nothing any more."""
    local = _local(context, path)
    if not zipfile.is_zipfile(local):
        raise ValueError("%s is no jar" % path if os.path.exists(local) else "%s does not exist" % path)
    context._jsc.sc().addJar(path)
    return local


def add_python(context, path):
    context.addPyFile(path)
    importlib.invalidate_caches()


def add_file(context, path):
    context._jsc.sc().addFile(path)


def url_of(jvm, path):
    return jvm.java.io.File(path).toURI().toURL()


def _local(context, path):
    """Spark fetches what is elsewhere."""
    if path.startswith("file:"):
        return "/" + path[len("file:") :].lstrip("/")
    if "://" not in path:
        return path
    from pyspark import SparkFiles

    context._jsc.sc().addFile(path)
    return SparkFiles.get(os.path.basename(path))
