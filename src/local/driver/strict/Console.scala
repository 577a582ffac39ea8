/** What of Livy's behaviour only Scala itself can do; entered into the session's own interpreter. */
class LivyshConsole extends Serializable {
  import org.apache.spark.rdd.RDD
  import org.apache.spark.sql.SparkSession
  import org.json4s._
  import org.json4s.jackson.JsonMethods.{compact, parse, render}
  import scala.tools.nsc.interpreter.IMain
  import scala.util.control.NonFatal

  private object DatesAsText extends CustomSerializer[java.sql.Date](_ => (
    { case JString(text) => java.sql.Date.valueOf(text) },
    { case date: java.sql.Date => JString(date.toString) }
  ))

  private val plain: Formats = DefaultFormats
  private val withDates: Formats = DefaultFormats + DatesAsText

  /** Runs a line; what it prints through `Console` goes to `out`, as the interpreter's echo does. */
  def interpret(main: IMain, out: java.io.OutputStream, line: String): String =
    Console.withOut(out) { main.interpret(line).toString }

  private def field(name: String, value: JValue): JObject = JObject(List(JField(name, value)))

  private def failed(ename: String, evalue: String): JObject =
    JObject(List(JField("ename", JString(ename)), JField("evalue", JString(evalue))))

  /** A magic on the result of the last line, as JSON: `data`, or `ename` and `evalue`. */
  def magic(main: IMain, name: String): String = {
    val answer = Option(main.lastRequest.lineRep.call("$result")) match {
      case None => failed("NameError", "Value {name} does not exist")
      case Some(result) =>
        val value = result match {
          case rdd: RDD[_] => rdd.take(10)
          case other => other
        }
        name match {
          // It would be taken apart down to the session.
          case "table" if value.isInstanceOf[org.apache.spark.sql.Dataset[_]] => noTable
          case "json" =>
            try field("data", field("application/json", Extraction.decompose(value)(plain)))
            catch {
              case _: Throwable =>
                failed("ValueError", "Failed to convert value into a JSON value")
            }
          case _ =>
            try table(Extraction.decompose(value)(plain))
            catch { case NonFatal(_) | _: StackOverflowError => noTable }
        }
    }
    compact(render(answer))
  }

  private def noTable: JObject =
    failed("ValueError", "Failed to convert value into a table")

  private object Mixed extends Exception

  /** The type of a cell, by Livy's names; lists and maps hold one type only. */
  private def typeOf(value: JValue): String = value match {
    case JNothing | JNull => "NULL_TYPE"
    case JBool(_) => "BOOLEAN_TYPE"
    case JString(_) => "STRING_TYPE"
    case JInt(_) | JLong(_) => "BIGINT_TYPE"
    case JDouble(_) => "DOUBLE_TYPE"
    case JDecimal(_) => "DECIMAL_TYPE"
    case JArray(items) => ofOneType(items); "ARRAY_TYPE"
    case JObject(fields) => ofOneType(fields.map(_._2)); "MAP_TYPE"
    case _ => throw Mixed
  }

  private def ofOneType(items: List[JValue]): Unit =
    if (items.map(typeOf).distinct.size > 1) throw Mixed

  private def table(value: JValue): JObject = {
    val rows = value match {
      case JArray(items) => items
      case other => List(other)
    }
    val cells = rows.map {
      case JArray(items) => items.zipWithIndex.map { case (item, n) => (n.toString, item) }
      case JObject(fields) => fields.map { case (name, item) => (name, item) }.sortBy(_._1)
      case other => List(("0", other))
    }
    try {
      val columns = cells.flatten.groupBy(_._1).toList.sortBy(_._1).map { case (name, items) =>
        items.map(item => typeOf(item._2)).distinct match {
          case List(one) =>
            JObject(List(JField("type", JString(one)), JField("name", JString(name))))
          case _ => throw Mixed
        }
      }
      val data = JArray(cells.map(row => JArray(row.map(_._2))))
      val table = JObject(List(JField("headers", JArray(columns)), JField("data", data)))
      field("data", field("application/vnd.livy.table.v1+json", table))
    } catch {
      case Mixed => failed("TypeError", "table rows have different types")
    }
  }

  /** Rows of a query as JSON: `schema` and `data`, or `message` and `trace`. */
  def sql(session: SparkSession, query: String, most: Int): String = {
    val answer =
      try {
        val frame = session.sql(query)
        val rows = frame.take(most).map(_.toSeq.map {
          case number: java.math.BigDecimal => BigDecimal(number)
          case other => other
        })
        JObject(List(
          JField("schema", parse(frame.schema.json)),
          JField("data", Extraction.decompose(rows)(withDates))))
      } catch {
        case outer: java.lang.reflect.InvocationTargetException => told(outer.getTargetException)
        case NonFatal(problem) => told(problem)
      }
    compact(render(answer))
  }

  private def told(problem: Throwable): JObject = JObject(List(
    JField("message", Option(problem.getMessage).map(JString(_)).getOrElse(JNull)),
    JField("trace", JArray(problem.getStackTrace.toList.map(frame => JString(frame.toString))))))
}
val livyshConsole = System.getProperties.put("livysh.console", new LivyshConsole)
