# %% arithmetic
1 + 1
7 // 2, 7 % 2, 2 ** 100
# %% two statements on a line
1; 2
# %% three, the first silent
x = 5; x; x + 1
# %% a semicolon at the end
x;
# %% semicolons in strings and brackets
"a;b"; [";", 1]; {"k": "v;w"}
# %% printing and echoing on a line
print("a"); 1; print("b")
# %% a line left open
print("a", end=""); print("b")
# %% print with end and sep
print(1, 2, 3, sep=", ", end="!\n")
# %% print without newline
print("no newline", end="")
# %% print of nothing
print()
# %% tabs and blanks
print("a\tb")
"a\tb"
# %% none is silent
None
# %% ellipsis
...
# %% booleans
True and not False
1 < 2 < 3
# %% floats
0.1 + 0.2
1e100
float("nan"), float("inf"), -0.0
# %% complex
(1 + 2j) * 1j
# %% big integers
2 ** 200
hex(255), oct(8), bin(5), 0xff, 1_000_000
# %% quotes in strings
'it\'s'
"say \"hi\""
'both \' and "'
# %% escapes
'new\nline'
r'\d+\n'
b'bytes\x00\xff'
# %% unicode
'é 日本 🦀'
print('é 日本 🦀')
'\u200b', '\x1b'
# %% prefixes
rb'\x00', u'u', f'{1 + 1}'
# %% adjacent strings
'a' 'b' \
'c'
# %% triple quoted
"""one
  two
	three"""
# %% triple quoted and printed
print("""one

  two; three
# no comment
""")
# %% a string over two lines
s = 'one \
two'
s
# %% comments
# nothing
1 # one
# %% a comment with quotes
2  # it's "open
# %% f-strings
name = "World"
f"Hello, {name}!"
f"{name!r:>10}|{3.14159:.2f}|{42:05d}|{name=}"
# %% f-string over lines
f"""{name}
{1 +
1}"""
# %% percent formatting
"%s has %d (%.1f%%)" % ("x", 3, 4.5)
'{:,} {:>8}'.format(1234567, 'r')
# %% lists
[1, 2, 3] + [4]
[[0] * 3 for _ in range(2)]
# %% a list over lines
[
    1,
    2,  # two

    3,
]
# %% tuples
(1,), (), 1, (2, 3)
# %% dictionaries
{"a": 1, "b": [1, 2], "c": {"d": None}}
# %% a dictionary over lines
config = {
    "spark.app.name": "x",
    "nested": {
        "k": (1, 2),
    },
}
config
# %% sets
{3, 1, 2}
set(), frozenset([1])
# %% slices
list(range(10))[2:8:2], "abc"[::-1]
# %% ranges
range(10)
range(1, 10, 2)
# %% comprehensions
[i * i for i in range(5) if i % 2]
{k: v for k, v in zip("ab", (1, 2))}
sorted({i % 3 for i in range(10)})
sum(i for i in range(100))
# %% nested comprehension
[(i, j) for i in range(2)
        for j in range(2)]
# %% unpacking
a, *b = 1, 2, 3
a, b
[*b, *range(2)], {**{"x": 1}, "y": 2}
# %% swap
p, q = 1, 2; p, q = q, p
p; q
# %% chained assignment
m = n = []
m is n
# %% augmented assignment
total = 1; total += 5; total
# %% annotations
count: int = 3
count
# %% walrus
(n := 10) + 1
n
# %% conditional expression
"even" if n % 2 == 0 else "odd"
# %% lambda
(lambda v, w=2: v * w)(4)
square = lambda v: v * v; square(3)
# %% functions of functions
list(map(lambda v: v + 1, [1, 2])), list(filter(None, [0, 1]))
# %% the last value
40 + 2
_
_ + 1
_; _
# %% the last value stays
None
print(_)
# %% for with an echo
for i in range(3): i

# %% for with a body
for i in range(2):
    i
    print("p", i)
    "s"

# %% for and else
for i in range(2):
    pass
else:
    "done"

# %% while
i = 0
while i < 3:
    i += 1
    i

# %% if, elif, else
if i > 5:
    "big"
elif i == 3:
    "three"
else:
    "small"

# %% if on one line
if True: "yes"; "also"

# %% nested blocks
for i in range(2):
    for j in range(2):
        if i == j:
            i, j

# %% a tab as indentation
for i in range(2):
	print("tab", i)

# %% a block with a comment at the margin
for i in range(1):
    i
# a comment
    i + 1

# %% a block with a string at the margin
if True:
    """text
at the margin"""

