import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import type { EncryptionService } from '@adonisjs/core/types'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { exportJWK, generateKeyPair, importJWK, type CryptoKey } from 'jose'
import type { ResolvedConfig } from './define_config.js'

export type Algorithm = ResolvedConfig['algorithm']

/** A key ready for use: imported once, then kept. */
export interface SigningKey {
  kid: string
  algorithm: Algorithm
  /** A `KeyObject` for HS256, a `CryptoKey` otherwise. */
  sign: KeyObject | CryptoKey
  verify: KeyObject | CryptoKey
}

/** What staff may see of a key. */
export interface KeyDescription {
  kid: string
  algorithm: string
  createdAt: Date
  retiredAt: Date | null
  /** Whether new tokens are signed with it. */
  isSigning: boolean
}

interface KeyRow {
  id: number
  kid: string
  algorithm: string
  secret: string
  created_at: number | string
  retired_at: number | string | null
}

const PURPOSE = 'request-token-key'
const KID = /^[A-Za-z0-9_-]{1,32}$/
/** A key made by another process is noticed within this time; so is an unknown `kid`. */
const FRESH_FOR_MS = 1000

/**
 * The keys of the table `signing_keys`. The newest signs; earlier ones verify until they are
 * retired. Another process's rotation is noticed by itself.
 */
export class Keyring {
  #keys = new Map<string, SigningKey>()
  #newest: SigningKey | null = null
  #loadedAt = Number.NEGATIVE_INFINITY
  #loading: Promise<void> | null = null

  constructor(
    private client: () => QueryClientContract,
    private encryption: EncryptionService,
    private algorithm: Algorithm
  ) {}

  /** The key that signs. The first one is made when there is none. */
  async signingKey(): Promise<SigningKey> {
    await this.#refresh()
    if (!this.#newest) await this.rotate()
    return this.#newest!
  }

  /** The key of that id, or null. Never asks the database for an id of the wrong form. */
  async find(kid: unknown): Promise<SigningKey | null> {
    if (typeof kid !== 'string' || !KID.test(kid)) return null
    await this.#refresh()
    return this.#keys.get(kid) ?? null
  }

  /** Makes a new key that signs from now on. */
  async rotate() {
    const kid = randomBytes(8).toString('hex')
    await this.client()
      .table('signing_keys')
      .insert({
        kid,
        algorithm: this.algorithm,
        secret: this.encryption.encrypt(await newSecret(this.algorithm), { purpose: PURPOSE }),
        created_at: Date.now(),
      })
    await this.reload()
    return { kid }
  }

  /**
   * Refuses a key's tokens from now on.
   *
   * @throws TypeError when there is no such key, or it is the one that signs.
   */
  async retire(kid: string) {
    const keys = await this.list()
    const key = keys.find((candidate) => candidate.kid === kid)
    if (!key) throw new TypeError(`There is no signing key "${kid}". See "node ace keys:list".`)
    if (key.retiredAt) return
    if (key.isSigning)
      throw new TypeError(`The key "${kid}" signs new links. Run "node ace keys:rotate" first.`)
    await this.client().from('signing_keys').where('kid', kid).update({ retired_at: Date.now() })
    await this.reload()
  }

  /** Every key, the newest first. */
  async list(): Promise<KeyDescription[]> {
    const rows: KeyRow[] = await this.client().from('signing_keys').orderBy('id', 'desc')
    const signing = rows.find((row) => row.retired_at === null)
    return rows.map((row) => ({
      kid: row.kid,
      algorithm: row.algorithm,
      createdAt: new Date(Number(row.created_at)),
      retiredAt: row.retired_at === null ? null : new Date(Number(row.retired_at)),
      isSigning: row === signing,
    }))
  }

  /** Reads the table again. */
  async reload() {
    const rows: KeyRow[] = await this.client()
      .from('signing_keys')
      .whereNull('retired_at')
      .orderBy('id', 'asc')
    const keys = new Map<string, SigningKey>()
    for (const row of rows) keys.set(row.kid, this.#keys.get(row.kid) ?? (await this.#open(row)))
    this.#keys = keys
    this.#newest = [...keys.values()].at(-1) ?? null
    this.#loadedAt = performance.now()
  }

  async #refresh() {
    if (performance.now() - this.#loadedAt < FRESH_FOR_MS) return
    this.#loading ??= this.reload().finally(() => (this.#loading = null))
    await this.#loading
  }

  async #open(row: KeyRow): Promise<SigningKey> {
    const secret = this.encryption.decrypt<string>(row.secret, PURPOSE)
    if (!secret)
      throw new Error(
        `The signing key ${row.kid} cannot be opened: APP_KEY is not the one it was made with. ` +
          'Set the former APP_KEY again, or list it as an earlier key in config/encryption.ts.'
      )
    const algorithm = row.algorithm as Algorithm
    return { kid: row.kid, algorithm, ...(await importSecret(algorithm, secret)) }
  }
}

async function newSecret(algorithm: Algorithm) {
  if (algorithm === 'HS256') return randomBytes(32).toString('base64url')
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  return JSON.stringify(await exportJWK(privateKey))
}

/** HMAC keys are the size of the hash (RFC 7518 section 3.2). */
async function importSecret(algorithm: Algorithm, secret: string) {
  if (algorithm === 'HS256') {
    const bytes = Buffer.from(secret, 'base64url')
    if (bytes.length < 32) throw new Error('A signing key is shorter than 32 bytes.')
    const key = createSecretKey(bytes)
    return { sign: key, verify: key }
  }
  const jwk = JSON.parse(secret)
  const { d, ...publicJwk } = jwk
  return {
    sign: (await importJWK(jwk, algorithm)) as CryptoKey,
    verify: (await importJWK(publicJwk, algorithm)) as CryptoKey,
  }
}
