import builtins, json

def problem(text):
    return {'error': text.encode('utf-8', 'replace').decode()[:2000]}

def named(kind):
    home = getattr(kind, '__module__', None) or ''
    return kind.__qualname__ if home == 'builtins' else '%s.%s' % (home, kind.__qualname__)

def text_of(index, kind):
    # As `show` has them; bytes are no text.
    if kind == 'binary':
        return "concat('[', rtrim(regexp_replace(hex(c%d), '..', '$0 ')), ']')" % index
    return 'cast(c%d as string)' % index

def rows_of(frame):
    schema = json.loads(frame.schema.json())
    kinds = [field['type'] for field in schema['fields']]
    # By number, as columns may share a name or have a dot in it.
    texts = frame.toDF(*['c%d' % index for index in range(len(kinds))])
    texts = texts.selectExpr(*[text_of(index, kind) for index, kind in enumerate(kinds)])
    rows = [list(row) for row in texts.limit(most + 1).collect()] if kinds else []
    return {'schema': schema, 'data': rows[:most], 'more': len(rows) > most}

def show():
    try:
        frame = get()
    except Exception as failed:
        return problem('%s: %s' % (type(failed).__qualname__, failed))
    kind = type(frame)
    parents = [(str(one.__module__), one.__qualname__) for one in kind.__mro__]
    if any(home.startswith('pyspark.sql') and name == 'DataFrame' for home, name in parents):
        return rows_of(frame)
    told = '%s is a %s, and no DataFrame of Spark' % (name, named(kind))
    if parents[0][0].split('.')[0] == 'pandas' and parents[0][1] == 'DataFrame':
        told += ': spark.createDataFrame(%s) makes one' % name
    if parents[0][0].startswith('pyspark.pandas.') and parents[0][1] in ('DataFrame', 'Series'):
        told += ': %s.to_spark() is one' % (name if parents[0][1] == 'DataFrame' else name + '.to_frame()')
    return problem(told)

builtins.print('\nlivysh:rows ' + json.dumps(show()))