# %% with
import io
with io.StringIO() as out:
    out.write("abc")
    out.getvalue()

# %% with two
with io.StringIO("a") as f, io.StringIO("b") as g:
    f.read() + g.read()

# %% try and except
try:
    1 / 0
except ZeroDivisionError as error:
    print("caught:", error)
finally:
    "finally"

# %% try and else
try:
    v = int("7")
except ValueError:
    "no number"
else:
    v

# %% raise and catch
try:
    raise ValueError("bad", 3)
except (ValueError, KeyError) as error:
    error
    error.args

# %% a function
def add(a, b=2):
    """Adds."""
    return a + b

add(1)
add(1, b=5)
add.__doc__, add.__name__
# %% a function on one line
def twice(v): return v * 2

twice(4)
# %% a function that prints
def shout(*words, **options):
    for word in words:
        print(word.upper(), **options)

shout("a", "b", end="; ")
# %% its value and its print
def both():
    print("printed")
    return "returned"

both()
# %% recursion
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

[fib(i) for i in range(10)]
# %% closures
def counter():
    n = 0
    def step():
        nonlocal n
        n += 1
        return n
    return step

step = counter()
step(); step(); step()
# %% global state
total = 0
def bump():
    global total
    total += 1

bump(); bump()
total
# %% generators
def numbers():
    yield 1
    yield from (2, 3)

list(numbers())
next(numbers())
# %% addresses
lambda: 0
numbers()
object()
# %% typing
from typing import Dict, List, Optional
def typed(a: List[int], b: Optional[str] = None) -> Dict[str, int]:
    return {str(b): len(a)}

typed([1, 2])
List[int]
# %% a decorator
import functools
def loud(function):
    @functools.wraps(function)
    def wrapper(*arguments):
        print("calling", function.__name__)
        return function(*arguments)
    return wrapper

@loud
def hello(name):
    return "hello " + name

hello("you")
# %% stacked decorators
@functools.lru_cache(maxsize=None)
@loud
def cube(v):
    return v ** 3

cube(3)
cube(3)
# %% a class
class Point:
    """A point."""
    scale = 2
    def __init__(self, x, y):
        self.x = x
        self.y = y
    def __repr__(self):
        return "Point(%r, %r)" % (self.x, self.y)
    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)
    @property
    def norm(self):
        return (self.x ** 2 + self.y ** 2) ** 0.5
    @classmethod
    def origin(cls):
        return cls(0, 0)
    @staticmethod
    def unit():
        return Point(1, 1)

Point(3, 4)
Point(3, 4).norm
Point.origin() + Point.unit()
# %% inheritance
class Named(Point):
    def __init__(self, name, *rest):
        super().__init__(*rest)
        self.name = name
    def __repr__(self):
        return self.name + super().__repr__()

Named("n", 1, 2)
isinstance(Named("n", 1, 2), Point), Named.__mro__[1].__name__
# %% a class on one line
class Empty: a = 1; b = 2

Empty.a, Empty.b
# %% the name of the module
__name__
# %% the repr of a class
Point
# %% a script's last lines
def main():
    print("main runs")
    return 0

if __name__ == "__main__":
    main()

# %% a logger's name
import logging
logging.getLogger(__name__)
# %% classes within others
class Outer:
    class Inner:
        pass

Outer.Inner, Outer.Inner.__module__
Outer()
# %% dataclasses
from dataclasses import asdict, dataclass, field
@dataclass(order=True)
class Item:
    name: str
    price: float = 0.0
    tags: list = field(default_factory=list)

Item("tea", 2.5)
asdict(Item("cup")), Item("a") < Item("b")
# %% named tuples
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
Pair = namedtuple("Pair", "left right")
Pair(1, right=2)
Pair(1, 2)._replace(left=9)
# %% collections
Counter("abracadabra").most_common(2)
d = defaultdict(list); d["a"].append(1); d
OrderedDict(a=1), deque([1, 2], maxlen=2)
# %% enum
from enum import Enum
class Colour(Enum):
    RED = 1
    BLUE = 2

Colour.RED
list(Colour), Colour["BLUE"].value
# %% match
def kind(value):
    match value:
        case 0:
            return "zero"
        case [x, *rest]:
            return f"list of {x} and {len(rest)}"
        case {"key": v}:
            return v
        case str() | bytes():
            return "text"
        case _:
            return "other"

kind(0); kind([1, 2]); kind({"key": "v"}); kind("t"); kind(1.5)
# %% match at the top
match [1, 2]:
    case [a, b]:
        a + b
    case _:
        "nothing"

