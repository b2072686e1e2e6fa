import { at, TemporaryError, xmlText } from '#core'
import type { ActesDepot } from './depot.ts'

export type Submission = { readonly is: 'accepted' } | { readonly is: 'refused'; readonly reason: string }

const element = (name: string, value: string): string => `<${name}>${xmlText(value)}</${name}>`

/**
 * `traiterACTES`: FAST takes what was laid in the folder.
 * @throws TemporaryError `maybeSent` when its answer says neither yes nor no
 */
export const submit = async (
  depot: ActesDepot,
  { type, siren, message }: { readonly type: string; readonly siren: string; readonly message: string },
): Promise<Submission> => {
  const answer = await depot.service.tell('traiterACTES', [
    element('typeTraitement', type),
    element('DNUtilisateur', depot.user),
    element('SIREN', siren),
    element('fichierACTES', message),
  ])
  const doubt = (what: string) =>
    new TemporaryError(`FAST ${what} Rien ne dit si l'envoi a eu lieu : il y sera cherché.`, { maybeSent: true })
  if (answer.is === 'fault') throw doubt(`est en erreur pendant le traitement (${answer.reason}).`)
  const code = at(answer.body, 'return', 'code')?.text ?? ''
  if (!/^-?\d+$/u.test(code)) throw doubt('a répondu sans dire s’il accepte.')
  if (Number(code) === 0) return { is: 'accepted' }
  return { is: 'refused', reason: at(answer.body, 'return', 'detail')?.text || `code ${code}, sans motif.` }
}
