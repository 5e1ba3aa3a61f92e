/** Character classes as libyaml 0.2.5 has them; codes are UTF-16 units, NaN (past the end) counts as the end. */

export const TAB = 9;
export const LINE_FEED = 10;
export const CARRIAGE_RETURN = 13;
export const SPACE = 32;

/** Line feed, carriage return, next line (U+0085), line separator, paragraph separator: YAML 1.1's line breaks. */
export function isBreak(code: number): boolean {
  return (
    code === LINE_FEED || code === CARRIAGE_RETURN || code === 0x85 || code === 0x2028 || code === 0x2029
  );
}

export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

export function isBreakOrEnd(code: number): boolean {
  return Number.isNaN(code) || isBreak(code);
}

export function isBlankOrEnd(code: number): boolean {
  return code === SPACE || code === TAB || isBreakOrEnd(code);
}

/** `[0-9A-Za-z_-]`, the characters of anchors, tag handles and directive names. */
export function isWord(code: number): boolean {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    (code >= 97 && code <= 122) ||
    code === 95 ||
    code === 45
  );
}

/** The first character libyaml's reader refuses anywhere in a stream, or undefined. */
export function findForbiddenCharacter(text: string): number | undefined {
  const found = FORBIDDEN.exec(text);
  return found?.index;
}

/** Control characters but tab and line breaks, the two non-characters, and halves of surrogate pairs. */
const FORBIDDEN = /(?![\t\n\r\u0085])\p{Cc}|[\ufffe\uffff]|\p{Cs}/u;
