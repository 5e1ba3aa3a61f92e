/** The settings room: one definition of every setting, and what is made from it. */
export { settingsTable } from "./bash.ts";
export { type Form, forms, hasForm, pipelinePatterns } from "./forms.ts";
export { type Setting, settingOfInput, settings, type Value } from "./settings.ts";
export { constrainedTemplate } from "./templates.ts";
