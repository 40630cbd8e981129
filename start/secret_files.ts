import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SettingsError } from '#start/settings'

/** Settings that may stand in a file of their own, as container secrets do: APP_KEY=file:/run/secrets/key */
const SECRETS = ['APP_KEY', 'DATABASE_URL', 'SMTP_URL']

/** Puts what the file holds in place of each `file:` path. A relative path starts at the application. */
export function readSecretFiles(appRoot: URL) {
  const faults = SECRETS.map((name) => readSecret(name, appRoot)).filter((fault) => fault !== null)
  if (faults.length > 0) throw new SettingsError(faults)
}

function readSecret(name: string, appRoot: URL) {
  const value = process.env[name]
  if (!value?.startsWith('file:')) return null
  const path = resolve(fileURLToPath(appRoot), value.slice('file:'.length))
  try {
    process.env[name] = readFileSync(path, 'utf8').trim()
    return null
  } catch (error) {
    return `${name} names the file ${path}, which cannot be read (${(error as NodeJS.ErrnoException).code}).`
  }
}
