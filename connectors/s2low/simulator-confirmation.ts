import { createHash, randomBytes } from 'node:crypto'
import type { SimRequest, SimResponse } from '#core/testing'
import { ko, redirect } from './simulator-answers.ts'

interface Account {
  readonly login: string
  readonly motDePasse: string
}

/** The door of the browsers: numbers good for one visit, then the page where an agent confirms (reference §2.5 and §4.8). */
export const confirmationDoor = (
  account: Account | undefined,
  /** @returns why it cannot be posted; `undefined` when it now is */
  post: (id: string) => string | undefined,
) => {
  const lent = new Set<string>()

  const isLetIn = ({ query }: SimRequest): boolean => {
    if (!account) return true
    const nounce = query.get('nounce') ?? ''
    const expected = createHash('sha256').update(`${account.motDePasse}:${nounce}`).digest('hex')
    return lent.delete(nounce) && query.get('login') === account.login && query.get('hash') === expected
  }

  const confirm = (request: SimRequest): SimResponse => {
    if (!isLetIn(request)) return redirect('/connexion-status')
    const { query } = request
    const ids = [...query.getAll('id'), ...query.getAll('id[]')]
    const faults = ids.flatMap(id => post(id) ?? [])
    const back = query.get('url_return')
    if (back)
      return redirect(
        back
          .replace('%%ERROR%%', faults.length > 0 ? '1' : '0')
          .replace('%%MESSAGE%%', encodeURIComponent(faults.join(' ') || 'Transaction postée')),
      )
    return {
      headers: { 'content-type': 'text/html' },
      body: `<html><body>${faults.join('<br/>') || 'OK'}</body></html>`,
    }
  }

  return {
    confirm,
    lend: ({ headers }: SimRequest): SimResponse => {
      if (!account || !headers['authorization']) return { ...ko('Authentification requise'), status: 401 }
      const nounce = randomBytes(12).toString('hex')
      lent.add(nounce)
      return { json: { nounce } }
    },
  }
}
