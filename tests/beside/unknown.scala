println("before")
missing + 1
println("after")
