def {{held}}_load(pieces, session):
    import base64, builtins, gzip, io
    from pyspark import SparkContext
    stream = io.BytesIO(gzip.decompress(base64.b64decode(''.join(pieces))))
    def number():
        return builtins.int.from_bytes(stream.read(4), 'big')
    def texts():
        return [stream.read(number()).decode() for _ in builtins.range(number())]
    names = texts()
    records = texts()
    if stream.read(1):
        raise ValueError('what has arrived is not what was sent')
    lines = session.createDataFrame([(record,) for record in records], 'value string')._jdf
    jvm = SparkContext._active_spark_context._jvm
    lines = builtins.getattr(lines, 'as')(jvm.org.apache.spark.sql.Encoders.STRING())
    reader = session.read
    if {{is_csv}}:
        reader = reader.options(header=False, inferSchema=True, quote='"', escape='"', nullValue='{{missing}}')
        if not records:
            from pyspark.sql.types import StringType, StructField, StructType
            reader = reader.schema(StructType([StructField(name, StringType()) for name in names]))
        frame = reader._df(reader._jreader.csv(lines)).toDF(*names)
    else:
        frame = reader._df(reader._jreader.json(lines))
        # Inference sorts them.
        if builtins.set(names) == builtins.set(frame.columns):
            frame = frame.select(*['`%s`' % name.replace('`', '``') for name in names])
    frame.createOrReplaceTempView('`{{view}}`')
    told = base64.b64encode(frame._jdf.toString().encode()).decode()
    builtins.print('\nlivysh:loaded %d %s' % (frame.count(), told))
    return frame
{{variable}} = {{held}}_load({{held}}, spark)
