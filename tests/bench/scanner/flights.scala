// Delays of flights by airline, as somebody would explore them.
import org.apache.spark.sql.functions._
import org.apache.spark.sql.{DataFrame, Row}
import scala.collection.mutable

case class Flight(year: Int, month: Int, airline: String, origin: String, dest: String, delay: Double)

/** What is known of an airline.
 *
 *  @param name   as it is printed on tickets
 *  @param delays in minutes, one for each flight
 */
class Airline(val name: String, delays: Seq[Double]) {
  private[this] val sorted = delays.sorted

  def median: Double = {
    if (sorted.isEmpty) 0.0
    else if (sorted.size % 2 == 1) sorted(sorted.size / 2)
    else (sorted(sorted.size / 2 - 1) + sorted(sorted.size / 2)) / 2
  }

  def describe(unit: String = "min"): String =
    s"$name: ${"%.1f".format(median)} $unit of ${delays.size} flights"

  override def toString: String = describe()
}

val flights = spark.read
  .option("header", "true")
  .option("inferSchema", "true")
  .csv("/data/flights")
  .withColumn("late", $"delay" > 15)

val cleaned = flights.na.drop(Seq("delay", "airline")).filter($"origin" =!= $"dest")

val byAirline = cleaned
  .groupBy($"airline", $"month")
  .agg(
    count("*").as("flights"),
    avg($"delay").as("mean"),
    sum(when($"late", 1).otherwise(0)).as("late")
  )
  .orderBy($"mean".desc)

byAirline.show(20, truncate = false)

def worst(frame: DataFrame, n: Int): Array[Row] = frame.limit(n).collect()

for (row <- worst(byAirline, 5)) {
  val share = 100.0 * row.getAs[Long]("late") / row.getAs[Long]("flights")
  println(f"${row.getString(0)}%-10s $share%5.1f %%") // one line each
}

val seen = mutable.Map.empty[String, Int].withDefaultValue(0)
cleaned.select("origin").limit(1000).collect().foreach { row =>
  val code = row.getString(0)
  code match {
    case "" | null => // nothing was written there
    case short if short.length < 3 => seen("?") += 1
    case known => seen(known) += 1
  }
}

spark.sql("""
  select airline, percentile_approx(delay, 0.5) as median
  from flights
  where delay is not null and airline <> ''
  group by airline
""").write.mode("overwrite").parquet("/tmp/medians")