# %% match as a name
match = {"case": 1}
match["case"]; match
# %% asyncio
import asyncio
async def work(n):
    await asyncio.sleep(0)
    return n * 2

asyncio.run(work(21))
# %% asyncio gather
async def gather():
    return await asyncio.gather(*(work(i) for i in range(3)))

asyncio.run(gather())
# %% async for and async with
async def ticks():
    for i in range(3):
        yield i

async def collect():
    return [i async for i in ticks()]

asyncio.run(collect())
# %% imports
import datetime as dt, json, math, os.path, re, sys
from functools import reduce
math.pi, math.factorial(20)
reduce(lambda x, y: x * y, [1, 2, 3, 4])
# %% import over lines
from itertools import (
    chain,
    islice,
)
list(islice(chain([1], [2, 3]), 2))
# %% dates
dt.date(2024, 2, 29)
dt.datetime(2024, 1, 1, 12, 30) + dt.timedelta(days=1)
print(dt.date(2024, 2, 29).isoformat())
# %% json
print(json.dumps({"a": [1, None, True]}, indent=2))
json.loads('{"b": 1.5}')
# %% regular expressions
re.findall(r"\d+", "a1b22")
re.match(r"(\w+);", "ab;").group(1)
# %% what a write gives
sys.stdout.write("written\n")
# %% standard error
print("to stderr", file=sys.stderr)
# %% backslash continuation
total = 1 + \
    2 + \
    3
total
# %% operators in brackets
(1
 + 2
 - 3
)
# %% a call over lines
sorted(
    ["b", "a"],
    key=str.lower,
    reverse=True,
)
# %% a chain in brackets
(
    "a,b"
    .upper()
    # a comment within
    .split(",")
)
# %% a chain with backslashes
"a,b" \
    .upper() \
    .split(",")
# %% del and assert
assert total == 6, "total"
del total
"total" in globals()
# %% pass
pass
# %% eval and exec
eval("1 + 1"), exec("made = 3"), made
# %% strings of many lines
"\n".join(str(i) for i in range(3))
print("\n".join(str(i) for i in range(3)))
# %% long values
list(range(60))
"x" * 100
# %% pretty print
from pprint import pprint
pprint({"k%02d" % i: list(range(i)) for i in range(5)})
# %% objects with long reprs
{i: "v" * i for i in range(8)}
# %% types
type(1), type("a").__name__, int
# %% help text
print(add.__doc__)
# %% zero division
1 / 0
# %% unknown name
unknown_name
# %% wrong type
"a" + 1
# %% wrong key
{"a": 1}["b"]
# %% wrong index
[][0]
# %% wrong attribute
"a".nothing
# %% a raise
raise RuntimeError("boom")
# %% an error in a function
def outer(v):
    return inner(v)

def inner(v):
    return 1 / v

outer(0)
# %% an error with many lines
raise ValueError("one\ntwo")
# %% a cause
try:
    {}["k"]
except KeyError:
    print("then")

# %% assertion
assert 1 == 2, "they differ"
# %% import error
import no_such_module
# %% syntax error
x = = 1
# %% unclosed bracket
print("a"))
# %% unclosed string
'abc
# %% keyword as a name
class = 1
# %% await at the top
await work(1)
# %% return at the top
return 1
# %% after an error
print("still here")
# %% a warning
import warnings
warnings.warn("careful")
# %% a custom error
class Broken(Exception):
    pass

try:
    raise Broken("own")
except Broken as broken:
    broken
    str(broken)

raise Broken("told")
# %% a custom error of an error
try:
    try:
        raise Broken("inner")
    except Broken as broken:
        raise ValueError("outer") from broken
except ValueError as error:
    error.__cause__

# %% exceptions with notes
class Detailed(Exception):
    def __str__(self):
        return "detail: %s" % (self.args,)

raise Detailed(1, "two")
# %% abstract classes
from abc import ABC, abstractmethod
class Shape(ABC):
    @abstractmethod
    def area(self): ...

try:
    Shape()
except TypeError as error:
    print(error)

# %% slots and equality
class Slotted:
    __slots__ = ("v",)
    def __init__(self, v): self.v = v
    def __eq__(self, other): return self.v == other.v

Slotted(1) == Slotted(1), Slotted(1) != Slotted(2)
# %% context managers
from contextlib import contextmanager, suppress
@contextmanager
def tag(name):
    print("<%s>" % name)
    yield name
    print("</%s>" % name)

with tag("p") as p:
    p

with suppress(KeyError):
    {}["k"]

# %% loops with control
for i in range(10):
    if i == 3:
        continue
    if i > 5:
        break
    print(i, end=" ")

