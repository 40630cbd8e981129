import type { BaseSchema } from '@adonisjs/lucid/schema'
import type { HttpContext } from '@adonisjs/core/http'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'
import type { RequestTokenError } from './errors.js'

/** What `this.schema` is in a migration. */
export type Schema = BaseSchema['schema']

/** What became of one presentation of a token. */
export type Outcome =
  | 'missing'
  | 'invalid'
  | 'wrong_target'
  | 'wrong_scope'
  | 'early'
  | 'expired'
  | 'revoked'
  | 'unknown_subject'
  | 'viewed'
  | 'used'
  | 'replayed'
  | 'failed'

/** The outcomes that end a request before its controller runs. */
export type Refusal = Exclude<Outcome, 'viewed' | 'used' | 'failed'>

/** The application's own small facts in a token. Anyone can read them: put nothing private in. */
export type TokenData = Record<string, string | number | boolean>

/** The verified content of a token. Times are seconds since 1970, as in RFC 7519 section 2. */
export interface Claims {
  kid: string
  iss: string
  /** The path that the token opens. */
  aud: string
  /** The subject's public id; absent in mode `none`. */
  sub?: string
  scope: string
  jti: string
  iat: number
  nbf: number
  exp: number
  /** Uses allowed. */
  max: number
  data: TokenData
}

/**
 * - `request`: the subject is known during this request only.
 * - `session`: the subject is also logged in; its tokens are strictly one-time.
 * - `none`: there is no subject; the link is checked, counted and recorded.
 */
export type Mode = 'request' | 'session' | 'none'

/** What a subject's loader is asked for, one entry for each request that is waiting. */
export interface SubjectQuery {
  subject: string
  scope: string
  data: TokenData
}

export interface SubjectConfig<Subject = unknown> {
  /**
   * Loads the subjects of several requests at once. Gives one entry for each query, in the same
   * order: null for a subject that is deleted, erased or disabled, or whose matter (a list, an
   * order) is gone.
   */
  load(queries: SubjectQuery[], client: QueryClientContract): Promise<(Subject | null)[]>
  /** Needed for mode `session`: logs the subject in. */
  logIn?(ctx: HttpContext, subject: Subject): Promise<void>
}

export interface ScopeConfig {
  /** @default 'request' */
  mode?: Mode
  /** A key of `subjects`. Needed unless the mode is `none`. @default the first of `subjects` */
  subject?: string
  /** Life of a token: seconds, or an expression such as `'30 days'`. */
  expiresIn: number | string
  /**
   * The longest life that is issued or accepted. Keep it when you shorten `expiresIn`, or links that
   * are already out stop working. @default the value of `expiresIn`
   */
  longest?: number | string
  /** A floor for `expiresIn` that the law sets; the application does not start below it. */
  shortest?: number | string
  /** Uses allowed. Looking (GET, HEAD) spends none. `Infinity` for links that only show. @default 1 */
  maxUses?: number
  /**
   * Makes the scope idempotent: a POST that has no uses left, or no subject any more, is answered by
   * the controller (200, outcome `replayed`, nothing consumed) when this says that the state already
   * is what the link asks for. `subject` is null when it is gone.
   */
  isDone?(
    use: { claims: Claims; subject: unknown },
    client: QueryClientContract
  ): Promise<boolean> | boolean
}

/** What `config/request_tokens.ts` gives to `defineConfig`. */
export interface RequestTokensConfig {
  /** The application's URL: the claim `iss`, and the front part of every link. */
  issuer: string
  /**
   * The Lucid connection on which uses are consumed and recorded. On SQLite give it one of its own, to
   * the same file: a connection is one handle there, and what a controller reads elsewhere would wait
   * for the very transaction that waits for the controller. @default the primary connection
   */
  connection?: string
  /** The Lucid connection for everything else. @default the primary connection */
  readConnection?: string
  /** For keys made from now on. @default 'HS256' */
  algorithm?: 'HS256' | 'ES256' | 'EdDSA'
  /** For clocks that differ. @default 30 */
  leewaySeconds?: number
  /** Refused uses recorded one by one, per source, outcome and minute; more are counted in one row. @default 30 */
  floodBudgetPerMinute?: number
  /** Keys of `data` with a column of their own. The same as in the migration. @default [] */
  dataColumns?: string[]
  subjects: Record<string, SubjectConfig<any>>
  scopes: Record<string, ScopeConfig>
  /** The name of the auth guard that is `requestTokenGuard()`: `ctx.auth.user` is then the subject too. */
  guard?: string
  /** Makes the page for a refused link. @default a plain one */
  refusalPage?(ctx: HttpContext, error: RequestTokenError): Promise<string> | string
}

