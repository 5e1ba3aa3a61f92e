/** The interpolation room: fills `$[[ … ]]` blocks of a component with the values of its contract, as GitLab 18.11 does. */
export { type Accessible, accessValue, type InterpolationContext, InterpolationError } from "./access.ts";
export { type BlockMatch, findBlocks } from "./blocks.ts";
export {
  type ComponentContext,
  type InterpolatedFile,
  type InterpolationOptions,
  interpolateFile,
} from "./file.ts";
export { FUNCTION_NAMES, type Variable } from "./functions.ts";