# %% nested data echoed
[{"id": i, "tags": {"t%d" % j for j in range(1)}} for i in range(2)]
# %% enumerate and zip
for i, (a, b) in enumerate(zip([1, 2], "xy"), start=1):
    print(f"{i}: {a}-{b}")

dict(enumerate("ab"))
# %% sorted with a key
sorted([("b", 2), ("a", 3)], key=lambda pair: pair[1], reverse=True)
# %% string methods
"  padded ".strip(), "a-b".partition("-"), "x".join("abc"), "é".encode("utf-8")
# %% bytes and bytearrays
bytearray(b"ab"), memoryview(b"ab").tolist(), bytes(3)
# %% decimals and fractions
from decimal import Decimal
from fractions import Fraction
Decimal("1.10") + 1, Fraction(1, 3) * 2
# %% a global in a function in a function
def level():
    def deeper():
        return [k for k in ("level",) if k in globals()]
    return deeper()

level()
# %% range of spark
spark.range(3)
spark.range(3).count()
spark.range(5).collect()
# %% show
spark.range(3).show()
# %% create a data frame
people = spark.createDataFrame([("Alice", 34), ("Bob", 45), ("Carol", None)], ["name", "age"])
people
people.show()
# %% print schema
people.printSchema()
# %% filter and select
people.filter(people.age > 40).select("name").show()
people.where("age < 40").collect()
# %% a chain of a data frame
(people
    .select("name", "age")
    .where("age is not null")
    .orderBy("age", ascending=False)
    .show())
# %% a chain with backslashes on a data frame
people.select("name") \
    .limit(2) \
    .show()
# %% functions
from pyspark.sql import functions as F
people.select(F.upper("name").alias("upper"), (F.col("age") + 1).alias("next")).show()
# %% columns
people.age
F.col("a") + F.lit(1)
(people.age > 3) & people.name.startswith("A")
# %% with column
people.withColumn("double", people["age"] * 2).show()
people.withColumnRenamed("age", "years").columns
# %% grouping
sales = spark.createDataFrame(
    [("a", 1), ("b", 2), ("a", 3)],
    ["key", "value"],
)
sales.groupBy("key").agg(F.sum("value").alias("total"), F.max("value")).orderBy("key").show()
# %% group by count
sales.groupBy("key").count().sort("key").collect()
# %% pivot
sales.groupBy().pivot("key").sum("value").show()
# %% joins
left = spark.createDataFrame([(1, "x"), (2, "y")], "id int, l string")
right = spark.createDataFrame([(1, "z")], "id int, r string")
left.join(right, "id").show()
left.join(right, "id", "left").orderBy("id").collect()
left.join(right, left.id == right.id, "left_anti").show()
# %% windows
from pyspark.sql.window import Window
w = Window.partitionBy("key").orderBy("value")
sales.withColumn("n", F.row_number().over(w)).orderBy("key", "value").show()
# %% when
people.select("name", F.when(F.col("age") > 40, "old").otherwise("young").alias("is")).show()
# %% nulls
people.na.fill({"age": 0}).show()
people.dropna().count()
# %% distinct and union
spark.range(2).union(spark.range(3)).distinct().count()
# %% describe
people.describe("age").show()
# %% first, head, take
people.first()
people.head(2); people.take(1)
people.first().name, people.first()["age"], people.first().asDict()
# %% rows
from pyspark.sql import Row
Row(a=1, b="x")
Person = Row("name", "age")
Person("Ann", 3)
# %% types of columns
people.dtypes
people.schema
people.schema.json()
# %% a schema by hand
from pyspark.sql.types import (
    IntegerType,
    StringType,
    StructField,
    StructType,
)
schema = StructType([
    StructField("id", IntegerType(), False),
    StructField("name", StringType(), True),
])
spark.createDataFrame([(1, "a")], schema).printSchema()
schema.simpleString(), schema["id"]
# %% nested data
nested = spark.createDataFrame([(1, [1, 2], {"k": "v"}, (5, "s"))],
                               "id int, xs array<int>, m map<string,string>, st struct<a:int,b:string>")
