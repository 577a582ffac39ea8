val n = spark.range(3).count()
n + 1
