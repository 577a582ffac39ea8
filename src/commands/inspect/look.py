import builtins, inspect, json, reprlib, sys

def text(value, most):
    value = value.encode('utf-8', 'replace').decode()
    return value if len(value) <= most else value[:most] + ' …'

def tried(make):
    try:
        return make()
    except Exception:
        return None

def form(value):
    short = reprlib.Repr()
    short.maxlist = short.maxtuple = short.maxset = short.maxfrozenset = short.maxdeque = 20
    short.maxarray = short.maxdict = 20
    short.maxstring = short.maxother = 1000
    short.maxlong = 60
    return short.repr(value)

def frame_form(frame):
    return 'DataFrame[%s]' % ', '.join('%s: %s' % column for column in frame.dtypes)

def without_jobs(make):
    # A frame's own text may run a job, wherever in a value it stands.
    kept = []
    for home in ('dataframe', 'classic.dataframe', 'connect.dataframe'):
        frames = getattr(sys.modules.get('pyspark.sql.' + home), 'DataFrame', None)
        if frames is not None and '__repr__' in vars(frames):
            kept.append((frames, frames.__repr__))
            frames.__repr__ = frame_form
    pandas = (('frame', 'DataFrame'), ('series', 'Series'), ('indexes.base', 'Index'))
    for home, name in pandas:
        frames = getattr(sys.modules.get('pyspark.pandas.' + home), name, None)
        if frames is not None and '__repr__' in vars(frames):
            kept.append((frames, frames.__repr__))
            frames.__repr__ = lambda frame: 'pyspark.pandas.%s(...)' % type(frame).__qualname__
    try:
        return make()
    finally:
        for frames, own in kept:
            frames.__repr__ = own

def look(value):
    kind = type(value)
    home = getattr(kind, '__module__', None) or ''
    named = kind.__qualname__
    told = {'type': named if home == 'builtins' else home + '.' + named}
    parents = [(str(one.__module__), one.__qualname__) for one in kind.__mro__]
    if any(home.startswith('pyspark.sql') and name == 'DataFrame' for home, name in parents):
        # Its own text may run a job.
        told['form'] = text(frame_form(value), 1000)
        told['schema'] = value.schema.json()
        return told
    if home == 'pyspark.sql.types' and named == 'StructType':
        told['schema'] = value.json()
    is_code = inspect.isroutine(value) or inspect.isclass(value) or inspect.ismodule(value)
    if not is_code and not home.startswith('pyspark.pandas'):
        shown = tried(lambda: without_jobs(lambda: form(value)))
        told['form'] = None if shown is None else text(shown, 2000)
        if home.split('.')[0] in ('builtins', 'collections', 'array', 'numpy', 'pandas'):
            told['length'] = tried(lambda: len(value))
            told['shape'] = tried(lambda: str(value.shape))
    if callable(value):
        told['signature'] = tried(lambda: text(str(inspect.signature(value)), 2000))
    told['doc'] = tried(lambda: text(inspect.getdoc(value), 65536))
    if is_code:
        path = tried(lambda: inspect.getfile(value))
        told['file'] = path if path and not path.startswith('<') else None
    if deep:
        source = tried(lambda: inspect.getsource(value if is_code else kind))
        told['source'] = source and text(source, 262144)
    return told

try:
    told = look(get())
except Exception as problem:
    told = {'error': text('%s: %s' % (type(problem).__qualname__, problem), 2000)}
builtins.print('\nlivysh:object ' + json.dumps(told))
