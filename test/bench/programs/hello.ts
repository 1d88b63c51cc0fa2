// What a compiled program costs at the least: says hello, and stays when it is told to.

process.stdout.write("hello\n");
if (process.argv[2] === "stay") setInterval(() => undefined, 60_000);
