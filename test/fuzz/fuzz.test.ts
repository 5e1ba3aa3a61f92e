import { expect, it } from "vitest";
import { checkDocument } from "./check.ts";
import { mutate, randomSource } from "./mutate.ts";
import { readSeedTexts } from "./seeds.ts";

it("no mutated document crashes the engine (2,000 of them; npm run fuzz tries 100,000)", () => {
  const random = randomSource(20_26);
  const texts = readSeedTexts();
  const crashes: string[] = [];
  for (let count = 0; count < 2000; count++) {
    const text = mutate(texts[Math.floor(random() * texts.length)] ?? "", texts, random);
    try {
      checkDocument(text);
    } catch (error) {
      crashes.push(`${JSON.stringify(text)}: ${error}`);
    }
  }
  expect(crashes).toEqual([]);
});
