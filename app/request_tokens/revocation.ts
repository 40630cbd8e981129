import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { runStatement } from './statement.js'
import requestTokens from './service.js'

/** One of: a token, all of a subject, all signed by a key, all with one value in `data`. */
export type RevocationTarget =
  { jti: string } | { subject: string } | { kid: string } | { data: Record<string, string> }

export interface RevokeOptions {
  reason?: string
  /** @default now */
  at?: Date
  client?: QueryClientContract
}

/**
 * Withdraws tokens that were issued until now: from their next use on they are `revoked`. Tokens
 * issued later are good; `iat` has whole seconds, so that means from the next second on.
 *
 * @throws TypeError for a key of `data` that is not in `dataColumns`.
 */
export async function revokeTokens(target: RevocationTarget, options: RevokeOptions = {}) {
  const client = options.client ?? requestTokens.db.connection(requestTokens.config.connection)
  for (const [kind, value] of rowsFor(target))
    await runStatement(
      client,
      `INSERT INTO request_token_revocations (kind, value, at, reason) VALUES (?, ?, ?, ?)
       ON CONFLICT (kind, value) DO UPDATE SET at = excluded.at, reason = excluded.reason
         WHERE excluded.at >= request_token_revocations.at`,
      [kind, value, (options.at ?? new Date()).getTime(), options.reason ?? null]
    )
}

function rowsFor(target: RevocationTarget): [string, string][] {
  if ('jti' in target) return [['token', target.jti]]
  if ('subject' in target) return [['subject', target.subject]]
  if ('kid' in target) return [['key', target.kid]]
  const entries = Object.entries(target.data)
  if (entries.length !== 1)
    throw new TypeError('Tokens are revoked by one key of their data: call it for each.')
  return entries.map(([name, value]) => {
    if (!requestTokens.config.dataColumns.includes(name))
      throw new TypeError(
        `Tokens cannot be revoked by "${name}": it is not in dataColumns of config/request_tokens.ts.`
      )
    return [`data.${name}`, value]
  })
}

export interface UsesOf {
  scope: string
  subject: string
  data?: Record<string, string>
  jti?: string
}

/**
 * Makes spent tokens good again, as an undo or a new beginning asks for.
 *
 * @returns how many tokens had a use to give back.
 */
export async function giveBackUses(filter: UsesOf, client: QueryClientContract): Promise<number> {
  const conditions = ['scope = ?', 'subject = ?', 'uses > 0']
  const bindings: unknown[] = [filter.scope, filter.subject]
  if (filter.jti) {
    conditions.push('jti = ?')
    bindings.push(filter.jti)
  }
  for (const [name, value] of Object.entries(filter.data ?? {})) {
    if (!requestTokens.config.dataColumns.includes(name))
      throw new TypeError(`There is no column "${name}" for the data of tokens.`)
    conditions.push(`${name} = ?`)
    bindings.push(value)
  }
  const uses = filter.jti ? 'uses - 1' : '0'
  const rows = await runStatement(
    client,
    `UPDATE request_tokens SET uses = ${uses} WHERE ${conditions.join(' AND ')} RETURNING jti`,
    bindings
  )
  return rows.length
}

/** After erasure: the uses stay as counts, without anything that points to the person. */
export async function forgetSubject(subject: string, client: QueryClientContract) {
  await runStatement(
    client,
    `UPDATE request_token_uses
        SET subject = NULL, jti = NULL, ip = NULL, user_agent = NULL, request_id = NULL, note = NULL
      WHERE subject = ? OR jti IN (SELECT jti FROM request_tokens WHERE subject = ?)`,
    [subject, subject]
  )
  await runStatement(client, 'DELETE FROM request_tokens WHERE subject = ?', [subject])
}

/** Removes the rows of tokens that expired before a time. They are refused all the same. */
export async function pruneTokens(options: { before?: Date } = {}): Promise<number> {
  const client = requestTokens.db.connection(requestTokens.config.connection)
  const before =
    (options.before ?? new Date()).getTime() - requestTokens.config.leewaySeconds * 1000
  const rows = await runStatement(
    client,
    'DELETE FROM request_tokens WHERE expires_at < ? RETURNING jti',
    [before]
  )
  return rows.length
}
