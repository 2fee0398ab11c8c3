// Writes the most memory this process had, in KB, to the file it is told. Preloaded into every program that is measured.
process.on("exit", () => {
  require("node:fs").writeFileSync(process.env.BENCH_MEMORY_FILE, String(process.resourceUsage().maxRSS));
});
