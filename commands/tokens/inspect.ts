import { text } from 'node:stream/consumers'
import { args } from '@adonisjs/core/ace'
import { useCells, useDocument, USE_HEAD } from '#commands/_audit'
import { columns, Command } from '#commands/_command'
import { inspectToken, type Claims } from '#request_tokens/main'

const VERDICTS: Record<string, string> = {
  good: 'good: it would be let in now',
  replayed: 'replayed: no uses are left',
  expired: 'expired: its time is over',
  early: 'early: its time has not come',
  revoked: 'revoked: it was withdrawn',
  unknown_subject: 'unknown_subject: the person, or what the link is about, is gone',
  invalid: 'invalid: no genuine token of this installation',
}

export default class TokensInspect extends Command {
  static commandName = 'tokens:inspect'
  static description = 'Show what a link says, whether it is good, and its uses; consumes nothing'
  static help = [
    'Give - to read the token from standard input: it then stays out of the',
    'history of your shell.',
    '',
    'Examples:',
    '{{ binaryName }} tokens:inspect "https://lists.example.org/unsubscribe?rt=eyJ…"',
    '{{ binaryName }} tokens:inspect - < token.txt',
  ]

  @args.string({ description: 'The token, or the whole link, or - for standard input' })
  declare token: string

  async run() {
    const given = this.token === '-' ? await text(process.stdin) : this.token
    const { outcome, claims, usesSpent, uses } = await inspectToken(tokenIn(given.trim()))
    this.print({ verdict: outcome, claims, usesSpent, uses: uses.map(useDocument) }, [
      `verdict     ${VERDICTS[outcome] ?? outcome}`,
      ...(claims ? claimLines(claims, usesSpent) : []),
      ...(uses.length > 0 ? ['', ...columns(USE_HEAD, uses.map(useCells))] : []),
    ])
  }
}

/** The token alone, of a token or of a link. */
function tokenIn(given: string) {
  if (!URL.canParse(given)) return given
  return new URL(given).searchParams.get('rt') ?? given
}

function claimLines(claims: Claims, usesSpent: number) {
  const time = (seconds: number) => new Date(seconds * 1000).toISOString()
  const most = claims.max >= 2_000_000_000 ? 'any number' : claims.max
  return [
    `scope       ${claims.scope}`,
    `opens       ${claims.aud}`,
    `subject     ${claims.sub ?? '–'}`,
    `data        ${JSON.stringify(claims.data)}`,
    `uses        ${usesSpent} of ${most}`,
    `issued      ${time(claims.iat)}`,
    `good from   ${time(claims.nbf)}`,
    `good until  ${time(claims.exp)}`,
    `jti         ${claims.jti}`,
    `key         ${claims.kid}`,
    `issuer      ${claims.iss}`,
  ]
}
