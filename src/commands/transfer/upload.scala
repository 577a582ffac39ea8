val {{variable}}: org.apache.spark.sql.DataFrame = {
  val packed = java.util.Base64.getDecoder.decode({{held}}.toString)
  val zip = new java.util.zip.GZIPInputStream(new java.io.ByteArrayInputStream(packed))
  val input = new java.io.DataInputStream(new java.io.BufferedInputStream(zip))
  def texts() = scala.collection.immutable.Vector.fill(input.readInt()) {
    val bytes = new Array[Byte](input.readInt())
    input.readFully(bytes)
    new String(bytes, "UTF-8")
  }
  val names = texts()
  val records = texts()
  if (input.read() != -1) throw new IllegalArgumentException("what has arrived is not what was sent")
  val lines = spark.createDataset(spark.sparkContext.parallelize(records))(org.apache.spark.sql.Encoders.STRING)
  val frame = if ({{is_csv}}) {
    val options = scala.collection.immutable.Map("header" -> "false", "inferSchema" -> "true", "quote" -> "\"", "escape" -> "\"", "nullValue" -> "{{missing}}")
    val reader = spark.read.options(options)
    val strings = org.apache.spark.sql.types.StructType(names.map(name => org.apache.spark.sql.types.StructField(name, org.apache.spark.sql.types.StringType)))
    (if (records.isEmpty) reader.schema(strings) else reader).csv(lines).toDF(names: _*)
  } else {
    // Inference sorts them.
    val found = spark.read.json(lines)
    if (names.toSet == found.columns.toSet) found.select(names.map(name => found.col("`" + name.replace("`", "``") + "`")): _*) else found
  }
  frame.createOrReplaceTempView("`{{view}}`")
  val told = frame.toString.getBytes("UTF-8")
  scala.Predef.print("\nlivysh:loaded " + frame.count() + " " + java.util.Base64.getEncoder.encodeToString(told) + "\n")
  frame
}