/** What a link is to be made for. */
export interface TokenRequest {
  /** A key of `scopes` in `config/request_tokens.ts`. */
  scope: string
  /** The path that the link opens, e.g. `'/unsubscribe?lang=fr'`: query and fragment are kept in the URL. */
  target: string
  /** The subject's public id. Left out in mode `none`. */
  subject?: string
  data?: TokenData
  /** Seconds, or an expression such as `'7 days'`. @default the scope's */
  expiresIn?: number | string
  /** Not good before this. @default now */
  notBefore?: Date
  /** @default the scope's */
  maxUses?: number
}

/** A signed link. */
export interface MintedToken {
  jti: string
  /** The three-part JWT (RFC 7519). */
  token: string
  /** The absolute target with the token as `rt`. */
  url: string
  expiresAt: Date
}

/** `viewed`: looked at. `used`: consumed. `replayed`: already done before; do nothing, answer 200. */
export type GrantedOutcome = 'viewed' | 'used' | 'replayed'

/** What a controller finds in `ctx.requestToken`. */
export interface GrantedUse<Subject = any> {
  readonly outcome: GrantedOutcome
  readonly claims: Claims
  readonly scope: string
  readonly data: TokenData
  /** The loaded subject; null in mode `none`, and for a `replayed` use whose subject is gone. */
  readonly subject: Subject
  /** When the request came. */
  readonly at: Date
  /** The token itself, for the hidden field `rt` of the form on the page. Never write it elsewhere. */
  readonly token: string
  /**
   * For a consuming use the transaction in which the use, its effect and its record commit together;
   * otherwise the reading connection. All that the controller writes must go through it, before it
   * returns. It has 10 seconds, and waits for no network: other uses wait meanwhile.
   */
  readonly client: QueryClientContract | TransactionClientContract
  /**
   * Runs one statement on `client`, prepared once. Much quicker than the query builder. `?` stands
   * for a value; on PostgreSQL too. Gives the rows.
   */
  query<Row = Record<string, any>>(sql: string, bindings?: unknown[]): Promise<Row[]>
  /**
   * Declares the use failed: what was written through `client` is undone, the use is given back, and
   * the record says `failed`. For a controller that refuses its form, and for `report` of the
   * exception handler: the framework turns what a controller throws into an answer before the
   * middleware hears of it. An answer of 5xx fails by itself.
   */
  giveBack(): void
  /**
   * Runs something when the use is on disk, e.g. to send a mail; never for a use that failed. What it
   * throws is logged, and changes nothing.
   */
  afterCommit(callback: () => unknown): void
  /** Adds a short remark to the record of this use (64 characters at most). */
  note(remark: string): void
}

/**
 * What uses do, for as many as share a transaction: one statement for all of them instead of one for
 * each. Done before the controllers run, which then only read and answer. It may be done again for
 * fewer, after all was undone, when one of their answers fails.
 */
export type Effect = (uses: GrantedUse[], client: TransactionClientContract) => Promise<unknown>

/** One row of the audit. */
export interface RecordedUse {
  at: Date
  /** The key that signed the token. */
  kid: string | null
  jti: string | null
  subject: string | null
  scope: string | null
  outcome: Outcome
  method: string
  path: string
  ip: string | null
  userAgent: string | null
  statusCode: number
  requestId: string | null
  note: string | null
  times: number
  data: Record<string, string | null>
}

export interface UseFilter {
  outcome?: string
  scope?: string
  subject?: string
  jti?: string
  since?: Date
  until?: Date
  /** By columns of `dataColumns`, e.g. `{ mailing: 'k3…' }`. */
  data?: Record<string, string>
}
