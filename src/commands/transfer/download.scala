var {{held}}: () => String = ((frame: org.apache.spark.sql.DataFrame) => {
  val most = {{most}}L
  import org.apache.spark.sql.functions.{col, struct, to_json}
  val names = frame.columns
  if (names.isEmpty) throw new IllegalArgumentException("it has no columns")
  // By number, as columns may share a name or have a dot in it.
  val numbered = frame.toDF(names.indices.map("c" + _): _*)
  val fields = names.indices.map(index => col("c" + index).as(names(index)))
  val options = scala.collection.immutable.Map(
    "ignoreNullFields" -> "false",
    "timestampFormat" -> "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "timestampNTZFormat" -> "yyyy-MM-dd'T'HH:mm:ss.SSSSSS")
  val texts = numbered.select(to_json(struct(fields: _*), options))
  // A few rows need no whole partition.
  val rows = if (most <= 100000L) texts.takeAsList(most.toInt).iterator else texts.toLocalIterator
  val encoder = java.util.Base64.getEncoder
  var total = 0L
  scala.Predef.print("\nlivysh:columns " + names.map(name => encoder.encodeToString(name.getBytes("UTF-8"))).mkString(",") + "\n")
  () => {
    val packed = new java.io.ByteArrayOutputStream
    val zip = new java.util.zip.GZIPOutputStream(packed)
    var count = 0
    var size = 0L
    while (packed.size < {{page}} && size < 16777216L && total < most && rows.hasNext) {
      val text = (rows.next.getString(0) + "\n").getBytes("UTF-8")
      zip.write(text)
      size += text.length
      count += 1
      total += 1
    }
    zip.close()
    if (packed.size > {{largest}}) throw new IllegalArgumentException("row " + total + " is too large for a statement's result")
    val more = if (total < most && rows.hasNext) "more" else "last"
    "\nlivysh:page " + count + " " + total + " " + more + " " + encoder.encodeToString(packed.toByteArray) + "\n"
  }
})(({{frame}}: org.apache.spark.sql.Dataset[_]).toDF())
