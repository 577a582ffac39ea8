"""The Scala compiler's own interpreter (`IMain`), made inside Spark's JVM.

All calls are to public constructors and methods through py4j. Scala 2.12 and 2.13 differ in how
the interpreter is made, how its parser answers and how it completes.
"""

import os


def is_2_13(jvm):
    return jvm.scala.util.Properties.versionNumberString().startswith("2.13")


def make_interpreter(jvm, conf, class_loader, writer, arguments=()):
    """An interpreter that echoes to `writer` and whose classes `class_loader` finds."""
    settings = _settings(jvm, conf, arguments)
    interpreter = jvm.scala.tools.nsc.interpreter
    loader = jvm.scala.Option.apply(class_loader)
    if is_2_13(jvm):
        reporter = interpreter.shell.ReplReporterImpl(settings, writer)
        main = interpreter.IMain(settings, loader, settings, reporter)
        main.initializeCompiler()
    else:
        getattr(settings, "explicitParentLoader_$eq")(loader)
        main = interpreter.IMain(settings, writer)
        main.initializeSynchronous()
    return main


def _settings(jvm, conf, more):
    arguments = ["-usejavacp", "-Yrepl-class-based"]
    arguments += ["-Yrepl-outdir", conf["spark.repl.class.outputDir"]]
    arguments += more
    jars = [_path(jar) for jar in conf.get("spark.jars", "").split(",") if jar]
    if jars:
        arguments += ["-classpath", os.pathsep.join(jars)]
    settings = jvm.scala.tools.nsc.Settings()
    sequence = jvm.org.apache.spark.api.python.PythonUtils.toSeq(arguments)
    settings.processArguments(sequence.toList(), True)
    return settings


def _path(jar):
    return jar[7:] if jar.startswith("file://") else jar[5:] if jar.startswith("file:") else jar


# What the magics need of Scala is not the user's.
_OWN_NAMES = {"LivyshConsole", "livyshConsole"}


def complete(jvm, main, code, cursor):
    """Names that could stand at the cursor, which counts UTF-16 units; also while it runs."""
    names = _names(jvm, main, code, cursor)
    return [name for name in names if name not in _OWN_NAMES]


def _names(jvm, main, code, cursor):
    if is_2_13(jvm):
        answer = main.presentationCompile(cursor, code)
        if not answer.isRight():
            return []
        compiled = answer.toOption().get()
        found = getattr(compiled.completionCandidates(cursor), "_2")()
        names = [found.apply(index).name() for index in range(found.size())]
        compiled.cleanup()
        return sorted(set(names))
    completer = jvm.scala.tools.nsc.interpreter.PresentationCompilerCompleter(main)
    names = completer.complete(code, cursor).candidates().mkString("\n")
    return names.split("\n") if names else []
