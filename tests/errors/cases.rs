//! Scripts that fail, and where.

/// A script that fails.
pub struct Case {
    pub text: &'static str,
    /// Where, by what Livy tells.
    pub livy: &'static str,
    /// Where, by what our own server tells without `--strict`.
    pub ours: &'static str,
    pub headline: &'static str,
    /// What must stand below it on both.
    pub below: &'static str,
}

pub const SCALA: [Case; 15] = [
    Case {
        text: "val e01 = 1\n\nnowhere01 + e01\n",
        livy: "3",
        ours: "3",
        headline: "error: not found: value nowhere01",
        below: "    nowhere01 + e01\n    ^\n",
    },
    Case {
        text: "val e02 = 1; val f02: Int = \"a\"\n",
        livy: "1",
        ours: "1",
        headline: "error: type mismatch;",
        below: " required: Int\n    val e02 = 1; val f02: Int = \"a\"\n                                ^\n",
    },
    Case {
        text: "// Syntax.\nprintln(\"before\")\nval e03 = )\n",
        livy: "3",
        ours: "3",
        headline: "error: illegal start of simple expression",
        below: "    val e03 = )\n              ^\n",
    },
    // A chain over several lines, with comments.
    Case {
        text: "val e04 = List(1, 2) // some\n  .map(_ + 1) // more\n  // and\n\n  .map(_.foo04)\n  .sum\n",
        livy: "5",
        ours: "5",
        headline: "error: value foo04 is not a member of Int",
        below: "    .map(_.foo04)\n           ^\n",
    },
    // Two lines with the same words: each error at its own.
    Case {
        text: "val e05 = {\n  nowhere05\n  1\n  nowhere05\n}\n",
        livy: "2",
        ours: "2",
        headline: "error: not found: value nowhere05",
        below: ":4: error: not found: value nowhere05",
    },
    Case {
        text: "def e06(x: Any) = x match {\n  case l: List[Int] =>\n    l.foo06\n}\n",
        livy: "3",
        ours: "3",
        headline: "error: value foo06 is not a member of List[Int]",
        below: ":2: warning: non-variable type argument Int",
    },
    Case {
        text: "class E07 {\n  def f: Int = 1\n}\nobject E07 {\n  val g: Strin = \"\"\n}\n",
        livy: "5",
        ours: "5",
        headline: "error: not found: type Strin",
        below: "    val g: Strin = \"\"\n           ^\n",
    },
    Case {
        text: "val e08 = 3\n\nval f08 = {\n  val t = e08\n  t / 0\n}\n",
        livy: "3-6",
        ours: "5",
        headline: "java.lang.ArithmeticException: / by zero",
        below: "frames of Spark and the JVM",
    },
    Case {
        text: "def e09(x: Int): Int = {\n  val z = 3\n  x / (z - 3)\n}\nval f09 = 1\ne09(f09)\n",
        livy: "6",
        ours: "3",
        headline: "java.lang.ArithmeticException: / by zero",
        below: "  at e09(",
    },
    // In a closure, on an executor.
    Case {
        text: "val e10 = sc.parallelize(1 to 4)\ne10\n  .map { i =>\n    val k = i\n    10 / (k - 3)\n  }\n  .collect()\n",
        livy: "2-7",
        ours: "5",
        headline: "java.lang.ArithmeticException: / by zero",
        below: ", on an executor",
    },
    Case {
        text: "import org.apache.spark.sql.functions.udf\nval e11 = udf { (x: Long) =>\n  10 / (x - 1)\n}\nspark.range(3).select(e11($\"id\")).collect()\n",
        livy: "5",
        ours: "3",
        headline: "java.lang.ArithmeticException: / by zero",
        below: ", on an executor",
    },
    Case {
        text: "print(\"half \"); println(\"line12\"); throw new IllegalStateException(\"outer\", new RuntimeException(\"inner\"))\n",
        livy: "1",
        ours: "1",
        headline: "java.lang.IllegalStateException: outer",
        below: "Caused by: java.lang.RuntimeException: inner\n",
    },
    Case {
        text: "val e13 = 1\nspark.sql(\"\"\"select nope\n  from range(3)\"\"\")\n",
        livy: "2-3",
        ours: "2",
        headline: "org.apache.spark.sql.catalyst.ExtendedAnalysisException: [UNRESOLVED_COLUMN",
        below: "frames of Spark and the JVM",
    },
    Case {
        text: "class E14 {\n  def m(x: Int) = x / 0\n}\nobject F14 {\n  def n() = new E14().m(1)\n}\nF14.n()\n",
        livy: "7",
        ours: "2",
        headline: "java.lang.ArithmeticException: / by zero",
        below: "  at E14.m(",
    },
    Case {
        text: "val e15 = 1\n\nval f15 = List(1,\n  e15\n",
        livy: "3-4",
        ours: "3-4",
        headline: "the statement is incomplete",
        below: "the server said: incomplete statement",
    },
];

