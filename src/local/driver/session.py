"""The one SparkSession that all languages share."""


def connect(repl_classes):
    """Connects to the JVM that is up; gives the gateway and the loader of the interpreter's
    classes."""
    from pyspark import SparkContext
    from pyspark.java_gateway import launch_gateway

    gateway = launch_gateway()
    SparkContext._ensure_initialized(gateway=gateway)
    jvm = gateway.jvm
    # A loader over the interpreter's classes, made before the SparkContext: it becomes the parent
    # of the executor's loader and the context loader of Spark's threads, so that a class typed at
    # the prompt exists once, whoever asks for it.
    urls = gateway.new_array(jvm.java.net.URL, 1)
    urls[0] = jvm.java.io.File(repl_classes).toURI().toURL()
    thread = jvm.java.lang.Thread.currentThread()
    # Spark's own kind, to which jars can be added later.
    class_loader = jvm.org.apache.spark.util.MutableURLClassLoader(
        urls, thread.getContextClassLoader()
    )
    thread.setContextClassLoader(class_loader)
    return gateway, class_loader


def open_session(gateway):
    from pyspark.sql import SparkSession

    session = SparkSession.builder.getOrCreate()
    # What Scala's prelude and a strict session's Python process take it from.
    repl = gateway.jvm.org.apache.spark.repl.Main
    getattr(repl, "sparkContext_$eq")(session.sparkContext._jsc.sc())
    getattr(repl, "sparkSession_$eq")(session._jsparkSession)
    return session
