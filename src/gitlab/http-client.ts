/*
 * undici by its names. It is a CommonJS package: in the bundled command line `import("undici")` would give its whole as `default` and no
 * name at all, while a static import, as here, is resolved by the bundler. This file is what gets loaded late.
 */
export { Agent, EnvHttpProxyAgent, fetch } from "undici";
