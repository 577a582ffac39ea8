# Delays of flights by airline, as somebody would explore them.
from dataclasses import dataclass, field

from pyspark.sql import DataFrame, functions as F
from pyspark.sql.types import DoubleType, StringType, StructField, StructType

schema = StructType(
    [
        StructField("airline", StringType(), nullable=False),
        StructField("origin", StringType()),
        StructField("dest", StringType()),
        StructField("delay", DoubleType()),
    ]
)


@dataclass
class Airline:
    """What is known of an airline.

    The delays are minutes, one for each flight; early ones are negative.
    """

    name: str
    delays: list = field(default_factory=list)

    @property
    def median(self):
        ordered = sorted(self.delays)
        if not ordered:
            return 0.0
        middle = len(ordered) // 2
        if len(ordered) % 2 == 1:
            return ordered[middle]
        return (ordered[middle - 1] + ordered[middle]) / 2

    def describe(self, unit="min"):
        return f"{self.name}: {self.median:.1f} {unit} of {len(self.delays)} flights"


flights = spark.read.schema(schema).option("header", True).csv("/data/flights")
cleaned = flights.na.drop(subset=["delay", "airline"]).where(F.col("origin") != F.col("dest"))

by_airline = (
    cleaned.groupBy("airline", F.month("date").alias("month"))
    .agg(
        F.count("*").alias("flights"),
        F.avg("delay").alias("mean"),
        F.sum(F.when(F.col("delay") > 15, 1).otherwise(0)).alias("late"),
    )
    .orderBy(F.desc("mean"))
)
by_airline.show(20, truncate=False)


def worst(frame: DataFrame, n: int = 5):
    for row in frame.limit(n).collect():
        share = 100.0 * row["late"] / row["flights"]
        yield row["airline"], round(share, 1)  # in per cent


for name, share in worst(by_airline):
    print(f"{name:<10} {share:5.1f} %")

seen = {}
try:
    for row in cleaned.select("origin").limit(1000).toLocalIterator():
        code = row[0] or '?'
        seen[code] = seen.get(code, 0) + 1
except Exception as error:
    print("not all could be read:", error)

spark.sql(
    """
    select airline, percentile_approx(delay, 0.5) as median
    from flights
    where delay is not null and airline <> ''
    group by airline
    """
).write.mode("overwrite").parquet("/tmp/medians")