nested.printSchema()
nested.collect()
nested.select("st.a", F.explode("xs").alias("x"), nested.m["k"]).show()
# %% show vertically
people.show(2, vertical=True)
# %% show untruncated
spark.createDataFrame([("x" * 30,)], ["long"]).show(truncate=False)
spark.createDataFrame([("x" * 30,)], ["long"]).show(truncate=5)
# %% sql
people.createOrReplaceTempView("people")
spark.sql("select name from people where age > 40").show()
spark.sql("""
    select count(*) as n,
           avg(age) as mean  -- a comment; with a semicolon
    from people
""").show()
# %% sql with an argument
spark.sql("select * from people where name = :who", args={"who": "Bob"}).collect()
# %% sql of settings
spark.conf.set("spark.sql.shuffle.partitions", "3")
spark.conf.get("spark.sql.shuffle.partitions")
# %% tables
spark.catalog.dropTempView("people")
spark.catalog.tableExists("people")
# %% explain
spark.range(10).filter("id > 3").explain()
# %% explain extended
people.select("name").explain(True)
# %% udf
from pyspark.sql.functions import udf
@udf("int")
def plus_one(v):
    return None if v is None else v + 1

people.select("name", plus_one("age").alias("plus")).show()
# %% udf of a lambda
length = udf(lambda s: len(s), IntegerType())
people.select(length("name").alias("n")).collect()
# %% registered udf
spark.udf.register("shout", lambda s: s.upper() + "!")
spark.sql("select shout('a') as s").show()
# %% udf with a global
factor = 10
scaled = udf(lambda v: v * factor if v else None, "int")
people.select(scaled("age").alias("s")).collect()
# %% rdd
rdd = sc.parallelize([1, 2, 3, 4], 2)
rdd.map(lambda v: v * v).collect()
rdd.reduce(lambda a, b: a + b); rdd.sum(), rdd.mean()
# %% word count
lines = sc.parallelize(["a b a", "b c"], 1)
counts = (lines.flatMap(lambda line: line.split(" "))
               .map(lambda word: (word, 1))
               .reduceByKey(lambda a, b: a + b))
sorted(counts.collect())
# %% pairs
pairs = sc.parallelize([("a", 1), ("b", 2), ("a", 3)], 1)
sorted((k, sorted(v)) for k, v in pairs.groupByKey().collect())
pairs.countByKey()
# %% rdd of partitions
rdd.glom().collect(), rdd.getNumPartitions()
# %% rdd operations
rdd.filter(lambda v: v % 2 == 0).take(5)
rdd.zipWithIndex().collect()
rdd.stats()
# %% broadcast
names = sc.broadcast({1: "one", 2: "two"})
rdd.map(lambda v: names.value.get(v)).collect()
# %% accumulator
seen = sc.accumulator(0)
rdd.foreach(lambda v: seen.add(v))
seen.value
# %% rdd and data frame
rdd.map(lambda v: Row(v=v)).toDF().show()
people.rdd.map(lambda row: row.name).collect()
# %% local classes in a task
rdd.map(lambda v: Item("n", v)).map(lambda item: item.price).collect()
# %% a function with an import in a task
def hypot(v):
    import math
    return math.hypot(v, 0)

rdd.map(hypot).collect()
# %% json data
spark.read.json(sc.parallelize(['{"a": 1, "b": "x"}', '{"a": 2}'], 1)).orderBy("a").show()
# %% csv data
spark.read.csv(sc.parallelize(["a,b", "1,x"], 1), header=True, inferSchema=True).dtypes
# %% files
import shutil, tempfile
folder = tempfile.mkdtemp()
people.coalesce(1).write.mode("overwrite").parquet(folder + "/p")
spark.read.parquet(folder + "/p").orderBy("name").show()
with open(folder + "/t.txt", "w") as text:
    _ = text.write("one\ntwo\n")

spark.read.text(folder + "/t.txt").collect()
shutil.rmtree(folder)
# %% cache
cached = spark.range(10).cache()
cached.count()
cached.unpersist()
# %% sampling and splits
[part.count() > 0 for part in spark.range(100).randomSplit([0.5, 0.5], seed=1)]
# %% to local values
people.toJSON().collect()
[row.name for row in people.collect()]
for row in people.limit(2).collect():
    row
    print(row.name, row.age)

# %% a data frame in a loop
for n in (1, 2):
    spark.range(n).show()

# %% the session
spark
spark.version == sc.version, sc.version
type(spark).__name__
# %% an unknown table
spark.table("no_such_table")
# %% an unknown column
people.select("nope")
# %% a parse error
spark.sql("selec 1")
# %% an error in a task, caught
try:
    rdd.map(lambda v: 1 / (v - 1)).collect()
except Exception as error:
    type(error).__name__
    "ZeroDivisionError" in str(error)

# %% an analysis error, caught
from pyspark.sql.utils import AnalysisException
try:
    spark.sql("select nope")
except AnalysisException as error:
    print(str(error).split(".")[0])

# %% a wrong argument
people.limit("x")
# %% done
"done"
