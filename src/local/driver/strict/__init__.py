"""Apache Livy's own behaviour, also where it is worse: for whoever writes a client of it.

    runner      a statement with the motions that Livy goes through around it
    scala       Scala, fed to the compiler line by line
    Console.scala   what of this only Scala itself can do
    sql         SQL with Livy's conversion of values
    python      Python, in a process of its own
    shell       that process
    magics      Python's magics; `python` beside this package knows them too
"""
