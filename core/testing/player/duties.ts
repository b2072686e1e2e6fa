import { editableFields } from '../../engine/form.ts'
import type { CompiledFlow } from '../../engine/model.ts'
import { REFUSAL } from './interceptor.ts'
import { offersOf, stateOf, type Play, type Session } from './session.ts'
import { REASON } from './town.ts'

/** Names of the machine, traces, values that are not there: what no agent should read. */
const MACHINERY = /\b(?:undefined|null|NaN|TypeError|Error)\b|\[object |^\s+at /mu

/** A sentence for a person: it begins as one, says more than a name, and shows nothing of the machine. */
const isSentence = (flow: CompiledFlow, message: string): boolean =>
  /^[\p{Lu}«\d]/u.test(message) &&
  message.trim().split(/\s+/u).length >= 3 &&
  !MACHINERY.test(message) &&
  !Object.keys(flow.states).some(name => name.includes('.') && message.includes(name))

const ENDINGS: ReadonlySet<string> = new Set(['abandonner', 'supprimer'])

/** What the document owes to its agent where it is now; `play` is what led there. */
export const faultsHere = (session: Session, play: Play): readonly string[] => {
  const { hub, document, interceptor } = session
  const { kind, label } = stateOf(session)
  const offers = offersOf(session)
  const rests = kind === 'trouble' || kind === 'uncertain' || kind === 'stopped'
  const reason = [REFUSAL, REASON].find(each => document.journal.at(-1)?.includes(each))
  const { waitingFor } = document.current
  return [
    ...(waitingFor === undefined ? [] : [`« ${label} » attend un connecteur : ${document.message}`]),
    ...(rests && !isSentence(hub.flow, document.message)
      ? [`« ${label} » ne s'explique pas : le message est « ${document.message} »`]
      : []),
    ...(rests && reason !== undefined && !document.message.includes(reason)
      ? [`« ${label} » ne dit pas la raison du partenaire, mais « ${document.message} »`]
      : []),
    // A field to fill in first is a way out too: pressing afterwards is played as well.
    ...(rests && offers.every(({ name }) => ENDINGS.has(name)) && editableFields(hub.flow, document.current).size === 0
      ? [`« ${label} » : aucun bouton n'en sort`]
      : []),
    ...(interceptor.unanswered().length > 0 && offers.some(({ name }) => name === 'supprimer')
      ? [`« ${label} » laisse supprimer ce que ${interceptor.unanswered().join(', ')} a confié à un partenaire`]
      : []),
    ...interceptor.sentTwice().map(task => `${task} a envoyé deux fois la même chose`),
  ].map(fault => `${fault} (${[play.move, ...play.turns.map(turn => turn.what)].join(', ')})`)
}
