/** `Garden News <news@example.org>`, or the address alone. */
export function parseSender(from?: string): { fromName?: string; fromAddress?: string } {
  if (!from) return {}
  const match = from.match(/^\s*"?([^"<]*?)"?\s*<([^<>]+)>\s*$/)
  if (!match) return { fromAddress: from.trim() }
  return { fromName: match[1] || undefined, fromAddress: match[2].trim() }
}
