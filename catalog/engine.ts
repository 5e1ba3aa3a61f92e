/** The engine for a component's page. A classic script, because `file://` knows no modules: it sets one global. */
import { judge } from "../src/catalog/judge.ts";

globalThis.berthEngine = { judge };
