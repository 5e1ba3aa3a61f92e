/** What a component may know about itself (`spec:component`, 18.6). */
export const COMPONENT_FIELDS = ["name", "sha", "version", "reference"] as const;
export type ComponentField = (typeof COMPONENT_FIELDS)[number];

/** The keywords of the header, an input, a rule and an include, as GitLab 18.11 accepts them. */
export const SPEC_KEYS = ["inputs", "include", "component", "description"] as const;
export const INPUT_KEYS = ["default", "description", "options", "regex", "type", "rules"] as const;
export const RULE_KEYS = ["if", "options", "default"] as const;

/** GitLab's limit of `options` in an input and in a rule. */
export const MOST_OPTIONS = 50;
