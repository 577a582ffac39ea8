val total = List(1, 2, 3)
  .map(_ * 2)
  .sum
println(total)
