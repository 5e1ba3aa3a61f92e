import { BinaryValue, SymbolValue, YamlList, YamlMap, type YamlValue } from "../yaml/index.ts";

/** GitLab 18.11's defaults of `max_yaml_size_bytes` and `max_yaml_depth`. */
const LARGEST_SIZE = 2 * 1024 * 1024;
const DEEPEST_LEVEL = 100;

/**
 * Whether a loaded document is over GitLab's limits (lib/gitlab/utils/deep_size.rb): more than 100 levels, or more than
 * 2 MiB of Ruby's memory, where a value named by several aliases counts each time. The memory is an estimate by Ruby's
 * object layout; it stops as soon as a limit is passed, so alias bombs cost nothing.
 */
export function isTooLarge(root: YamlValue): boolean {
  let size = 0;
  const exceeds = (value: YamlValue, depth: number): boolean => {
    size += memorySize(value);
    if (size > LARGEST_SIZE) return true;
    if (value instanceof YamlList) {
      return depth >= DEEPEST_LEVEL || value.items.some((item) => exceeds(item, depth + 1));
    }
    if (!(value instanceof YamlMap)) return false;
    if (depth >= DEEPEST_LEVEL) return true;
    for (const entry of value.entries()) {
      if (exceeds(entry.key, depth + 1) || exceeds(entry.value, depth + 1)) return true;
    }
    return false;
  };
  return exceeds(root, 0);
}

/** Ruby 3.3 puts small objects into slots of 40, 80, 160, 320 or 640 bytes. */
function slot(bytes: number): number {
  if (bytes <= 40) return 40;
  for (let size = 80; size <= 640; size *= 2) if (bytes <= size) return size;
  return 40 + bytes;
}

function memorySize(value: YamlValue): number {
  if (typeof value === "string") return slot(24 + value.length + 1);
  if (typeof value !== "object" || value === null) return 0;
  if (value instanceof YamlList) return slot(16 + 8 * value.size);
  if (value instanceof YamlMap) return value.size <= 8 ? 160 : 160 + 48 * value.size;
  return value instanceof SymbolValue || value instanceof BinaryValue ? 40 : 0;
}
