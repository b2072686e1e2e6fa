import {
  ConfigurationError,
  defineConnector,
  frenchDay,
  PermanentError,
  readClientCertificate,
  TemporaryError,
  type FileRef,
  type Sae,
  type SaeReply,
  type Sip,
} from '#core'
import { inspect } from './archive.ts'
import { vitamApi, type Operation } from './client.ts'
import { vitamFields } from './fields.ts'
import { readReply, type VitamReply } from './reply.ts'

type Transfer = Pick<Sip, 'transferId' | 'agency'>

/** What the instance remembers of a transfer: Vitam names operations, the hub names transfers. */
interface Attempt {
  /** ISO 8601. */
  readonly at: string
  readonly guid?: string | undefined
  /** The number came with an error: the operation may never have begun. */
  readonly unsure?: boolean | undefined
}

const OPERATOR =
  "Vitam a rencontré une erreur interne (FATAL) pendant le versement : un exploitant de Vitam doit reprendre ou annuler l'opération"

const pending = (message: string): SaeReply => ({ is: 'pending', message })

const waiting = (guid: string, { state, status }: Extract<Operation, { is: 'known' }>): SaeReply => {
  if (status === 'FATAL') return pending(`${OPERATOR} ${guid}.`)
  if (state === 'PAUSE')
    return pending(`Vitam a mis l'opération ${guid} en pause : un exploitant de Vitam doit la reprendre.`)
  return pending(`Le versement est en cours de traitement dans Vitam (opération ${guid}).`)
}

