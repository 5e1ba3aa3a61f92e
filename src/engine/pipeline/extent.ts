import { YamlList, YamlMap, type YamlValue } from "../yaml/index.ts";

/**
 * How big a configuration is when it is written out, in characters or so: values that stand in several places count each
 * time, but are measured once. References and `extends` can make a short text very big.
 */
export function writtenSize(config: YamlMap): number {
  const known = new Map<YamlMap | YamlList, number>();
  const sizeOf = (value: YamlValue): number => {
    if (typeof value === "string") return 8 + value.length;
    if (!(value instanceof YamlMap || value instanceof YamlList)) return 8;
    let size = known.get(value);
    if (size === undefined) {
      size = 8;
      if (value instanceof YamlList) for (const item of value.items) size += sizeOf(item);
      else for (const entry of value.entries()) size += sizeOf(entry.key) + sizeOf(entry.value);
      known.set(value, size);
    }
    return size;
  };
  return sizeOf(config);
}
