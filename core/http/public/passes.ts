import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'

const NAME = 'passeur_page'
/** Long enough to read and answer; then the password is asked again. */
const LIFETIME = 60 * 60

export interface Pass {
  /** Of the token of the page. */
  readonly digest: string
  /** What was opened: the stored hash of the password, so that another password closes it again. */
  readonly lock: string
  readonly address: string
  readonly now: Date
}

/** Short signed cookies that say « this browser gave the password of this page »: nothing is stored, nothing is said of anybody. */
export const createPasses = ({ key, secure }: { readonly key: KeyObject; readonly secure: boolean }) => {
  const sign = ({ digest, lock, address }: Pass, until: number): string =>
    createHmac('sha256', key)
      .update(JSON.stringify(['passeur public pass', digest, lock, address, until]))
      .digest('base64url')

  return {
    /** @param path of the page: the cookie goes nowhere else */
    cookie(pass: Pass, path: string): string {
      const until = Math.floor(pass.now.getTime() / 1000) + LIFETIME
      const value = `${until}.${sign(pass, until)}`
      return `${NAME}=${value}; Path=${path}; Max-Age=${LIFETIME}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
    },
    holds(cookies: string | undefined, pass: Pass): boolean {
      return (cookies ?? '').split(';').some(cookie => {
        const [name, value = ''] = cookie.trim().split('=', 2)
        const [until = '', signature = ''] = value.split('.', 2)
        if (name !== NAME || !/^\d{1,12}$/u.test(until) || Number(until) * 1000 < pass.now.getTime()) return false
        const [given, expected] = [Buffer.from(signature), Buffer.from(sign(pass, Number(until)))]
        return given.length === expected.length && timingSafeEqual(given, expected)
      })
    },
  }
}
