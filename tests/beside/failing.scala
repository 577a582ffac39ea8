println("before")
1 / 0
println("after")