pub const PYTHON: [Case; 16] = [
    Case {
        text: "e01 = 1\n\nnowhere01\n",
        livy: "3",
        ours: "3",
        headline: "NameError: name 'nowhere01' is not defined",
        below: "    nowhere01\n",
    },
    Case {
        text: "e02 = 1\nf02 = (e02 +\n       1) + 'a'\n",
        livy: "2-3",
        ours: "2",
        headline: "TypeError: unsupported operand type(s) for +: 'int' and 'str'",
        below: "",
    },
    Case {
        text: "e03 = 1\n\nf03 = e03 +\n",
        livy: "3",
        ours: "3",
        headline: "SyntaxError: invalid syntax",
        below: "    f03 = e03 +\n               ^\n",
    },
    Case {
        text: "def e04(a):\n    if a:\n        b = a b\n    return a\n",
        livy: "3",
        ours: "3",
        headline: "SyntaxError: invalid syntax",
        below: "    b = a b\n",
    },
    Case {
        text: "def e05(x):\n    z = 3\n    return x / (z - 3)\n\nf05 = 1\ne05(f05)\n",
        livy: "3",
        ours: "3",
        headline: "ZeroDivisionError: division by zero",
        below: "py\", line 6, in <module>\n",
    },
    // In a function, on an executor; called over several lines.
    Case {
        text: "def e06(i):\n    return 10 / (i - 3)\n\nf06 = sc.parallelize(range(4))\n(f06\n    .map(e06)\n    .collect())\n",
        livy: "2",
        ours: "2",
        headline: "ZeroDivisionError: division by zero",
        below: ", on an executor",
    },
    Case {
        text: "e07 = sc.parallelize(range(4))\ne07.map(lambda i:\n        10 / (i - 3)).collect()\n",
        livy: "3",
        ours: "3",
        headline: "ZeroDivisionError: division by zero",
        below: ", in <lambda>\n",
    },
    Case {
        text: "from pyspark.sql.functions import udf\n\n@udf('int')\ndef e08(x):\n    return 1 // x\n\nspark.range(3).select(e08('id')).collect()\n",
        livy: "5",
        ours: "5",
        headline: "ZeroDivisionError: integer division or modulo by zero",
        below: ", on an executor",
    },
    // In an imported file.
    Case {
        text: "import sys\nsys.path.insert(0, 'HOME')\nimport helper09\nhelper09.boom(1)\n",
        livy: "4",
        ours: "4",
        headline: "ZeroDivisionError: division by zero",
        below: "/helper09.py\", line 3, in boom\n    return y / 0\n",
    },
    Case {
        text: "spark.sql('select nope10 from range(3)')\n",
        livy: "1",
        ours: "1",
        headline: "AnalysisException: [UNRESOLVED_COLUMN",
        below: "frames of PySpark and Livy",
    },
    Case {
        text: "class E11:\n    def pay(self, n):\n        raise ValueError('a\\nb')\n\nfor n in (1, 2):\n    E11().pay(n)\n",
        livy: "3",
        ours: "3",
        headline: "ValueError: a",
        below: "b\n    raise ValueError('a\\nb')\n",
    },
    Case {
        text: "e12 = 1\nsc._jvm.java.util.ArrayList().get(3)\n",
        livy: "2",
        ours: "2",
        headline: "java.lang.IndexOutOfBoundsException: Index 3 out of bounds for length 0",
        below: "frames of PySpark, Spark and the JVM",
    },
    Case {
        text: "try:\n    1/0\nexcept Exception as e13:\n    raise RuntimeError('second') from e13\n",
        livy: "1-4",
        ours: "4",
        headline: "RuntimeError: second",
        below: "",
    },
    Case {
        text: "e14 = [1, 2]\ne14[\n  7]\n",
        livy: "2-3",
        ours: "2",
        headline: "IndexError: list index out of range",
        below: "",
    },
    Case {
        text: "await e15\n",
        livy: "1",
        ours: "1",
        headline: "SyntaxError: 'await' outside function",
        below: "    await e15\n",
    },
    Case {
        text: "for e16 in range(3):\n# c\nprint(e16)\n",
        livy: "3",
        ours: "3",
        headline: "IndentationError: expected an indented block",
        below: "    print(e16)\n    ^\n",
    },
];
