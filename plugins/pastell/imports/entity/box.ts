import { scrypt } from 'node:crypto'
import { hashRaw } from '@node-rs/argon2'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js'
import { errors } from '#core'
import { isJson, type Json } from '../studio/format.ts'

const refuse = (detail: string, cause?: unknown) => errors.badRequest({ detail, cause })

/** How a password becomes a key: `argon2id:2:64` is two passes over 64 MiB. */
interface Derivation {
  readonly kind: 'argon2id' | 'argon2i' | 'scrypt'
  readonly passes: number
  /** MiB. */
  readonly memory: number
}

/** As a person writes one: passes and MiB, both bounded, for the machine that will do it. */
export const DERIVATION = '^argon2(?:id|i):(?:[1-9]|1[0-9]):(?:[1-9]|[1-9][0-9]{1,2}|10[0-1][0-9]|102[0-4])$'

const argon = (written: string): Derivation => {
  const [kind, passes, memory] = written.split(':')
  return { kind: kind === 'argon2i' ? 'argon2i' : 'argon2id', passes: Number(passes), memory: Number(memory) }
}

/**
 * Those of libsodium that a server makes on the fly, lightest first. The reference says « libsodium, password-derived key » and no more
 * (domain §6.8): the seal tells which one it was; a platform that made another is told of with `DERIVATION`.
 */
const USUAL: readonly Derivation[] = ['argon2id:2:64', 'argon2i:4:32', 'argon2id:3:256', 'argon2i:6:128'].map(argon)
/** `crypto_pwhash_scryptsalsa208sha256`, interactive: its salt is longer. */
const SCRYPT: Derivation = { kind: 'scrypt', passes: 1, memory: 16 }

const NONCE = 24
const SALTS: Readonly<Record<number, readonly Derivation[]>> = { 16: USUAL, 32: [SCRYPT] }
const KEY = 32

/** Both keep their nonce before what they seal. */
const BOXES = [xsalsa20poly1305, xchacha20poly1305] as const

/** Hexadecimal, base64 or its variant for addresses, whichever is of one of these lengths (any, when they are left out). */
const bytesOf = (text: string, lengths?: readonly number[]): Uint8Array | undefined => {
  const bare = text.trim()
  const tries = [
    ...(/^(?:[0-9a-f]{2})+$/iu.test(bare) ? [Buffer.from(bare, 'hex')] : []),
    ...(/^[\w+/-]+=*$/u.test(bare) ? [Buffer.from(bare, 'base64')] : []),
  ]
  return tries.find(each => lengths === undefined || lengths.includes(each.length))
}

const opened = (message: Uint8Array, key: Uint8Array): string | undefined => {
  for (const box of BOXES)
    try {
      const plain = box(key, message.subarray(0, NONCE)).decrypt(message.subarray(NONCE))
      return Buffer.from(plain).toString('utf8')
    } catch {
      // Its seal does not hold under this key: the next one, or the sentence below.
      continue
    }
  return undefined
}

const scryptKey = (password: string, salt: Uint8Array): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, KEY, { N: 16_384, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })

const keyOf = (password: string, salt: Uint8Array, { kind, passes, memory }: Derivation): Promise<Uint8Array> =>
  kind === 'scrypt'
    ? scryptKey(password, salt)
    : hashRaw(password, {
        algorithm: kind === 'argon2i' ? 1 : 2,
        timeCost: passes,
        memoryCost: memory * 1_024,
        salt,
        parallelism: 1,
        outputLen: KEY,
      })

const parsed = (text: string): Json => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw refuse(
      "Ce fichier n'est pas du JSON : donner le fichier tel que Pastell l'a produit, par « Exporter la configuration » sur la page de l'entité.",
      cause,
    )
  }
  if (!isJson(value))
    throw refuse(
      "Ce fichier n'est pas l'export de la configuration d'une entité : le produire par « Exporter la configuration », sur la page de l'entité dans Pastell.",
    )
  return value
}

export interface Key {
  readonly password: string | undefined
  /** `DERIVATION`, when the platform that made the export did not use one of the usual ones. */
  readonly derivation?: string | undefined
}

/**
 * What an export of Pastell holds, in clear or `{ salt, message }`.
 * @throws errors.badRequest: no password, a wrong one, no export; with what to do
 */
export const openExport = async (text: string, { password, derivation }: Key): Promise<Json> => {
  const file = parsed(text)
  const { salt, message } = file
  if (typeof salt !== 'string' || typeof message !== 'string') return file
  if (password === undefined || password === '')
    throw refuse(
      "Cet export est chiffré : donner le mot de passe que Pastell a montré au moment de l'export. Perdu, il ne se retrouve pas : exporter à nouveau.",
    )
  const [saltBytes, box] = [bytesOf(salt, Object.keys(SALTS).map(Number)), bytesOf(message)]
  if (!saltBytes || !box || box.length <= NONCE)
    throw refuse(
      "Cet export est chiffré d'une façon que la plateforme ne connaît pas, ou il est abîmé : l'exporter à nouveau depuis Pastell, sans ouvrir le fichier dans un éditeur.",
    )
  const derivations = derivation === undefined ? (SALTS[saltBytes.length] ?? []) : [argon(derivation)]
  for (const each of derivations) {
    const plain = opened(box, await keyOf(password, saltBytes, each))
    if (plain !== undefined) return parsed(plain)
  }
  throw refuse(
    "Le mot de passe n'ouvre pas cet export : vérifier que c'est celui que Pastell a montré avec ce fichier, sans espace autour. S'il est sûr, exporter à nouveau ; si cela se répète, cette plateforme Pastell dérive la clé autrement : demander à son administrateur laquelle (« argon2id:passes:Mio ») et la donner avec l'import.",
  )
}
