import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'

/** argon2id (the library's default) at OWASP's setting for 19 MiB: about 25 ms here, on a thread of its own. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** Beyond, hashing would be a way to keep the server busy. */
export const LONGEST_PASSWORD = 512
const ENOUGH_BITS = 80

/** @param options.salt 16 bytes, when two passwords of the same thing are to be compared; else random */
export const hashPassword = (password: string, options: { readonly salt?: Uint8Array } = {}): Promise<string> =>
  hash(password.normalize('NFC'), { ...COST, ...options })

/** Hash of a password nobody knows, verified when there is nothing else to verify. */
const decoy = hashPassword(randomBytes(32).toString('base64'))

/**
 * Whether the password is the one hashed. Takes as long when there is no hash (unknown login, disabled account), so that
 * the time of the answer tells nothing.
 */
export const passwordMatches = async (password: string, stored: string | null | undefined): Promise<boolean> => {
  if (password.length > LONGEST_PASSWORD) return false
  const matches = await verify(stored ?? (await decoy), password.normalize('NFC'))
  return matches && stored !== null && stored !== undefined
}

const ALPHABETS: readonly (readonly [RegExp, number])[] = [
  [/[a-z]/u, 26],
  [/[A-Z]/u, 26],
  [/[0-9]/u, 10],
  [/[\x20-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]/u, 33],
  [/[^\x20-\x7e]/u, 60],
]

/** Strength in bits as the ANSSI counts it: length × log₂ of the alphabet used (domain §2.3). */
export const passwordEntropy = (password: string): number => {
  const alphabet = ALPHABETS.reduce((size, [letters, count]) => (letters.test(password) ? size + count : size), 0)
  return alphabet === 0 ? 0 : [...password].length * Math.log2(alphabet)
}

/** `undefined` when the password is good enough for that login, else the sentence that says why not. */
export const passwordWeakness = (password: string, login: string): string | undefined => {
  if (password.length > LONGEST_PASSWORD)
    return `Ce mot de passe est trop long : ${LONGEST_PASSWORD} caractères au plus sont acceptés.`
  if (login.length > 2 && password.toLowerCase().includes(login.toLowerCase()))
    return "Ce mot de passe contient l'identifiant du compte : choisissez-en un autre."
  const bits = passwordEntropy(password)
  if (bits < ENOUGH_BITS)
    return `Ce mot de passe est trop facile à deviner (${Math.floor(bits)} bits sur les ${ENOUGH_BITS} demandés) : allongez-le, ou mêlez-y majuscules, chiffres et signes.`
  if (new Set(password).size < 6)
    return 'Ce mot de passe répète trop peu de caractères différents : choisissez-en un autre.'
  return undefined
}
