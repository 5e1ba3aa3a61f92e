// Loaded into a measured process: at its end it writes the peak of its resident memory, in bytes.
const { writeFileSync } = require("node:fs");
process.on("exit", () =>
  writeFileSync(process.env.BERTH_BENCH_MEMORY, String(process.resourceUsage().maxRSS * 1024)),
);
