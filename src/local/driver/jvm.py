"""Launches Spark's JVM directly, so that a bare Java runtime is enough and no shell script
or second JVM stands before it. The contract is PySpark's own: the JVM writes its port and
secret to the file named in `_PYSPARK_DRIVER_CONN_INFO_PATH`, and ends when its standard
input ends."""

import os
import shlex
import struct
import subprocess
import threading
import time

# What Spark's own launcher opens for Java 9 and later.
_OPENED_PACKAGES = """
java.base/java.lang java.base/java.lang.invoke java.base/java.lang.reflect java.base/java.io
java.base/java.net java.base/java.nio java.base/java.util java.base/java.util.concurrent
java.base/java.util.concurrent.atomic java.base/jdk.internal.ref java.base/sun.nio.ch
java.base/sun.nio.cs java.base/sun.security.action java.base/sun.util.calendar
java.security.jgss/sun.security.krb5
""".split()

# What it sets besides; a Spark that does not know one of them ignores it. Its module of vectors
# is left out: a bare Java runtime has none, and would not start.
_PROPERTIES = [
    "-Djdk.reflect.useDirectMethodHandle=false",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-Dio.netty.allocator.type=pooled",
    "-Dio.netty.handler.ssl.defaultEndpointVerificationAlgorithm=NONE",
]


# What is typed runs once: the second compiler would only take time from it.
# With one compiler Java keeps 48 MB for its code, which a few hundred statements of Scala fill.
_QUICK = ["-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=240m"]


class JvmFailed(Exception):
    """The JVM ended before it told its port."""


class Jvm:
    """Spark's Java process: launched by the constructor, usable after `wait_until_up`."""

    def __init__(self, settings, more_options=()):
        directory = settings["directory"]
        self._information = os.path.join(directory, "gateway")
        options = list(more_options)
        if settings["quick_compiler"]:
            options += _QUICK
        if settings["archive"]:
            options += ["-XX:SharedArchiveFile=" + settings["archive"], "-Xshare:auto"]
        environment = dict(os.environ)
        environment["_PYSPARK_DRIVER_CONN_INFO_PATH"] = self._information
        self.process = subprocess.Popen(
            command(
                settings["java"],
                settings["java_major"],
                settings["spark_home"],
                directory,
                settings["conf"],
                options,
                ["pyspark-shell"],
            ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )

    def wait_until_up(self):
        """Waits for the port and the secret, and gives them to PySpark."""
        while self.process.poll() is None and not os.path.isfile(self._information):
            time.sleep(0.005)
        if not os.path.isfile(self._information):
            raise JvmFailed(
                "Spark's Java process %s before it was up" % told(self.process.poll())
            )
        with open(self._information, "rb") as file:
            (port,) = struct.unpack("!i", file.read(4))
            (length,) = struct.unpack("!i", file.read(4))
            secret = file.read(length).decode()
        os.remove(self._information)
        os.environ["PYSPARK_GATEWAY_PORT"] = str(port)
        os.environ["PYSPARK_GATEWAY_SECRET"] = secret

    def watch(self, on_exit):
        """Calls `on_exit(exit_code)` on a thread when the JVM ends."""
        threading.Thread(
            target=lambda: on_exit(self.process.wait()), daemon=True, name="jvm-watch"
        ).start()

    def end(self, seconds):
        """Closes its standard input, which ends it; kills it when it takes too long."""
        try:
            self.process.stdin.close()
            self.process.wait(seconds)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()

    def kill(self):
        self.process.kill()


def told(code):
    """How a process ended, in words."""
    if code < 0:
        return "was killed by signal %d" % -code
    return "ended with exit code %d" % code


def command(java, java_major, spark_home, directory, conf, options, arguments):
    """The command line of a JVM with these options that submits what `arguments` say."""
    classpath = os.pathsep.join(
        [os.path.join(spark_home, "conf"), os.path.join(spark_home, "jars", "*")]
    )
    line = [java, "-cp", classpath, "-Xmx" + conf.get("spark.driver.memory", "1g")]
    line += ["-XX:+IgnoreUnrecognizedVMOptions"] + options
    if java_major >= 9:
        line += ["--add-opens=%s=ALL-UNNAMED" % name for name in _OPENED_PACKAGES]
    if java_major >= 22:
        line.append("--enable-native-access=ALL-UNNAMED")
    if java_major >= 23:
        line.append("--sun-misc-unsafe-memory-access=allow")
    line += _PROPERTIES
    # A C locale would turn every non-ASCII println into '?'; the names differ before Java 19.
    for name in ("file.encoding", "sun.stdout.encoding", "stdout.encoding"):
        line.append("-D%s=UTF-8" % name)
    for name in ("sun.stderr.encoding", "stderr.encoding"):
        line.append("-D%s=UTF-8" % name)
    line += ["-Dscala.usejavacp=true", "-Djava.io.tmpdir=" + directory]
    line += shlex.split(conf.get("spark.driver.extraJavaOptions", ""))
    line.append("org.apache.spark.deploy.SparkSubmit")
    # Settings may hold secrets, and a command line is everybody's to read.
    line += ["--properties-file", _write_properties(conf, spark_home, directory)]
    return line + arguments


def _write_properties(conf, spark_home, directory):
    """The settings as Java reads them, after those of the Spark itself, which a file of one's own
    would replace."""
    defaults = os.environ.get("SPARK_CONF_DIR") or os.path.join(spark_home, "conf")
    lines = []
    try:
        with open(os.path.join(defaults, "spark-defaults.conf"), encoding="utf-8") as file:
            lines.append(file.read().rstrip("\n") + "\n")
    except OSError:
        pass
    for key, value in conf.items():
        key = "".join("\\" + c if c in " :=#!\\" else c for c in key)
        value = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
        value = "\\" + value if value.startswith((" ", "\t")) else value
        lines.append("%s=%s\n" % (key, value))
    path = os.path.join(directory, "spark.properties")
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
        file.writelines(lines)
    return path
