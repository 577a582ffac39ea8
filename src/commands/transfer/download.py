def {{held}}(frame, most):
    import base64, builtins, zlib
    from pyspark import SparkContext
    from pyspark.sql import DataFrame, functions
    if not builtins.isinstance(frame, DataFrame) or not builtins.hasattr(frame, '_jdf'):
        raise TypeError('a %s is no DataFrame of this Spark' % builtins.type(frame).__name__)
    names = frame.columns
    if not names:
        raise ValueError('it has no columns')
    # By number, as columns may share a name or have a dot in it.
    numbers = ['c%d' % index for index in builtins.range(builtins.len(names))]
    fields = [functions.col(number).alias(name) for number, name in builtins.zip(numbers, names)]
    options = {
        'ignoreNullFields': 'false',
        'timestampFormat': "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
        'timestampNTZFormat': "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
    }
    texts = frame.toDF(*numbers).select(functions.to_json(functions.struct(*fields), options))._jdf
    jvm = SparkContext._active_spark_context._jvm
    # The JVM's own iterator: its jobs belong to the statement that needs them, and can be cancelled.
    texts = builtins.getattr(texts, 'as')(jvm.org.apache.spark.sql.Encoders.STRING())
    # A few rows need no whole partition.
    source = texts.takeAsList(most).iterator() if most <= 100000 else texts.toLocalIterator()
    rows = jvm.scala.collection.JavaConverters.asScalaIterator(source)
    encoded = [base64.b64encode(name.encode()).decode() for name in names]
    yield '\nlivysh:columns ' + ','.join(encoded)
    total = 0
    taken = []
    at_once = 64
    more = True
    while more:
        packer = zlib.compressobj(wbits=31)
        packed = b''
        count = size = 0
        while builtins.len(packed) < {{page}} and size < 16777216 and total < most:
            if not taken:
                # Many at once, as a call takes a while on some servers; fewer of large ones.
                chunk = rows.take(at_once).mkString('\n')
                if not chunk:
                    break
                taken = chunk.split('\n')[::-1]
                if builtins.len(chunk) > 1048576:
                    at_once = at_once * 1048576 // builtins.len(chunk) or 1
                elif builtins.len(chunk) < 524288 and at_once < 2048:
                    at_once *= 2
            text = (taken.pop() + '\n').encode()
            packed += packer.compress(text)
            size += builtins.len(text)
            count += 1
            total += 1
        packed += packer.flush()
        if builtins.len(packed) > {{largest}}:
            raise ValueError("row %d is too large for a statement's result" % total)
        more = total < most and builtins.bool(taken or rows.hasNext())
        page = base64.b64encode(packed).decode()
        yield '\nlivysh:page %d %d %s %s' % (count, total, 'more' if more else 'last', page)
{{held}} = {{held}}({{frame}}, {{most}})
__import__('builtins').print({{held}}.__next__())
