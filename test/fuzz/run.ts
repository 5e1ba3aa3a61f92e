import { parseArgs } from "node:util";
import { checkDocument } from "./check.ts";
import { mutate, randomSource } from "./mutate.ts";
import { readSeedTexts } from "./seeds.ts";

/*
 * usage: npm run fuzz -- [--count 100000] [--seed 1] [--seconds 600]
 * Feeds mutated documents to the engine. Prints each document that crashes it or takes the processor longer than a second,
 * and ends with `N documents, M crashes, slowest K ms`. Exits with 1 when there was one.
 */
const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    seconds: { type: "string", default: "600" },
  },
});
const seed = Number(values.seed);
const random = randomSource(seed);
const texts = readSeedTexts();
const end = performance.now() + Number(values.seconds) * 1000;
let documents = 0;
let failures = 0;
let slowest = 0;
for (; documents < Number(values.count) && performance.now() < end; documents++) {
  const text = mutate(texts[Math.floor(random() * texts.length)] ?? "", texts, random);
  const start = process.cpuUsage();
  try {
    checkDocument(text);
  } catch (error) {
    report(text, error instanceof Error ? String(error.stack) : String(error));
  }
  const { user, system } = process.cpuUsage(start);
  const taken = (user + system) / 1000;
  slowest = Math.max(slowest, taken);
  if (taken > 1000) report(text, `took ${Math.round(taken)} ms`);
}
console.log(`seed ${seed}: ${documents} documents, ${failures} crashes, slowest ${Math.round(slowest)} ms`);
process.exitCode = failures > 0 ? 1 : 0;

function report(text: string, reason: string): void {
  failures++;
  if (failures <= 20) console.log(`${JSON.stringify(text)}\n${reason}\n`);
}
