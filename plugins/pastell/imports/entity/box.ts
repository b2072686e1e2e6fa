import { hashRaw } from '@node-rs/argon2'
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js'
import { errors } from '#core'
import { isJson, type Json } from '../studio/format.ts'

const refuse = (detail: string, cause?: unknown) => errors.badRequest({ detail, cause })

/**
 * Costs of `sodium_crypto_pwhash` (Argon2id), lightest first. The reference says « libsodium, password-derived key » and no more (domain
 * §6.8): the seal tells which one it was.
 */
const COSTS = [
  { timeCost: 2, memoryCost: 65_536 },
  { timeCost: 3, memoryCost: 262_144 },
] as const

const NONCE = 24
const SALT = 16
const KEY = 32

/** Hexadecimal or base64, whichever is of this length (any, when it is left out). */
const bytesOf = (text: string, length?: number): Uint8Array | undefined => {
  const bare = text.trim()
  const tries = [
    ...(/^(?:[0-9a-f]{2})+$/iu.test(bare) ? [Buffer.from(bare, 'hex')] : []),
    ...(/^[\w+/-]+=*$/u.test(bare) ? [Buffer.from(bare, 'base64')] : []),
  ]
  return tries.find(each => length === undefined || each.length === length)
}

const opened = (message: Uint8Array, key: Uint8Array): string | undefined => {
  try {
    const plain = xsalsa20poly1305(key, message.subarray(0, NONCE)).decrypt(message.subarray(NONCE))
    return Buffer.from(plain).toString('utf8')
  } catch {
    // Its seal does not hold under this key: the next cost, or the sentence below.
    return undefined
  }
}

const keyOf = (password: string, salt: Uint8Array, cost: (typeof COSTS)[number]): Promise<Buffer> =>
  hashRaw(password, { ...cost, salt, parallelism: 1, outputLen: KEY })

const parsed = (text: string): Json => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw refuse("Ce fichier n'est pas du JSON : vérifier que c'est l'export de la configuration d'une entité.", cause)
  }
  if (!isJson(value)) throw refuse("Ce fichier n'est pas l'export de la configuration d'une entité.")
  return value
}

/** What an export of Pastell holds, in clear or `{ salt, message }`. @throws errors.badRequest: no password, a wrong one, no export */
export const openExport = async (text: string, password: string | undefined): Promise<Json> => {
  const file = parsed(text)
  const { salt, message } = file
  if (typeof salt !== 'string' || typeof message !== 'string') return file
  if (password === undefined || password === '')
    throw refuse("Cet export est chiffré : donner le mot de passe que Pastell a montré au moment de l'export.")
  const [saltBytes, box] = [bytesOf(salt, SALT), bytesOf(message)]
  if (!saltBytes || !box || box.length <= NONCE)
    throw refuse("Cet export est chiffré d'une façon que la plateforme ne connaît pas : l'exporter à nouveau.")
  for (const cost of COSTS) {
    const plain = opened(box, await keyOf(password, saltBytes, cost))
    if (plain !== undefined) return parsed(plain)
  }
  throw refuse(
    "Le mot de passe n'ouvre pas cet export : vérifier que c'est celui que Pastell a montré avec ce fichier.",
  )
}
