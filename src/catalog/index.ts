/** The catalog room: a component project as data and as a static site. */
export { readAssets } from "./assets.ts";
export type { CatalogIndex } from "./model.ts";
export { type Catalog, type CatalogOptions, readCatalog } from "./project.ts";
export { catalogJson, renderSite, type Site, writeSite } from "./site.ts";
