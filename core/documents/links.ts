import type { Clock } from '../authoring/context.ts'
import { ConfigurationError, PermanentError, TemporaryError } from '../authoring/errors.ts'
import { mayOpen } from '../engine/availability.ts'
import { fieldsOf, noInstance, stepNamed } from '../engine/inputs.ts'
import { slotOf, type CompiledFlow, type CompiledLink, type Document } from '../engine/model.ts'
import type { Instances } from '../engine/ports.ts'
import { settle } from '../engine/settle.ts'
import { errors } from '../errors.ts'
import type { Change, Documents } from './service.ts'
import type { StoredDocuments } from './store.ts'

/** Pages of remotes that agents open from a document. */
export interface Links {
  /**
   * Makes the address of a page, for this click. It may let its bearer in: whoever receives it goes there at once and keeps it nowhere. The
   * journal of the document says who asked for it, never the address.
   * @throws errors.actionRefused with the sentence, errors.notAllowed, errors.documentMoved, errors.conflict (no connector, or suspended),
   *   errors.remoteUnavailable
   */
  open(
    change: Change & { readonly link: string; readonly may: (verb: string) => boolean; readonly returnTo: string },
  ): Promise<string>
}

const isWeb = (address: string): boolean =>
  URL.canParse(address) && ['http:', 'https:'].includes(new URL(address).protocol)

const isSaid = (error: unknown): error is Error =>
  error instanceof TemporaryError || error instanceof PermanentError || error instanceof ConfigurationError

export const createLinks = ({
  documents,
  store,
  instances,
  clock,
}: {
  readonly documents: Pick<Documents, 'get' | 'flowOf'>
  readonly store: Pick<StoredDocuments, 'commit'>
  readonly instances: Pick<Instances, 'of' | 'connect' | 'during'>
  readonly clock: Clock
}): Links => {
  const addressOf = async (
    { flow, link, document }: { readonly flow: CompiledFlow; readonly link: CompiledLink; readonly document: Document },
    instanceId: string,
    returnTo: string,
  ): Promise<string> => {
    const step = stepNamed(flow, link.step)
    const about = { occasion: link.label, facts: { document: document.id, link: link.name } }
    const address = await instances.during([instanceId], about, async () => {
      const connectors = await instances.connect(instanceId)
      const [first] = step.needs
      const connector = first && connectors[first]
      const context = { data: fieldsOf(step, document.data), connector, connectors }
      return link.definition.open(context as Parameters<typeof link.definition.open>[0], returnTo)
    })
    if (address !== undefined && isWeb(address)) return address
    throw errors.actionRefused({ detail: `Le service associé ne propose pas la page « ${link.label} ».` })
  }

  return {
    async open({ link: name, may, returnTo, ...change }) {
      const document = await documents.get(change)
      if (change.version !== undefined && change.version !== document.version) throw errors.documentMoved()
      const flow = documents.flowOf(document)
      const link = flow.links[name]
      if (!link)
        throw errors.actionRefused({ detail: `La page « ${name} » n'existe pas dans le flux « ${flow.label} ».` })
      if (link.definition.can !== undefined && !may(link.definition.can)) throw errors.notAllowed()
      const allowed = mayOpen(flow, document, link)
      if (allowed !== true) throw errors.actionRefused({ detail: `Action impossible : ${allowed}.` })
      const step = stepNamed(flow, link.step)
      const [capability] = step.needs
      const found = await instances.of(document.entityId, document.flowId)
      const instance = capability && found.get(slotOf(step.alias, capability))
      if (!instance) throw errors.conflict({ detail: noInstance(flow, step) })
      if (instance.suspended !== undefined)
        throw errors.conflict({ detail: `« ${instance.label} » est suspendu : ${instance.suspended}` })
      // Written before the address exists: nobody goes there without a line saying so.
      const event = { is: 'opened', link: name, by: change.by } as const
      await store.commit(settle(flow, document, event, clock.now()), document.version)
      try {
        return await addressOf({ flow, link, document }, instance.id, returnTo)
      } catch (error) {
        throw isSaid(error) ? errors.remoteUnavailable({ detail: error.message, cause: error }) : error
      }
    },
  }
}
