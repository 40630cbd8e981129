const JWT = /eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,2}/g
const ARGUMENT = /(^|[^A-Za-z0-9]|%[0-9A-F]{2})(rt(?:=|%3D))[^\s&#"'<>\\]+/gi

/** The text with every token in it, whole or cut, replaced by `[token]`: for logs and error pages. */
export function maskTokens(text: string) {
  return text.replace(ARGUMENT, '$1$2[token]').replace(JWT, '[token]')
}
