import type { SimResponse } from '#core/testing'

/** The ways the platform answers: text in ISO-8859-1 that begins with `OK` or `KO`, or a redirection. */
export const latin1 = (text: string): SimResponse => ({
  headers: { 'content-type': 'text/plain' },
  body: Buffer.from(text, 'latin1'),
})
export const ok = (...lines: readonly (string | number)[]): SimResponse => latin1(`OK\n${lines.join('\n')}\n`)
export const ko = (reason: string): SimResponse => latin1(`KO\n${reason}`)
export const redirect = (location: string): SimResponse => ({ status: 302, headers: { location } })
export const xml = (body: Buffer): SimResponse => ({ headers: { 'content-type': 'text/xml' }, body })
