"""The Python half of a local session: one process, one SparkSession, three languages.

Started by `local/driver.rs`, which writes settings and requests as JSON lines to
standard input and reads events as JSON lines from standard output (`protocol`).

    main        starts everything, reads requests
    protocol    the JSON lines, on descriptors that user code cannot reach
    jvm         launches Spark's JVM without spark-submit
    session     the SparkSession that all languages share
    later       something slow that is made beside other work
    archive     makes later starts faster
    runner      runs statements one after another
    statement   one statement and the text it has printed
    capture     standard output of this process and of the JVM, cut at statement ends
    interpreter the Scala compiler's interpreter
    scala, python, sql      run code of one language and give its output
    scala_messages          what the Scala compiler says, with the message first
    completion  names that could stand at a cursor
    interrupt   ends a running statement
    progress    counts Spark tasks while a statement runs
    batch       the main program of a batch, in place of `main`
    strict/     Livy's own behaviour in place of `runner`'s
"""
