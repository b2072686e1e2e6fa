import { createCipheriv, createDecipheriv, createHash, randomBytes, type KeyObject } from 'node:crypto'

/** The keys of the platform: `config/secret-key.ts` reads them. */
export interface KeyRing {
  /** Encrypts, and decrypts. */
  readonly current: KeyObject
  /** Only decrypt: what was encrypted before a change of key. */
  readonly old: readonly KeyObject[]
}

/** Encrypts settings at rest. `context` binds the secret to its place: moved to another instance, it does not open. */
export interface Secrets {
  seal(value: unknown, context: string): Buffer
  /** @throws SecretUnreadable when no key of the ring opens it, or when it was altered or moved. */
  open(sealed: Uint8Array, context: string): unknown
  /** Was it sealed with an older key? Then sealing it again is worth while. */
  isOld(sealed: Uint8Array): boolean
}

/** The message says what to do and holds nothing of the secret. */
export class SecretUnreadable extends Error {
  override readonly name = 'SecretUnreadable'
}

const FORMAT = 1
const ID = 8
const IV = 12
const TAG = 16
const HEADER = 1 + ID + IV + TAG

/** Names a key without telling anything of it. */
const idOf = (key: KeyObject): Buffer =>
  createHash('sha256').update('passeur key id').update(key.export()).digest().subarray(0, ID)

/** AES-256-GCM: `format (1) | key id (8) | nonce (12) | tag (16) | ciphertext`. */
export const createSecrets = ({ current, old }: KeyRing): Secrets => {
  const currentId = idOf(current)
  const ring = new Map([current, ...old].map(key => [idOf(key).toString('hex'), key]))

  return {
    seal(value, context) {
      const nonce = randomBytes(IV)
      const cipher = createCipheriv('aes-256-gcm', current, nonce).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
      return Buffer.concat([Buffer.from([FORMAT]), currentId, nonce, cipher.getAuthTag(), body])
    },

    open(sealed: Uint8Array, context: string): unknown {
      const bytes = Buffer.from(sealed)
      const key = ring.get(bytes.subarray(1, 1 + ID).toString('hex'))
      if (bytes[0] !== FORMAT || bytes.length < HEADER || !key)
        throw new SecretUnreadable(
          'Les secrets de ce connecteur ont été chiffrés avec une autre clé : restaurez la clé de la plateforme (PASSEUR_SECRET_KEY ou var/secret.key), ou saisissez-les à nouveau.',
        )
      const nonce = bytes.subarray(1 + ID, 1 + ID + IV)
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(1 + ID + IV, HEADER))
      try {
        const text = Buffer.concat([decipher.update(bytes.subarray(HEADER)), decipher.final()]).toString('utf8')
        return JSON.parse(text) as unknown
      } catch (cause) {
        throw new SecretUnreadable(
          'Les secrets de ce connecteur ont été altérés dans la base : saisissez-les à nouveau.',
          { cause },
        )
      }
    },

    isOld: sealed =>
      !Buffer.from(sealed)
        .subarray(1, 1 + ID)
        .equals(currentId),
  }
}