export default defineConnector({
  id: 'vitam',
  version: 1,
  label: 'Vitam (archivage électronique)',
  provides: ['sae'],
  pastell: ['vitam'],
  pace: { concurrency: 2 },
  config: vitamFields,

  connect({ config, http, files, memory, clock }) {
    const api = vitamApi(http, files, config)
    const keyOf = ({ transferId, agency }: Transfer) => `versement ${JSON.stringify([agency, transferId])}`
    const remember = (transfer: Transfer, attempt: Attempt | undefined) => memory.set(keyOf(transfer), attempt)

    /** The operation of an attempt whose answer was lost; `undefined` when Vitam has had time to say that there is none. */
    const lookUp = async (transfer: Transfer, attempt: Attempt): Promise<string | undefined> => {
      if (attempt.unsure && attempt.guid !== undefined && (await api.operation(attempt.guid)).is === 'known')
        return attempt.guid
      const found = await api.find(transfer.transferId)
      if (found !== undefined) return found
      const minutes = (clock.now().getTime() - new Date(attempt.at).getTime()) / 60_000
      if (minutes >= config.attente) return undefined
      throw new TemporaryError(
        `Le versement « ${transfer.transferId} » a peut-être été reçu par Vitam, qui ne l'a pas encore inscrit à son journal. Il y sera cherché pendant ${config.attente} minutes avant d'être renvoyé.`,
        { maybeSent: true },
      )
    }

    /** The number of the operation, as far as it is known. */
    const operationOf = async (transfer: Transfer): Promise<string | undefined> => {
      const attempt = await memory.get<Attempt>(keyOf(transfer))
      if (attempt?.guid !== undefined && !attempt.unsure) return attempt.guid
      const guid = attempt ? await lookUp(transfer, attempt) : undefined
      if (attempt && guid !== undefined) await remember(transfer, { at: attempt.at, guid })
      return guid
    }

    const readStored = async (reply: FileRef): Promise<VitamReply> => {
      try {
        return await readReply(files.open(reply))
      } catch (cause) {
        throw new TemporaryError("La réponse de Vitam n'est pas un message SEDA lisible. Un nouvel essai aura lieu.", {
          cause,
        })
      }
    }

    const meaningOf = (transfer: Transfer, guid: string, reply: FileRef, read: VitamReply): SaeReply => {
      const { code, comment, archiveId } = read
      if (read.root !== 'ArchiveTransferReply')
        throw new TemporaryError(
          `Vitam a répondu « ${read.root} » au lieu de la réponse au versement. Un nouvel essai aura lieu.`,
        )
      if (read.transferId !== transfer.transferId)
        throw new PermanentError(
          `Vitam a rendu la réponse d'un autre versement (${read.transferId ?? 'sans identifiant'}) au lieu de « ${transfer.transferId} ». Prévenez l'exploitant du SAE, puis relancez.`,
        )
      if (code === undefined)
        throw new PermanentError(
          `La réponse de Vitam au versement « ${transfer.transferId} » ne porte aucun code : rien ne dit si l'archive est acceptée. Demandez-le à l'exploitant du SAE.`,
        )
      if (code === 'FATAL') return pending(`${OPERATOR} ${guid}.`)
      if (code === 'OK') return { is: 'accepted', reply, archiveId, comment }
      if (code === 'WARNING' && config.avertissement === 'accepter')
        return {
          is: 'accepted',
          reply,
          archiveId,
          comment: `Accepté avec avertissement${comment === undefined ? '' : ` : ${comment}`}`,
        }
      return { is: 'refused', reply, code, comment }
    }

    const sae: Sae = {
      async send(sip) {
        if ((await operationOf(sip)) !== undefined) return { is: 'sent' }
        const inspected = await inspect(files.open(sip.archive), sip.transferId)
        if (inspected.is === 'faulty') return { is: 'refused', reason: inspected.reason }
        const at = clock.now().toISOString()
        // Before the first byte leaves: whatever happens now, the next attempt looks for it first.
        await remember(sip, { at })
        const posted = await api.ingest(sip.archive, inspected.manifest.digests).catch(async (error: unknown) => {
          const maybeSent = error instanceof TemporaryError && error.maybeSent
          if (!maybeSent) await remember(sip, undefined)
          throw error
        })
        if (posted.is === 'refused') {
          await remember(sip, undefined)
          return posted
        }
        if (posted.is === 'accepted') {
          await remember(sip, { at, guid: posted.guid })
          return { is: 'sent' }
        }
        if (posted.guid !== undefined) await remember(sip, { at, guid: posted.guid, unsure: true })
        throw posted.error
      },

      // Vitam sends none: the reply is all there is.
      acknowledgement: async () => Promise.resolve({ is: 'notProvided' }),

      async reply(transfer) {
        const guid = (await operationOf(transfer)) ?? (await api.find(transfer.transferId))
        const operation = guid === undefined ? undefined : await api.operation(guid)
        if (guid === undefined || operation === undefined || operation.is === 'unknown')
          throw new PermanentError(
            `Vitam ne connaît pas le versement « ${transfer.transferId} »${guid === undefined ? '' : ` (opération ${guid})`}. Demandez à l'exploitant du SAE ce qu'il est devenu, puis relancez.`,
          )
        if (!operation.completed || operation.status === 'FATAL') return waiting(guid, operation)
        const reply = await api.reply(guid)
        if (!reply) return pending(`Vitam a terminé l'opération ${guid} et prépare sa réponse.`)
        return meaningOf(transfer, guid, reply, await readStored(reply))
      },
    }

    return {
      sae,
      async check() {
        const { subject, notAfter } = readClientCertificate(config.certificat, config.certificatMotDePasse)
        if (notAfter <= clock.now())
          throw new ConfigurationError(
            `Le certificat client « ${subject} » a expiré le ${frenchDay(notAfter)} : déposez le nouveau dans les réglages du connecteur.`,
          )
        await api.status()
        await api.endpoints()
        const search =
          config.contratAcces === undefined
            ? " Sans contrat d'accès, un versement dont la réponse s'est perdue ne pourra pas être retrouvé."
            : ` Le contrat d'accès « ${config.contratAcces} » permet de retrouver les versements.`
        if (config.contratAcces !== undefined) await api.find('verification-passeur')
        return `Connecté à Vitam, tenant ${config.tenant}, avec le certificat « ${subject} » valable jusqu'au ${frenchDay(notAfter)}.${search}`
      },
    }
  },
})
