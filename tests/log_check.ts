import { existsSync, readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/*
 * Searches what a test run has logged for secrets: node … tests/log_check.ts FILE…
 * Exits 1 when a line holds one, and names file, line and kind; never the secret.
 */
const KINDS: [kind: string, pattern: RegExp][] = [
  ['a JWT', /eyJ[\w-]{8,}/],
  ['a request token in a URL', /(?:\b|%3F|%26)rt(?:=|%3D)(?!\[token\])[^\s&"'<>\\]/i],
  ['a bearer token', /\bbearer\s+(?!\[)[\w.~+/-]{12,}/i],
  ['a password', /\\?"(?:password|pass|secret)\\?":\s*\\?"(?!\[redacted\])[^"\\]/i],
  ['a password', /\bpassword(?:=|%3D)(?!\[)[^\s&"]/i],
  ['a password in a URL', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"]+:(?!\[)[^\s/@"]+@/i],
  ['a password hash', /\$(?:argon2|scrypt|2[aby])[\w$=,]/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY/],
]

export interface Finding {
  line: number
  kind: string
}

/** The lines of a log that hold a secret. `secrets`: texts that must not appear, such as the key of the run. */
export function secretsIn(log: string, secrets: string[] = []): Finding[] {
  return log.split('\n').flatMap((text, index) => {
    const kinds = KINDS.filter(([, pattern]) => pattern.test(text)).map(([kind]) => kind)
    if (secrets.some((secret) => secret && text.includes(secret))) kinds.push('a key of this run')
    return kinds.map((kind) => ({ line: index + 1, kind }))
  })
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv.slice(2))

function main(files: string[]) {
  const secrets = [process.env.APP_KEY ?? '']
  let lines = 0
  let found = 0
  for (const file of files.filter((name) => existsSync(name))) {
    const log = readFileSync(file, 'utf8')
    lines += log.split('\n').length - 1
    for (const { line, kind } of secretsIn(log, secrets)) {
      found++
      process.stdout.write(`  ${file}:${line} holds ${kind}\n`)
    }
  }
  const isEmpty = lines === 0 && process.env.LOG_NEEDED === 'yes'
  if (isEmpty) process.stdout.write('  the run has logged nothing: there was nothing to search\n')
  process.stdout.write(`  ${lines} lines searched, ${found} secrets\n`)
  process.exitCode = found > 0 || isEmpty ? 1 : 0
}
