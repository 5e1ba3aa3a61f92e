/** Preloaded into programs that tests start: the engine says codes instead of words. */
import { register } from "node:module";

const hook = `
export async function load(url, context, next) {
  if (!url.includes("/src/engine/problem/say.ts")) return next(url, context);
  return { format: "module", source: "export const say = (code) => code;", shortCircuit: true };
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
