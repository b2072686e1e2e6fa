import type { Cradle } from '../../core/container.ts'
import type { Document } from '../../core/engine/model.ts'
import { localDay } from '../../core/authoring/days.ts'
import type { Choice, FileRef } from '../../core/authoring/values.ts'
import { deliberationPdf } from './deliberation.ts'
import type { Town } from './town.ts'

const BOXES = { envoiSignature: true, envoiTdt: true, envoiDepot: true, envoiSae: true }
const OBJET = 'Passerelle piétonne de l’Écluse : approbation du projet, plan de financement et marché d’œuvre d’art'

const selectable = (choices: readonly Choice[]): Choice => {
  const found = choices.find(choice => choice.selectable !== false)
  if (!found) throw new Error('Le partenaire simulé ne propose aucune valeur.')
  return { value: found.value, label: found.label }
}

/** A number nobody used yet: the day and the second. */
export const numeroOf = (now: Date): string =>
  `D${localDay(now).replaceAll('-', '').slice(2)}_${now.toISOString().slice(11, 19).replaceAll(':', '')}`

/**
 * Makes an acte as an agent would: creates it, deposits a délibération and its annexe, chooses in the lists that the remotes
 * give, fills the form, and presses « Envoyer ».
 */
export const sendActe = async (cradle: Cradle, town: Town, numero: string): Promise<Document> => {
  const { documents, files, clock } = cradle
  const by = town.agentId
  const today = localDay(clock.now())
  const document = await documents.create({
    entityId: town.entityId,
    flow: 'ls-actes',
    by,
    values: { objet: OBJET, ...BOXES, 'tdtActes.nature': '1', 'tdtActes.numero': numero, 'tdtActes.date': today },
  })
  const where = { entityId: town.entityId, documentId: document.id }
  const acte = await files.save(
    await deliberationPdf({ numero, objet: OBJET, date: today }),
    `délibération-${numero}.pdf`,
  )
  const annexe = await files.save(
    await deliberationPdf({ numero, objet: 'Plan de financement', date: today }),
    'plan de financement – été.pdf',
  )
  await documents.putFile({ ...where, by, field: 'arrete', file: acte })
  await documents.putFile({ ...where, by, field: 'annexes', file: annexe })

  const list = async (field: string) => (await documents.choices({ ...where, field })).choices
  const type = selectable(await list('tdtActes.typologie'))
  const typed = ({ sha256, name }: FileRef) => ({ sha256, name, ...type })
  await documents.edit({
    ...where,
    by,
    values: {
      'signature.circuit': selectable(await list('signature.circuit')),
      'tdtActes.classification': selectable(await list('tdtActes.classification')),
      'tdtActes.typologie': [acte, annexe].map(typed),
    },
  })
  const sent = await documents.act({ ...where, by, action: 'envoyer', may: () => true })
  if (!sent) throw new Error('Le document envoyé a disparu.')
  return sent
}
